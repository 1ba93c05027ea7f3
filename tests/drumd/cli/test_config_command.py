"""`drumd config`, `drumd man` and the service, without touching the system's own."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from drumd.cli import COMMANDS, main
from drumd.config import Settings
from drumd.errors import SettingsError
from drumd.service import agent, service_here, unit
from drumd.settings_file import commented, key_of, load_settings, write_lines


def run(*args: object) -> str:
    result = CliRunner().invoke(main, [*map(str, args)])
    assert result.exit_code == 0, result.output
    return result.output


def test_what_holds_is_shown_with_where_it_comes_from(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('style = "funk"\nin = "Strat"')
    shown = {
        line.split()[0]: line.split()[-1]
        for line in run("config", "--config", file).splitlines()[1:]
    }
    assert shown["in"] == shown["style"] == "file" and shown["out"] == "default"
    told = json.loads(run("config", "--config", file, "--json"))["settings"]
    assert told["in"] == {"value": "Strat", "from_file": True}
    assert told["seed"] == {"value": 0, "from_file": False}


def test_a_file_is_written_once_and_every_line_of_it_can_be_used(tmp_path: Path) -> None:
    file = tmp_path / "there" / "drumd.toml"
    run("config", "--config", file, "--write")
    assert load_settings(file, {}) == Settings()
    assert CliRunner().invoke(main, ["config", "--config", str(file), "--write"]).exit_code == 1
    lines = [line.removeprefix("# ") for line in commented().splitlines() if " = " in line]
    names = [line.partition(" = ")[0] for line in lines]
    assert names == [key_of(name) for name in Settings.__slots__]
    usable = [line for line in lines if not line.endswith("...")]
    assert len(tomllib.loads("\n".join(usable))) == len(usable)


def test_a_control_that_was_learnt_is_written_and_nothing_else_of_the_file_changes(
    tmp_path: Path,
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('# my pedals\nfill = "cc 1" # left\nbpm = 112\n# mute = "note 3"\n')
    write_lines(file, {"mute": "cc 80 channel 1", "fill": None, "hold": None, "keep": "cc 82"})
    assert file.read_text() == (
        '# my pedals\n# fill = "cc 1" # left\nbpm = 112\nmute = "cc 80 channel 1"\nkeep = "cc 82"\n'
    )
    assert load_settings(file, {}).bpm == 112


def test_where_there_is_no_file_it_is_begun(tmp_path: Path) -> None:
    file = tmp_path / "drumd" / "drumd.toml"
    write_lines(file, {"fill": "cc 80"})
    assert file.read_text() == commented().replace("# fill = ...", 'fill = "cc 80"')


@pytest.mark.parametrize("text", ['note = """\nfill = 1\n"""', "fill = [\n1,\n2]", "fill = = 1"])
def test_a_file_that_is_not_that_simple_stays_and_the_line_is_said(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=r'write there: fill = "cc 80"'):
        write_lines(file, {"fill": "cc 80"})
    assert file.read_text() == text


def test_the_manual_names_every_command_and_option_and_completion_is_printed() -> None:
    page = run("man")
    assert page.startswith(".TH DRUMD 1")
    assert all(f".SS drumd {name}" in page for name in COMMANDS)
    assert "\\fB\\-\\-kit\\-sound\\fR" in page
    assert "_DRUMD_COMPLETE" in run("man", "--completion", "zsh")


def test_the_unit_runs_this_python_and_has_no_more_rights_than_it_needs() -> None:
    text = unit("/opt/my python/bin/python", Path("/etc/100%.toml"))
    assert 'ExecStart="/opt/my python/bin/python" -m drumd listen --config /etc/100%%.toml' in text
    assert "NoNewPrivileges=yes" in text and "ProtectSystem=strict" in text
    words = ET.fromstring(agent("/bin/python<3", None)).iter("string")
    assert " ".join(word.text or "" for word in words) == (
        "org.drumd.listen /bin/python<3 -m drumd listen Interactive"
    )


def test_a_service_is_shown_before_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    assert "ExecStart=" in run("service", "install", "--dry-run")
    assert list(tmp_path.iterdir()) == []
    assert "no service" in run("service", "status") and "no service" in run("service", "uninstall")
    with pytest.raises(SettingsError, match="no service here"):
        service_here("win32")
