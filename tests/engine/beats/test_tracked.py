"""What the ranking model learns from when it is live, and what ears make of a performance."""

from __future__ import annotations

import numpy as np
import pytest

from engine.beats.pulse.chords import Chord
from engine.beats.pulse.family import Patience
from engine.beats.pulse.filter import PulseFilter, near_grid
from engine.beats.pulse.hypothesis import Hypothesis
from engine.beats.pulse.ranking import Ranking
from engine.beats.pulse.relatives import CHORD_WIDTH
from engine.beats.training.conditions import Played
from engine.beats.training.performances import Performance, heard_by_ear
from engine.beats.training.ranking_examples import Ranked
from engine.beats.training.tracked_examples import FREE_SHARE, WatchedFamily, tracked
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


@pytest.mark.parametrize("ratio", [0.5, 2.0])
def test_untold_twice_and_half_the_beat_may_be_the_true_one(ratio: float) -> None:
    untold = next(seed for seed in range(9) if np.random.default_rng(seed).random() < FREE_SHARE)
    beats = 1.0 + PERIOD * ratio * (np.arange(METRE * BARS + 4) - METRE)
    played = Performance(chords(BARS), beats, np.arange(len(beats)) % METRE == 0, [])
    (one,) = tracked(played, np.random.default_rng(untold))
    labelled = one.true_row >= 0
    assert labelled.mean() > 0.8 and one.is_true[-1].any()
    assert one.is_true[labelled, one.true_row[labelled]].all()
    length = one.inputs[-1, one.is_true[-1], CHORD_WIDTH + 14]  # log(period / 0.5) * 2
    assert np.exp(length / 2) * 0.5 == pytest.approx(PERIOD * ratio, rel=0.05)


def test_nothing_is_learnt_where_no_relative_is_true() -> None:
    beats = 1.0 + PERIOD * 1.22 * np.arange(METRE * BARS)
    played = Performance(chords(BARS), beats, np.arange(len(beats)) % METRE == 0, TAPS)
    for one in tracked(played, np.random.default_rng(1)):
        assert one.counts.mean() < 0.2  # where two tempi meet for a moment


def test_what_is_heard_again_is_learnt_from_as_it_was_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where a stranger is followed soon after a count-in, taps and chords are heard again."""
    heard: list[tuple[bool, float, float]] = []
    take, again = Ranking._take, Ranking.start_again

    def taken(ranking: Ranking, chord: Chord | None, position: float, period: float) -> None:
        heard.append((chord is None, position, period))
        take(ranking, chord, position, period)

    def started(ranking: Ranking, position: float, time: float, period: float) -> None:
        heard.clear()
        again(ranking, position, time, period)

    monkeypatch.setattr(Ranking, "_take", taken)
    monkeypatch.setattr(Ranking, "start_again", started)
    family = WatchedFamily(Patience(0.25), near_only=True, metre=None)
    family.begin(TAPS, PERIOD)
    pulse = PulseFilter(near_grid(PERIOD, 0.05))
    for chord in chords(2):
        family.place(chord.time, Hypothesis(PERIOD, (chord.time - 1.0) / PERIOD % 1, 0.0))
        family.hear(chord, pulse)
        if chord.time > 2.0 and len(family.stretches) == 1:
            family.follow(chord.time, Hypothesis(0.7, 0.3, 0.0))
    first, second = family.stretches
    assert first.taps == second.taps == 4 and len(second.chords) == len(chords(2))
    assert [is_tap for is_tap, *_ in heard] == [number < 4 for number in range(len(second.base))]
    told = np.stack([second.base, second.periods], 1)
    np.testing.assert_allclose(told, [pair for _, *pair in heard], atol=1e-6)


def test_taps_lie_on_beats_however_even_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[float] = []
    monkeypatch.setattr(Ranking, "_take", lambda _, __, position, ___: heard.append(position))
    family = WatchedFamily(Patience(0.25), near_only=True, metre=None)
    family.begin([0.0, 0.62, 1.19, 1.8], PERIOD)
    assert family.stretches[0].taps == 4 and family.stretches[0].base == heard == [-3, -2, -1, 0]


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
