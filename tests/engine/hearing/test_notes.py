"""Which notes were played is known a little later."""

from __future__ import annotations

import numpy as np

from engine.hearing.notes import Muted, NoteBegins, NoteFinder
from engine.hearing.onsets import OnsetDetector
from engine.hearing.pitches import RATE as HEARD_RATE
from engine.hearing.resampling import Resampler
from engine.hearing.transcribe import transcribe
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
