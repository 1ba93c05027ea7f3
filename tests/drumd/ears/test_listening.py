"""What the ears tell of what they hear, and what becomes of it on the live path."""

from __future__ import annotations

import tracemalloc
import wave
from collections import deque
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
from engine.hearing.onsets import OnsetDetector
from engine.hearing.pitches import FRAMES, PITCHES
from tests.support.plucked import muted, plucked

RATE = 48_000


def told_of(samples: np.ndarray, *, began: float = 100.0, **how: float) -> list[Told]:
    told: list[Told] = []
    ears = Ears(RATE, told.append, **how)
    for first in range(0, len(samples), 480):
        ears.hear(Block(began + first / RATE, samples[first : first + 480]))
    ears.close()
    return told


def strokes_near(told: list[Told], times: list[float]) -> int:
    struck = [one.time for one in told if one.kind is Kind.STRUCK]
    return sum(any(abs(one - time) < 0.02 for one in struck) for time in times)


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
            clock.strike(one.time, Onset(one.velocity).as_note())
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


@pytest.mark.parametrize(("rate", "channels"), [(44_100, 1), (96_000, 8)])
def test_strokes_are_heard_at_other_rates_and_on_one_channel_of_many(
    tmp_path: Path, rate: int, channels: int
) -> None:
    frames = np.zeros((2 * rate, channels))
    frames[:, -1] = plucked([(0.5, 45, 90, 0.5), (1.0, 48, 90, 0.5)], 2.0, rate)
    recording = Recording(write_wav(tmp_path / "a.wav", frames, rate), channel=channels)
    told: list[Told] = []
    ears, count = Ears(rate, told.append), 0
    for samples in recording:
        ears.hear(Block(100 + count / rate, samples))
        count += len(samples)
    ears.close()
    assert strokes_near(told, [100.5, 101.0]) == 2
    assert {45, 48} <= {one.pitch for one in told if one.kind is Kind.NOTE_ON}


def test_what_clips_is_heard_nevertheless() -> None:
    times = [0.5 + 0.3 * k for k in range(8)]
    notes = [(time, 40 + 5 * (k % 3), 100, 0.25) for k, time in enumerate(times)]
    told = told_of(np.clip(12 * plucked(notes, 3.2, RATE), -1, 1))
    assert strokes_near(told, [100 + time for time in times]) >= len(times) - 1
    assert sum(one.kind is Kind.STRUCK for one in told) <= len(times) + 2


def test_memory_does_not_grow_with_the_length_of_a_jam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.hearing.notes.PitchNetwork", lambda: heard_nothing)
    told = deque[Told](maxlen=1)
    second = plucked([(0.1, 45, 90, 0.3), (0.6, 52, 90, 0.3)], 1.0, RATE)
    ears, seconds, last = Ears(RATE, told.append), 20, 10
    try:
        for number in range(seconds):
            if number == seconds - last:
                tracemalloc.start()  # from here on: a leak is one at the end too
            for first in range(0, RATE, 2_000):
                ears.hear(Block(number + first / RATE, second[first : first + 2_000]))
        ears.close()
        still_held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert still_held < last * second.nbytes / 2
    assert abs(told[0].time - (seconds - 0.4)) < 0.35  # and time has not gone astray


def heard_nothing(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:  # noqa: ARG001
    """A network that is quick."""
    return np.zeros((FRAMES, PITCHES)), np.zeros((FRAMES, PITCHES))


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


def test_a_drum_of_ours_is_told_in_seconds_of_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    struck = list[tuple[float, int, int]]()
    monkeypatch.setattr(OnsetDetector, "strike", lambda _, *stroke: struck.append(stroke))
    ears = Ears(RATE, lambda _: None)
    ears.drum(100.5, 38, 90)  # nothing has been heard: there is no stream yet
    ears.hear(Block(100.0, np.zeros(RATE, np.float32)))
    ears.hear(Block(107.0, np.zeros(RATE, np.float32)))  # some were lost
    ears.drum(108.25, 38, 90)
    ears.close()
    assert struck == [(pytest.approx(2.25), 38, 90)]
