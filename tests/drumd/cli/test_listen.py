import json

import pytest
from click.testing import CliRunner

from drumd import daemon
from drumd.cli import main
from tests.support import drummers
from tests.support.guitar_file import guitar_file


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr(daemon, "model_factory", lambda *_: drummers.Rock)
    return lambda *options: CliRunner().invoke(main, ["listen", *map(str, options)])


def test_help_teaches_with_examples(run):
    shown = run("--help").output
    assert "drumd listen --in demo --out jam.mid" in shown
    assert 'drumd listen --in "Guitar" --out "AI Drums"' in shown


def test_a_jam_with_files_ends_with_a_summary_in_words(run, tmp_path):
    guitar = guitar_file(tmp_path / "guitar.mid", bars=3)
    result = run("--in", guitar, "--out", tmp_path / "jam.mid")
    assert result.exit_code == 0
    assert "ready: guitar from 'guitar.mid'" in result.output
    assert f"recorded: {tmp_path / 'jam.mid'}" in result.output.replace("\n", "")


def test_json_is_the_only_thing_on_stdout(run, tmp_path):
    guitar = guitar_file(tmp_path / "guitar.mid", bars=3)
    result = run("--in", guitar, "--out", tmp_path / "jam.mid", "--json")
    report = json.loads(result.stdout)
    assert result.exit_code == 0 and "ready" in result.stderr
    assert report["reason"] == "guitar.mid has ended"
    assert report["hits"] > 0 and report["bars"]["played"] >= 2
    assert set(report["lateness_ms"]) == {"p50", "p95", "p99", "max"}


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--in", "a", "--out", "a"), "hear itself"),
        (["--clock", "sun"], "clock must be one of auto, host, link"),
        (("--metre", "5"), "written like 4/4"),
        (("--bpm", "1"), "bpm must be in 20..400"),
        (("--in", "no-such-file.mid", "--out", "jam.mid"), "no-such-file.mid"),
    ],
)
def test_a_mistake_is_one_sentence_and_status_1(run, tmp_path, monkeypatch, options, problem):
    monkeypatch.chdir(tmp_path)
    result = run(*options)
    assert result.exit_code == 1
    assert problem in result.output and "Traceback" not in result.output


def test_a_drummer_that_cannot_load_is_one_sentence_and_status_1(run, monkeypatch, tmp_path):
    monkeypatch.setattr(daemon, "model_factory", lambda *_: drummers.broken)
    result = run("--in", "demo", "--out", tmp_path / "jam.mid")
    assert result.exit_code == 1
    assert result.output == "Error: the bundle is broken; export it again\n"
