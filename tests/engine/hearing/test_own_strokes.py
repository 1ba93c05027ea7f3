"""What our own drums put into the microphone is not taken for the guitar."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from drumd.sound.drums import Drums
from drumd.sound.kits.store import load_kit
from engine.hearing.onsets import OnsetDetector
from tests.support.plucked import plucked

RATE, SECONDS = 44_100, 14.0
KICK, SNARE, HAT = 36, 38, 42
DRUMS = [(0.5 + 0.25 * k, HAT, 80) for k in range(52)]
DRUMS += [(0.5 + 0.5 * k, (KICK, SNARE)[k % 2], 100) for k in range(26)]
Strokes = Sequence[tuple[float, int, int]]


def drums(late_s: float = 0.0) -> np.ndarray:
    kit = Drums(load_kit("rock", RATE))
    for time, key, velocity in sorted(DRUMS):
        kit.strike(key, velocity, round((time + late_s) * RATE))
    sound = kit.block(round(SECONDS * RATE)).mean(1)
    return np.asarray(0.1 * sound / np.abs(sound).max(), np.float32)


def guitar(times: Sequence[float]) -> np.ndarray:
    notes = [(time, (40, 47, 45, 52)[k % 4], 80, 0.45) for k, time in enumerate(times)]
    return plucked(notes, SECONDS, RATE)


def heard(samples: np.ndarray, told: Strokes, since: float = 7.0) -> np.ndarray:
    """When strokes are heard once the drums have been learnt."""
    detector, coming, found = OnsetDetector(RATE), sorted(told), list[float]()
    for begin in range(0, len(samples), 256):
        while coming and coming[0][0] < begin / RATE + 0.02:
            detector.strike(*coming.pop(0))
        found += [stroke.time for stroke in detector.hear(samples[begin : begin + 256])]
    return np.array([time for time in found if time > since])


def share(of: np.ndarray, in_: np.ndarray) -> float:
    return float((np.abs(of[:, None] - in_).min(1, initial=9.0) < 0.03).mean())


@pytest.mark.parametrize("late_s", [0.0, 0.09])
def test_drums_alone_are_heard_as_guitar_until_they_are_known(late_s: float) -> None:
    sound = drums(late_s)
    untold, told = heard(sound, ()), heard(sound, DRUMS)
    assert len(untold) > 10
    assert len(told) < len(untold) / 2


def test_a_guitar_is_heard_between_and_upon_our_strokes() -> None:
    rng = np.random.default_rng(2)
    times = np.arange(0.5, SECONDS - 0.6, 0.75)
    times = times + rng.normal(0, 0.01, len(times))
    found = heard(guitar(times.tolist()) + drums(), DRUMS)
    late = times[times > 7.1]
    assert share(late, found) >= 0.8
    assert share(found, late) >= 0.8


def test_where_no_drum_is_heard_strokes_that_coincide_with_ours_survive() -> None:
    rng = np.random.default_rng(3)
    times = np.arange(0.5, SECONDS - 0.6, 0.25)
    times = times + rng.normal(0, 0.01, len(times))
    sound = guitar(times.tolist())
    late = times[times > 7.1]
    assert share(late, heard(sound, DRUMS)) >= 0.7 * share(late, heard(sound, ()))
