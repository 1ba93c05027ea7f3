"""Which notes were played is known a little later."""

from __future__ import annotations

import numpy as np
import pytest

from engine.hearing.notes import Muted, NoteBegins, NoteFinder
from engine.hearing.onsets import OnsetDetector, Stroke
from engine.hearing.pitches import FRAME_S, FRAMES, PITCHES
from engine.hearing.pitches import RATE as HEARD_RATE
from engine.hearing.resampling import Resampler
from engine.hearing.transcribe import transcribe, with_slurs
from tests.support.plucked import muted, plucked

RATE = 48_000


def test_a_line_and_a_chord_are_heard_note_by_note() -> None:
    line = [(0.5, 45, 90, 0.4), (1.0, 48, 90, 0.4), (1.5, 52, 90, 0.4)]
    chord = [(2.0, pitch, 90, 0.8) for pitch in (40, 47, 52, 56)]
    found = transcribe(plucked([*line, *chord], 3.5, RATE), RATE)
    assert len(found.strokes) == 4
    heard = {(round(note.time, 1), note.pitch) for note in found.notes}
    assert {(0.5, 45), (1.0, 48), (1.5, 52)} <= heard
    assert len(heard & {(2.0, pitch) for pitch in (40, 47, 52, 56)}) >= 3
    assert all(0.1 < note.duration < 1.5 for note in found.notes)


def test_muted_strokes_are_rhythm_without_pitch() -> None:
    found = transcribe(muted([0.5, 1.0, 1.5], 2.5, RATE), RATE)
    assert len(found.strokes) == 3
    assert not found.notes


def test_silence_holds_nothing() -> None:
    found = transcribe(np.zeros(RATE, np.float32), RATE)
    assert not found.strokes and not found.notes


def test_a_note_is_told_within_a_quarter_of_a_second() -> None:
    samples = plucked([(1.0, 45, 90, 1.0)], 2.0, RATE)
    detector, finder, resampler = OnsetDetector(RATE), NoteFinder(), Resampler(RATE, HEARD_RATE)
    told = None
    for begin in range(0, len(samples), 480):
        finder.hear(resampler.hear(samples[begin : begin + 480]))
        for stroke in detector.hear(samples[begin : begin + 480]):
            finder.strike(stroke)
        if finder.due and told is None:
            begun = [event for event in finder.look() if isinstance(event, NoteBegins)]
            told = (begin + 480) / RATE if begun else None
    assert told is not None and told - 1.0 < 0.25


def test_samples_at_another_rate_keep_their_place() -> None:
    for rate in (8_000, 44_100, 48_000, 96_000):
        tone = np.sin(2 * np.pi * 440 * np.arange(rate) / rate).astype(np.float32)
        made = Resampler(rate, HEARD_RATE)
        out = np.concatenate([made.hear(tone[k : k + 100]) for k in range(0, rate, 100)])
        true = np.sin(2 * np.pi * 440 * np.arange(len(out)) / HEARD_RATE)
        assert np.abs(out - true)[50:].max() < 0.01


def test_a_muted_stroke_is_told_as_the_last_note_again_and_softer() -> None:
    samples = plucked([(0.5, 45, 90, 0.3)], 2.0, RATE) + muted([1.2], 2.0, RATE)
    events = []
    detector, finder, resampler = OnsetDetector(RATE), NoteFinder(), Resampler(RATE, HEARD_RATE)
    for begin in range(0, len(samples), 480):
        finder.hear(resampler.hear(samples[begin : begin + 480]))
        strokes = detector.hear(samples[begin : begin + 480])
        for stroke in strokes:
            finder.strike(stroke)
        events += finder.look() if finder.due else []
    (found,) = [event for event in events if isinstance(event, Muted)]
    assert abs(found.time - 1.2) < 0.02 and found.pitch == 45
    assert found.velocity < 80


def slurred(step: int) -> np.ndarray:
    """A note is struck at half a second; from 0.76 s on it goes over into a near one, and no pick
    is heard."""
    struck = plucked([(0.5, 50, 90, 1.2)], 2.0, RATE)
    follows = plucked([(0.7, 50 + step, 70, 1.2)], 2.0, RATE) * 0.4
    rise = np.clip((np.arange(2 * RATE) / RATE - 0.76) / 0.1, 0, 1)
    return np.asarray(struck * (1 - rise) + follows * rise, np.float32)


@pytest.mark.parametrize("step", [2, -2])
def test_a_slur_is_a_stroke_that_no_pick_made(step: int) -> None:
    samples = slurred(step)
    assert len(OnsetDetector(RATE).hear(samples)) == 1
    first, second = transcribe(samples, RATE).strokes
    assert abs(first.time - 0.5) < 0.02 and not first.slurred
    assert abs(second.time - 0.79) < 0.04 and second.slurred


def test_a_slur_near_a_stroke_is_that_stroke() -> None:
    strokes = [Stroke(1.0, 80), Stroke(2.0, 80)]
    events = [
        NoteBegins(0.97, 50, 60, slurred=True),
        NoteBegins(1.5, 52, 60, slurred=True),
        NoteBegins(1.52, 55, 60, slurred=True),
        NoteBegins(1.7, 57, 60),
    ]
    told = with_slurs(strokes, events)
    assert [(one.time, one.slurred) for one in told] == [(1.0, False), (1.5, True), (2.0, False)]


class Sure:
    """Hears one pitch begin where it is told to, so surely, over what sounded so much before."""

    def __init__(self, begins: float, before: float) -> None:
        self.begins, self.before = begins, before

    def __call__(self, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:  # noqa: ARG002
        sounds, begins = np.zeros((2, FRAMES, PITCHES), np.float32)
        frame = FRAMES - 30
        sounds[:frame, 30], sounds[frame:, 30] = self.before, 0.9
        begins[frame, 30] = self.begins
        return sounds, begins


@pytest.mark.parametrize(
    ("begins", "before", "told"),
    [(0.6, 0.1, True), (0.6, 0.8, False), (0.9, 0.8, True), (0.5, 0.0, False)],
)
def test_what_sounds_already_must_begin_more_surely(
    begins: float, before: float, told: bool
) -> None:
    finder = NoteFinder(Sure(begins, before))  # type: ignore[arg-type]
    finder.hear(np.zeros(3 * HEARD_RATE, np.float32))
    slurs = [event for event in finder.look() if isinstance(event, NoteBegins)]
    assert bool(slurs) == told
    assert all(event.slurred for event in slurs)


class BeginsAt:
    """Hears a pitch begin at that moment of the stream, of which so much has been heard."""

    def __init__(self, moment: float) -> None:
        self.moment, self.now = moment, 0.0

    def __call__(self, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        sounds, begins = np.zeros((2, FRAMES, PITCHES), np.float32)
        frame = round((self.moment - self.now + len(samples) / HEARD_RATE) / FRAME_S)
        if 0 <= frame < FRAMES:
            begins[frame, 30], sounds[frame:, 30] = 0.9, 0.9
        return sounds, begins


@pytest.mark.parametrize("moment", [0.64, 0.7, 0.76, 0.82, 0.88])
def test_a_slur_shortly_before_a_stroke_is_heard(moment: float) -> None:
    network, told = BeginsAt(moment), []
    finder = NoteFinder(network)  # type: ignore[arg-type]
    for number in range(1, 151):
        network.now = number / 100
        finder.hear(
            np.zeros(round(HEARD_RATE * number / 100) - round(finder.now * HEARD_RATE), np.float32)
        )
        if number in (50, 100):
            finder.strike(Stroke(number / 100, 80))
        told += finder.look() if finder.due else []
    (slur,) = [event for event in told if isinstance(event, NoteBegins)]
    assert slur.slurred and abs(slur.time - moment) < 0.02
