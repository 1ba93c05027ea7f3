"""From a MIDI file to frames in an audio file."""

from __future__ import annotations

import builtins
import wave
from pathlib import Path

import mido
import numpy as np
import pytest

from drumd.sound.audio_file import AudioFile
from drumd.sound.errors import SoundError
from drumd.sound.kits.kit import Kit
from drumd.sound.render import render
from drumd.sound.score import Score, score_of
from engine.errors import MissingExtraError
from engine.midi.read import read_song


def write_song(path: Path, *messages: mido.Message | mido.MetaMessage) -> Path:
    song = mido.MidiFile(ticks_per_beat=100)
    song.tracks.append(mido.MidiTrack(messages))
    song.save(path)
    return path


def note(pitch: int, wait: int, *, channel: int = 9, ticks: int = 50) -> list[mido.Message]:
    return [
        mido.Message("note_on", note=pitch, velocity=127, channel=channel, time=wait),
        mido.Message("note_off", note=pitch, channel=channel, time=ticks),
    ]


def read_score(path: Path, *, drums_only: bool = False) -> Score:
    return score_of(read_song(path), drums_only=drums_only)


def frames_of(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return data.reshape(-1, file.getnchannels())


def test_strokes_come_when_the_tempo_map_says(tmp_path: Path, tiny: Kit) -> None:
    song = write_song(
        tmp_path / "song.mid",
        mido.MetaMessage("set_tempo", tempo=500_000),
        *note(36, 100),
        mido.MetaMessage("set_tempo", tempo=1_000_000, time=50),  # at beat 2, one second
        *note(38, 100),
    )
    score = read_score(song)
    assert [(n.onset, n.pitch) for n in score.notes] == [(0.5, 36), (2.0, 38)]
    done = render(score, tiny, tmp_path / "song.wav")
    out = frames_of(tmp_path / "song.wav")[:, 0]
    assert np.nonzero(out)[0][0] == 500 and done.strokes == 2
    assert np.nonzero(np.diff(out[1600:]))[0][0] + 1601 == 2000


def test_drums_alone_leave_out_the_rest(tmp_path: Path, tiny: Kit) -> None:
    song = write_song(tmp_path / "song.mid", *note(36, 100), *note(45, 0, channel=0))
    both, drums = read_score(song), read_score(song, drums_only=True)
    assert (len(both.notes), both.strokes) == (2, 1)
    assert (len(drums.notes), drums.strokes) == (1, 1)
    assert render(both, tiny, tmp_path / "both.wav").notes == 1


def test_a_song_without_drums_says_so(tmp_path: Path) -> None:
    song = write_song(tmp_path / "song.mid", *note(45, 0, channel=0))
    with pytest.raises(SoundError, match="channel 10"):
        read_score(song, drums_only=True)


def test_the_loudest_song_does_not_clip(tmp_path: Path, rock: Kit) -> None:
    chord = [m for key in (36, 38, 46, 49, 51, 43, 47, 50) for m in note(key, 0, ticks=0)]
    song = write_song(tmp_path / "loud.mid", *chord, *chord, *chord)
    done = render(read_score(song), rock, tmp_path / "loud.wav")
    assert 0.7 < done.peak < 1 and done.limited > 0
    assert np.abs(frames_of(tmp_path / "loud.wav").astype(int)).max() < 32_767


def test_a_file_that_fails_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), AudioFile(tmp_path / "a.wav", 1000) as file:
        file.write(np.zeros((10, 2), np.float32))
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_fails_leaves_the_one_that_was_there(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"precious")
    with pytest.raises(ZeroDivisionError), AudioFile(tmp_path / "a.wav", 1000):
        raise ZeroDivisionError
    assert (tmp_path / "a.wav").read_bytes() == b"precious"


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="cannot be written"):
        AudioFile(tmp_path / "none" / "a.wav", 1000)


def test_a_name_that_is_no_audio_file_is_answered_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(SoundError, match=r"\.wav or \.flac"):
        AudioFile(tmp_path / "a.txt", 1000)


def test_other_kinds_say_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_soundfile(name: str, *args: object) -> object:
        if name == "soundfile":
            raise ModuleNotFoundError(name=name)
        return real(name, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without_soundfile)
    with pytest.raises(MissingExtraError, match=r"drumd\[audio-files\]"):
        AudioFile(tmp_path / "a.flac", 1000)


def test_a_soundfile_without_its_library_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without_libsndfile(name: str, *args: object) -> object:
        if name == "soundfile":
            raise OSError("cannot load library 'libsndfile.so'")
        return real(name, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without_libsndfile)
    with pytest.raises(SoundError, match=r"libsndfile; \.wav needs nothing"):
        AudioFile(tmp_path / "a.flac", 1000)


@pytest.mark.parametrize("kind", ["flac", "ogg", "mp3"])
def test_other_kinds_are_written_where_soundfile_is(tmp_path: Path, kind: str) -> None:
    soundfile = pytest.importorskip("soundfile")
    tone = np.sin(np.arange(48_000) / 20)[:, None].repeat(2, axis=1).astype(np.float32) / 2
    with AudioFile(tmp_path / f"a.{kind}", 48_000) as file:
        file.write(tone)
    read, rate = soundfile.read(tmp_path / f"a.{kind}")
    assert rate == 48_000 and read.std() == pytest.approx(tone.std(), rel=0.05)
