"""A whole recording: how far its strokes stand out is learnt from all of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.hearing.onsets import LEAST, OnsetDetector
from engine.hearing.transcribe import least_height
from tests.support.plucked import plucked

RATE = 48_000
TIMES = [0.5 + 0.25 * k for k in range(28)]
RIFF = plucked([(time, pitch, 90, 0.25) for time in TIMES for pitch in (40, 47, 52)], 8.0, RATE)


def struck(samples: NDArray[np.float32], least: float) -> tuple[int, int]:
    """How many strokes are heard, and how many of the riff's are among them."""
    times = [stroke.time for stroke in OnsetDetector(RATE, least=least).hear(samples)]
    return len(times), sum(any(abs(time - one) < 0.03 for one in times) for time in TIMES)


def test_strokes_that_a_distorting_amplifier_levels_are_told_from_what_rings() -> None:
    hiss = np.random.default_rng(0).standard_normal(len(RIFF))
    levelled = (0.5 * np.tanh(30 * RIFF) + 0.015 * hiss).astype(np.float32)
    _, live = struck(levelled, LEAST)
    heard, right = struck(levelled, least_height(levelled, RATE))
    assert live < right - 2
    assert right >= 26
    assert heard <= right + 3


def test_a_clean_guitar_is_heard_stroke_by_stroke() -> None:
    heard, right = struck(RIFF, least_height(RIFF, RATE))
    assert right >= 27
    assert heard <= right + 1


def test_what_has_too_few_peaks_to_be_sorted_is_heard_as_it_is_live() -> None:
    assert least_height(np.zeros(RATE, np.float32), RATE) == LEAST
    assert least_height(np.zeros(0, np.float32), RATE) == LEAST
