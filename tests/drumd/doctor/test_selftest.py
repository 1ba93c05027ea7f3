"""The doctor's own jam, and what it makes of one that goes wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import mido
import pytest

from drumd.doctor.selftest import BARS, RIFF, fault_of, try_live_path, write_riff


def recording(path: Path, *messages: mido.Message) -> Path:
    song = mido.MidiFile()
    song.tracks.append(mido.MidiTrack(messages))
    song.save(path)
    return path


def drum(kind: str, note: int, velocity: int = 90) -> mido.Message:
    return mido.Message(kind, note=note, velocity=velocity, channel=9, time=10)


def test_the_riff_is_a_guitar_playing_eighths(tmp_path: Path) -> None:
    write_riff(tmp_path / "riff.mid")
    song = mido.MidiFile(tmp_path / "riff.mid")
    notes = [message for message in song if message.type == "note_on"]
    assert [note.note for note in notes] == list(RIFF * BARS)
    assert song.length == pytest.approx(BARS * 4 * 60 / 200)


@pytest.mark.slow
@pytest.mark.realtime
def test_the_live_path_of_this_very_machine_plays() -> None:
    assert try_live_path() == ""


def test_drums_that_all_end_are_no_fault(tmp_path: Path) -> None:
    jam = recording(tmp_path / "jam.mid", drum("note_on", 36), drum("note_on", 36, 0))
    assert fault_of(jam) == ""


def test_a_drum_that_never_ends_is_a_fault(tmp_path: Path) -> None:
    jam = recording(
        tmp_path / "jam.mid", drum("note_on", 36), drum("note_on", 38), drum("note_off", 36)
    )
    assert "[38] never end" in fault_of(jam)


def test_a_jam_with_the_guitar_alone_is_a_fault(tmp_path: Path) -> None:
    jam = recording(tmp_path / "jam.mid", mido.Message("note_on", note=40, velocity=90))
    assert fault_of(jam) == "no drums came"


def test_a_missing_recording_is_a_fault(tmp_path: Path) -> None:
    assert "no recording" in fault_of(tmp_path / "none.mid")


def test_a_crash_of_the_live_path_is_told_by_its_last_line() -> None:
    crash = (sys.executable, "-c", "raise RuntimeError('the hat fell over')")
    assert try_live_path(crash) == (
        "drumd listen ended with status 1: RuntimeError: the hat fell over"
    )


def test_a_live_path_that_plays_nothing_is_found_out() -> None:
    assert "no recording" in try_live_path((sys.executable, "-c", "pass"))
