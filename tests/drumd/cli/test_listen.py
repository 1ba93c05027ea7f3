import json

import pytest
from click.testing import CliRunner

from drumd import daemon
from drumd.cli import main
from engine.music.notes import Metre
from tests.support import drummers
from tests.support.guitar_file import guitar_file
from tests.support.midi_files import band, solo, write


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


@pytest.mark.parametrize("option", ["--out", "--record"])
def test_a_file_that_is_there_is_kept_and_the_jam_takes_a_number(run, tmp_path, option):
    guitar = guitar_file(tmp_path / "guitar.mid", bars=3)
    session = tmp_path / "session.mid"
    session.write_bytes(b"precious")
    others = ["--out", tmp_path / "drums.mid"] if option == "--record" else []
    result = run("--in", guitar, *others, option, session)
    assert result.exit_code == 0 and "stays" in result.output
    assert session.read_bytes() == b"precious"
    assert (tmp_path / "session-2.mid").read_bytes().startswith(b"MThd")
    assert run("--in", guitar, *others, option, session, "--force").exit_code == 0
    assert session.read_bytes().startswith(b"MThd")


def test_the_song_that_is_played_is_never_recorded_over(run, tmp_path):
    guitar = guitar_file(tmp_path / "guitar.mid", bars=3)
    before, link = guitar.read_bytes(), tmp_path / "link.mid"
    link.symlink_to(guitar)
    for name in (guitar, link):
        options = ("--in", guitar, "--out", tmp_path / "drums.mid", "--record", name, "--force")
        result = run(*options)
        assert result.exit_code == 1 and "is what is read" in result.output
    assert guitar.read_bytes() == before and not (tmp_path / "drums.mid").exists()


def test_the_settings_that_are_read_are_never_recorded_over(run, tmp_path):
    guitar = guitar_file(tmp_path / "guitar.mid", bars=3)
    config = tmp_path / "live.toml"
    config.write_text('style = "rock"\n')
    result = run("--in", guitar, "--config", config, "--record", config, "--force")
    assert result.exit_code == 1 and "is what is read" in result.output
    assert config.read_text() == 'style = "rock"\n'


@pytest.mark.parametrize("content", [None, b"MThd, or so it says"])
def test_nothing_is_written_for_an_input_that_cannot_be_read(run, tmp_path, content):
    source, session = tmp_path / "in.mid", tmp_path / "session.mid"
    if content is not None:
        source.write_bytes(content)
    session.write_bytes(b"precious")
    result = run("--in", source, "--out", tmp_path / "drums.mid", "--record", session, "--force")
    assert result.exit_code == 1 and "cannot be played" in result.output
    assert session.read_bytes() == b"precious" and not (tmp_path / "drums.mid").exists()


def test_a_groove_file_is_kept_to_and_a_file_without_one_is_one_sentence(
    run, monkeypatch, tmp_path
):
    given = []
    monkeypatch.setattr(daemon.Jam, "__init__", _noting(daemon.Jam.__init__, given))
    write(tmp_path, beat=solo(4), guitar=band(4, drums=False))
    ports = ("--in", guitar_file(tmp_path / "in.mid", bars=3), "--out", tmp_path / "jam.mid")
    assert run(*ports, "--groove", tmp_path / "beat.mid").exit_code == 0
    assert given[0].name.startswith("beat.mid, ") and given[0].metre == Metre()
    result = run(*ports, "--groove", tmp_path / "guitar.mid")
    assert result.exit_code == 1 and "guitar.mid: holds no drums" in result.output


def _noting(begin, given):
    def noted(*args, groove, **options):
        given.append(groove)
        begin(*args, groove=groove, **options)

    return noted
