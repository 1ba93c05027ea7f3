"""The filter over tempo and phase: what it keeps to when the onset model changes its mind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.beats.pulse.filter import COUNTED_TEMPO, FilterSettings, PulseFilter, near_grid
from engine.beats.pulse.model import CLASSES, SLOTS, Opinion

PERIOD_S = 0.6


def on(slot: float, lengths: int) -> Opinion:
    """The model is sure that a chord falls there in the beat, whatever that lasts."""
    places = np.full((lengths, CLASSES), 0.02, np.float32)
    places[:, SLOTS.index(slot)] = 0.88
    return Opinion(places, np.zeros(lengths, np.float32), np.zeros(lengths, np.float32))


def counted_in() -> PulseFilter:
    """A filter that was told of a beat at 0, and heard a chord on each of eight beats."""
    pulse = PulseFilter(near_grid(PERIOD_S, 0.03), COUNTED_TEMPO)
    pulse.begin(0.0)
    play(pulse, 1, 8, slot=0)
    return pulse


def play(pulse: PulseFilter, first: int, last: int, *, slot: float) -> None:
    for beat in range(first, last + 1):
        pulse.advance(beat * PERIOD_S + 0.012)
        pulse.update(on(slot, 9))


def on_the_beat(pulse: PulseFilter) -> float:
    """The share of all that takes the last chord to be near a beat, and not half a beat off."""
    near, far = pulse.shares(
        np.full(1, PERIOD_S, np.float32), np.array([0.0, 0.5]), np.zeros(2, int)
    )
    return float(near / (near + far))


def test_a_model_that_changes_its_mind_does_not_carry_the_beat_along() -> None:
    pulse = counted_in()
    assert on_the_beat(pulse) > 0.95
    play(pulse, 9, 40, slot=1 / 2)
    assert on_the_beat(pulse) > 0.6


def test_nor_when_it_comes_back() -> None:
    pulse = counted_in()
    play(pulse, 9, 24, slot=1 / 2)
    play(pulse, 25, 40, slot=0)
    assert on_the_beat(pulse) > 0.95


def test_who_is_told_of_a_beat_looks_for_it_there() -> None:
    pulse = PulseFilter(near_grid(PERIOD_S, 0.03))
    play(pulse, 1, 8, slot=0)
    pulse.tell(8.5 * PERIOD_S)
    assert on_the_beat(pulse) < 0.5


def off_after_rests(settings: FilterSettings) -> float:
    """How far off a player's beat is taken to be, in beats, who plays one chord every eight of
    his, and each eight of them 5 % faster than those before."""
    pulse, period = PulseFilter(near_grid(PERIOD_S, 0.03), settings), PERIOD_S
    pulse.begin(0.0)
    play(pulse, 1, 8, slot=0)
    now = 8 * PERIOD_S
    for _ in range(4):
        period /= 1.05
        now += 8 * period
        pulse.advance(now + 0.012)
        pulse.update(on(0, 9))
    angle = np.angle(pulse.mass.sum(0) @ np.exp(2j * np.pi * np.arange(60) / 60))
    return abs(float(angle)) / (2 * np.pi)


def test_who_plays_one_chord_every_two_bars_is_followed_where_the_tempo_strays() -> None:
    assert off_after_rests(COUNTED_TEMPO) < 0.1
    assert off_after_rests(replace(COUNTED_TEMPO, told=False, stray=1.0)) > 0.1
