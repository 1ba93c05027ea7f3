"""What the commands print, to whatever it is printed."""

import ast
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import drumd.cli
from drumd.cli import main, ports
from drumd.cli.doctor import can_write
from drumd.doctor.selftest import fault_of
from drumd.doctor.system import ApiFacts, Facts
from drumd.errors import PortNotFoundError
from drumd.ports.base import PortList
from tests.support.midi_files import band
from tests.support.strums import strummed

ROOT = Path(drumd.cli.__file__).parents[2]
HOSTILE = "\x1b]0;owned\x07\x1b[2JGuitar\r\u202e\x9b31m"
HARMLESS = ("json.dumps(", "harmless(", "'interrupted'")
ACTING = set("\x1b\x07\r\u202e\x9b")


def facts(*names: str) -> Facts:
    api = ApiFacts("alsa", PortList(names, (), "alsa"))
    return Facts("Linux", (3, 11, 7), (api,), (), "", ())


@pytest.fixture
def onsets(tmp_path: Path) -> Path:
    """A file of onsets with a name of another alphabet."""
    path = tmp_path / "onsets.json"
    records = [{"name": f"Гитара ♫ {number}", "onsets": strummed(6)} for number in range(3)]
    path.write_text(json.dumps(records))
    return path


def run(words: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}  # type: ignore[dict-item]
    return subprocess.run(
        f"{sys.executable} -m drumd {words}", shell=True, check=False, env=environment,
        executable="/bin/bash", stderr=subprocess.PIPE, **options,  # type: ignore[call-overload]
    )  # fmt: skip


def test_nothing_in_a_name_acts_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "gather", lambda: facts(HOSTILE))
    told = CliRunner().invoke(main, ["ports"])
    assert told.exit_code == 0 and not ACTING & set(told.output)
    assert r"\x1b]0;owned\x07\x1b[2JGuitar\r\u202e\x9b31m" in told.output


def test_nothing_in_an_error_acts_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> Facts:
        raise PortNotFoundError("input", "Guitar", [HOSTILE])

    monkeypatch.setattr(ports, "gather", refuse)
    told = CliRunner().invoke(main, ["ports"])
    assert told.exit_code == 1 and not ACTING & set(told.output)
    assert told.output.count("\n") == 2  # the lines of our own are kept


@pytest.mark.parametrize("name", ["[/red]", "[bold]", HOSTILE])
def test_no_folder_name_is_taken_for_mark_up(tmp_path: Path, name: str) -> None:
    songs = tmp_path / name
    songs.mkdir(parents=True)
    (songs / "song.mid").write_bytes(b"no midi")
    told = CliRunner().invoke(main, ["prepare", str(songs), "-o", str(tmp_path / "out" / name)])
    assert told.exit_code == 1 and isinstance(told.exception, SystemExit)
    assert not ACTING & set(told.output)


def test_nothing_in_a_files_name_acts_on_terminal_picture_or_score(tmp_path: Path) -> None:
    pytest.importorskip("music21")
    pytest.importorskip("matplotlib")
    song, score = tmp_path / f"<img src=x>$\\frac{{$ 音 {HOSTILE}.mid", tmp_path / "s.musicxml"
    song.write_bytes(band(4, drums=False))
    words = [song, "-o", tmp_path / "o.mid", "--plot", tmp_path / "p.png", "--score", score]
    told = CliRunner().invoke(main, ["generate", *map(str, words)])
    assert told.exit_code == 0 and not ACTING & set(told.output), told.output
    assert "<img" not in score.read_text("utf-8") and (tmp_path / "p.png").exists()


@pytest.mark.parametrize("words", [[HOSTILE], ["generate", f"--{HOSTILE}"], ["report", HOSTILE]])
def test_nothing_in_a_wrong_word_acts_on_the_terminal(words: list[str]) -> None:
    told = CliRunner().invoke(main, words)
    assert told.exit_code == 2 and not ACTING & set(told.output)


def test_every_text_that_a_command_prints_is_made_harmless() -> None:
    """Only JSON, which spells all of it out, and drumd's own files for a pipe are printed as is."""
    files = {"man.py", "service.py"}
    for path in Path(drumd.cli.__file__).parent.glob("*.py"):
        if path.name in files:
            continue
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "click.echo":
                told = ast.unparse(call.args[0])
                assert told.startswith(("json.dumps(", "harmless(", "'interrupted'")), (
                    f"{path.name}: {told}"
                )


def test_letters_that_the_encoding_lacks_are_spelled_out(onsets: Path) -> None:
    done = run(f"beats {onsets}", env={"PYTHONIOENCODING": "cp1252"}, stdout=subprocess.PIPE)
    assert done.returncode == 0 and done.stderr == b""
    assert rb"\u0413\u0438\u0442\u0430\u0440\u0430 \u266b 0: " in done.stdout


def test_the_doctor_says_its_marks_in_words_where_the_encoding_lacks_them() -> None:
    assert can_write("✓•✗", "utf-8") and not can_write("✓•✗", "cp1252")
    assert not can_write("✓", "no-such-encoding")


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX closes the streams")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_not_there_is_no_reason_to_fail(onsets: Path, closed: str) -> None:
    for words in (f"beats {onsets}", "ports", "--help"):
        done = run(f"{words} {closed}", stdout=subprocess.PIPE)
        assert done.returncode == 0 and b"Traceback" not in done.stderr, done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX makes the pipe")
def test_a_reader_that_goes_away_is_no_reason_for_a_traceback(onsets: Path) -> None:
    for words in (f"beats {onsets}", f"beats {onsets} --json", "ports", "--help"):
        done = run(f"{words} | true", stdout=subprocess.PIPE)
        assert done.stderr == b"", done.stderr


@pytest.mark.realtime
@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX makes the pipe")
def test_a_jam_of_which_nobody_reads_is_played_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "riff.mid").write_bytes(band(4))
    done = run("listen --in riff.mid --out jam.mid | head -1", stdout=subprocess.PIPE, cwd=tmp_path)
    assert done.stdout.startswith(b"ready") and done.stderr == b"", done.stderr
    assert fault_of(tmp_path / "jam.mid") == ""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of POSIX")
def test_a_jam_whose_terminal_is_closed_ends_without_an_error(tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    words = ["-m", "tests.support.listen", "Rock", "--in", "demo", "--out", "jam.mid"]
    jam = subprocess.Popen(
        [sys.executable, *words], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=theirs, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    said = b""
    while b"ready" not in said:
        said += os.read(ours, 4096)
    os.close(ours)
    jam.send_signal(signal.SIGHUP)
    assert jam.wait(60) == 0 and (tmp_path / "jam.mid").exists()
