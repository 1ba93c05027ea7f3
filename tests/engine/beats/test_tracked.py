"""What the ranking model learns from when it is live, and what ears make of a performance."""

from __future__ import annotations

import numpy as np
import pytest

from engine.beats.training.conditions import Played
from engine.beats.training.performances import Performance, heard_by_ear
from engine.beats.training.ranking_examples import Ranked
from engine.beats.training.tracked_examples import tracked
from tests.engine.beats.test_ranking import PERIOD, chords

BARS, METRE = 16, 4
TAPS = [1.0 - PERIOD * before for before in (4, 3, 2, 1)]


def followed(*, off: float, taps: list[float], seed: int = 1) -> Ranked:
    """A strum whose true beats lie `off` beats later than the tracker takes them to be."""
    beats = 1.0 + PERIOD * (np.arange(METRE * BARS + 4) - METRE + off)
    played = Performance(chords(BARS), beats, np.arange(len(beats)) % METRE == 0, taps)
    (one,) = tracked(played, np.random.default_rng(seed))
    return one


@pytest.mark.parametrize(("off", "likely"), [(0.0, True), (0.5, False), (0.25, False)])
@pytest.mark.parametrize("taps", [[], TAPS])
def test_the_filter_speaks_for_the_relative_that_is_followed_right_or_wrong(
    off: float, likely: bool, taps: list[float]
) -> None:
    one = followed(off=off, taps=taps)
    last = one.log_weight[-1]
    assert one.is_true[-1].any() and not one.is_true[-1].all()
    assert (last[one.is_true[-1]].max() == last.max()) == likely


@pytest.mark.parametrize("off", [0.0, 0.5, 1.0, 3.5])
def test_the_true_row_has_the_true_bar_line(off: float) -> None:
    """Column -7 of what the model sees is how near a chord lies to the bar line."""
    one = followed(off=off, taps=TAPS)
    on_one = np.flatnonzero(one.true_row >= 0)
    assert len(on_one) > 100
    seen = one.inputs[on_one, one.true_row[on_one], -7]
    time = np.array([chord.time for chord in chords(BARS)])[-len(on_one) :]
    place = (time - 1.0) / PERIOD - off
    distance = np.abs((place + METRE / 2) % METRE - METRE / 2)
    assert seen[distance < 0.03].min() > 0.5 > seen[distance > 0.2].max()


def test_nothing_is_learnt_where_no_relative_is_true() -> None:
    beats = 1.0 + PERIOD * 1.22 * np.arange(METRE * BARS)
    played = Performance(chords(BARS), beats, np.arange(len(beats)) % METRE == 0, TAPS)
    assert all(one.counts.mean() < 0.5 for one in tracked(played, np.random.default_rng(1)))


def test_ears_hear_a_strum_at_one_moment_and_not_all_of_it() -> None:
    rng = np.random.default_rng(2)
    starts = np.repeat(np.arange(200) * 0.3, 4)
    time = starts + np.tile([0, 0.008, 0.016, 0.024], 200)
    pitch = np.tile([40, 47, 52, 56], 200)
    strum = Played(time, pitch, np.full(800, 80), np.arange(100) * 0.6)
    heard = [heard_by_ear(strum, rng) for _ in range(20)]
    for one in heard:
        moments = np.unique(one.time)
        struck = np.abs(moments % 0.3 - 0.012) < 1e-6
        assert (np.diff(one.time) >= 0).all() and struck.mean() > 0.85 and len(moments) < 230
    counts = [len(np.unique(one.time)) for one in heard]
    assert min(counts) < 190 and max(len(one.time) for one in heard) < 900
    assert any(set(one.pitch.tolist()) - {40, 47, 52, 56} for one in heard)
