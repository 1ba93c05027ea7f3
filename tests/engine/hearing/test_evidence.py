"""What tells a stroke from other peaks of the flux."""

from __future__ import annotations

import numpy as np
import pytest

from drumd.sound.strings.plucks import ACOUSTIC
from engine.hearing.evidence import SPAN, Evidence
from engine.hearing.onsets import OnsetDetector
from tests.support.plucked import plucked

RATE = 44_100
HZ = np.geomspace(60, 10_000, 60).astype(np.float32)


def log_odds(height: float, before: float, come: float = 0.2, gone: float = 0.0) -> float:
    """Of a peak after frames of so much flux; all bands have risen, or the highest fallen."""
    evidence, still = Evidence(HZ), np.full(len(HZ), 1.0, np.float32)
    for _ in range(SPAN):
        evidence.hear(still)
    evidence.hear(np.where(HZ < 3500, still + come, still + come - gone).astype(np.float32))
    return evidence.log_odds(height, 0.01, [before] * 80)


def test_the_higher_a_peak_the_likelier_a_stroke() -> None:
    assert log_odds(0.3, 0.02) > 0 > log_odds(0.02, 0.02)
    odds = [log_odds(height, 0.02) for height in (0.01, 0.03, 0.1, 0.3)]
    assert odds == sorted(odds)


def test_what_comes_and_stays_is_likelier_than_what_is_gone_after_it() -> None:
    assert log_odds(0.08, 0.02, come=0.2) > log_odds(0.08, 0.02, come=0.02)
    assert log_odds(0.08, 0.02, gone=0.0) > log_odds(0.08, 0.02, gone=0.6)


def test_a_peak_is_judged_when_little_has_been_heard() -> None:
    evidence = Evidence(HZ)
    evidence.hear(np.zeros(len(HZ), np.float32))
    assert np.isfinite(evidence.log_odds(0.1, 0.0, [0.0] * 3))


def driven(samples: np.ndarray) -> np.ndarray:
    hiss = np.random.default_rng(0).standard_normal(len(samples))
    return np.asarray(0.5 * np.tanh(30 * samples) + 0.015 * hiss, np.float32)


@pytest.mark.parametrize("gap_s", [0.25, 0.5])
def test_chords_that_an_amplifier_levels_are_told_from_what_beats_in_them(gap_s: float) -> None:
    times = np.arange(0.5, 8.0, gap_s)
    chords = ((40, 47, 52), (43, 50, 55), (45, 52, 57))
    notes = [
        (float(time), pitch, 90, gap_s)
        for k, time in enumerate(times)
        for pitch in chords[k // 8 % 3]
    ]
    strokes = OnsetDetector(RATE).hear(driven(plucked(notes, 9.0, RATE, ACOUSTIC)))
    heard = np.array([one.time for one in strokes])
    missed = np.abs(times[:, None] - heard).min(1) > 0.03
    assert missed.sum() <= 1
    assert len(heard) <= len(times) + 2
