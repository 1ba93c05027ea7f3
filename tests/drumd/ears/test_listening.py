"""What the ears tell of what they hear, and what becomes of it on the live path."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from drumd.ears.listening import Ears
from drumd.ears.sources.base import Block, SourceError, one_channel
from drumd.ears.sources.file import FileSource, Recording
from drumd.ears.told import Kind, Told
from drumd.jam.heard import HeardNotes
from drumd.ports.base import Onset
from drumd.timing.clock import ManualClock
from drumd.timing.select import musical_clock
from tests.support.plucked import muted, plucked

RATE = 48_000


def told_of(samples: np.ndarray, *, began: float = 100.0, **how: float) -> list[Told]:
    told: list[Told] = []
    ears = Ears(RATE, told.append, **how)
    for first in range(0, len(samples), 480):
        ears.hear(Block(began + first / RATE, samples[first : first + 480]))
    ears.close()
    return told


def write_wav(path: Path, frames: np.ndarray, rate: int, width: int = 2) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(frames.shape[1])
        file.setsampwidth(width)
        file.setframerate(rate)
        whole = np.ascontiguousarray((frames * (2 ** (8 * width - 1) - 1)).astype("<i4"))
        data = whole.reshape(-1, 1).view(np.uint8)[:, :width]  # little-endian
        file.writeframes(data.tobytes())
    return path


def test_strokes_are_told_before_their_notes_with_the_moment_of_the_sound() -> None:
    told = told_of(plucked([(0.5, 45, 90, 0.5), (1.0, 48, 90, 0.5)], 2.0, RATE))
    struck = [one for one in told if one.kind is Kind.STRUCK]
    notes = [one for one in told if one.kind is Kind.NOTE_ON]
    assert [round(one.time, 1) for one in struck] == [100.5, 101.0]
    assert {(round(one.time, 1), one.pitch) for one in notes} >= {(100.5, 45), (101.0, 48)}
    assert told.index(struck[0]) < told.index(notes[0])


def test_a_muted_count_in_counts_in() -> None:
    clock = musical_clock("auto", by_ear=True)
    for one in told_of(muted([0.5, 1.0, 1.5, 2.0], 2.6, RATE)):
        if one.kind in (Kind.STRUCK, Kind.DAMPED):
            clock.hear(one.time, Onset(one.velocity).as_note())
    assert clock.source == "count-in"
    assert clock.timeline is not None and abs(clock.timeline.bpm - 120) < 2
    assert abs(clock.timeline.beat_at(102.5)) < 0.05  # one


def test_what_is_softer_than_the_gate_is_no_stroke() -> None:
    samples = plucked([(0.5, 45, 90, 0.5)], 1.0, RATE)
    assert [one.kind for one in told_of(samples, gate_db=0.0)] == []
    assert Kind.STRUCK in [one.kind for one in told_of(samples / 30, gain_db=20.0)]


@pytest.mark.parametrize("width", [2, 3, 4])
@pytest.mark.parametrize(("rate", "channels"), [(44_100, 1), (96_000, 8)])
def test_recordings_of_every_width_are_read(
    tmp_path: Path, width: int, rate: int, channels: int
) -> None:
    wanted = np.sin(np.arange(2_000) / 20)[:, None] * np.linspace(0.2, 0.9, channels)
    recording = Recording(write_wav(tmp_path / "a.wav", wanted, rate, width), channel=channels)
    samples = np.concatenate(list(recording))
    assert recording.rate == rate
    assert np.abs(samples - wanted[:, -1]).max() < 1e-3


def test_a_recording_plays_in_real_time_to_its_end(tmp_path: Path) -> None:
    clock = ManualClock(5.0)
    path = write_wav(tmp_path / "a.wav", np.zeros((4_800, 2)), RATE)
    source, blocks = FileSource(path, clock), list[Block]()
    with pytest.raises(EOFError):
        while True:
            if block := source.read(0.1):
                assert block.time + len(block.samples) / RATE <= clock.now() + 1e-6
                blocks.append(block)
    assert sum(len(block.samples) for block in blocks) == 4_800
    assert blocks[0].time == pytest.approx(5.2)


def test_what_is_no_recording_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="not there"):
        Recording(tmp_path / "none.wav")
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(SourceError, match=r"text\.wav"):
        Recording(tmp_path / "text.wav")


def test_one_channel_of_several() -> None:
    frames = np.array([[0.0, 1.0], [0.5, 0.5]], np.float32)
    assert one_channel(frames).tolist() == [0.5, 0.5]
    assert one_channel(frames, 2).tolist() == [1.0, 0.5]


def test_an_onset_is_no_note_of_the_window() -> None:
    heard = HeardNotes()
    assert not heard.hear(1.0, Onset(90), None)
    assert len(heard) == 0
