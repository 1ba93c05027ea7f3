"""`drumd render` as a user types it."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drumd.cli import main
from tests.drumd.sound.conftest import tiny_kit
from tests.support.midi_files import band


@pytest.fixture
def song(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("drumd.sound.kits.store.load_kit", lambda _: tiny_kit())
    path = tmp_path / "song.mid"
    path.write_bytes(band(2))
    return path


def render(*args: object) -> Result:
    return CliRunner().invoke(main, ["render", *map(str, args)])


def test_a_song_becomes_a_wav_beside_it(song: Path) -> None:
    result = render(song)
    assert result.exit_code == 0, result.output
    target = song.with_suffix(".wav")
    assert result.stdout.startswith(f"hear it: {target}")
    with wave.open(str(target)) as file:
        assert file.getnchannels() == 2 and file.getnframes() > file.getframerate()


def test_programs_get_one_json_document(song: Path, tmp_path: Path) -> None:
    result = render(song, "-o", tmp_path / "a.wav", "--kit-sound", "jazz", "--json")
    document = json.loads(result.stdout)
    assert document["target"] == str(tmp_path / "a.wav") and document["kit"] == "jazz"
    assert document["strokes"] > 0 and document["notes"] > 0 and 0 < document["peak"] < 1


def test_the_drums_can_be_heard_alone(song: Path) -> None:
    document = json.loads(render(song, "--drums-only", "--json").stdout)
    assert document["strokes"] > 0 and document["notes"] == 0


def test_a_sound_that_is_there_is_not_overwritten_unless_forced(song: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.wav"
    target.write_bytes(b"precious")
    result = render(song, "-o", target)
    assert result.exit_code == 1 and "--force" in result.output
    assert target.read_bytes() == b"precious"
    assert render(song, "-o", target, "--force").exit_code == 0
    assert target.read_bytes()[:4] == b"RIFF"


@pytest.mark.parametrize("content", [b"", b"not MIDI", band(2)[:60]])
def test_a_broken_file_is_one_sentence(song: Path, content: bytes) -> None:
    song.write_bytes(content)
    result = render(song)
    assert result.exit_code == 1 and result.output.count("\n") == 1
    assert str(song) in result.output and not song.with_suffix(".wav").exists()


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    result = render(tmp_path / "none.mid")
    assert result.exit_code == 1 and "none.mid" in result.output


def test_a_name_that_is_no_sound_is_refused_before_the_work(song: Path, tmp_path: Path) -> None:
    result = render(song, "-o", tmp_path / "a.doc")
    assert result.exit_code == 1 and ".wav" in result.output


def test_a_kit_that_there_is_not_is_one_sentence_and_status_1(tmp_path: Path) -> None:
    song = tmp_path / "song.mid"
    song.write_bytes(band(2))
    result = render(song, "--kit-sound", "polka")
    assert result.exit_code == 1 and "rock, jazz" in result.output
