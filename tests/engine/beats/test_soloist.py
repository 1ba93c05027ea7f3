"""A soloist's notes: where they fall in the beat, and who is taken for a soloist."""

from __future__ import annotations

import numpy as np
import pytest

from engine.beats.pulse.filter import PHASES, FilterSettings, PulseFilter, near_grid
from engine.beats.pulse.soloist import GRID, LONGEST, Soloist

PERIOD = 60 / 180
PERIODS = np.array([PERIOD], np.float32)


def heard(fit: float, *, single: bool, chords: int = 60) -> Soloist:
    soloist = Soloist(PERIODS)
    for _ in range(chords):
        soloist.hear(fit, single=single)
    return soloist


def test_after_a_third_of_a_beat_a_soloist_is_on_the_beat_rather_than_off_it() -> None:
    (likely,) = Soloist(PERIODS).likely(0.36 * PERIOD)
    assert likely[2 : GRID // 10].mean() > 2 * likely[GRID // 4 : GRID // 2].mean()


def test_any_gap_has_its_odds() -> None:
    periods = np.geomspace(0.2, 1.6, 9).astype(np.float32)
    soloist = Soloist(periods)
    for gap in (0.0, 0.1, LONGEST * 1.6, 1e9, np.inf):
        likely = soloist.likely(gap)
        assert likely.shape == (9, GRID) and np.all(likely > 0) and np.isfinite(likely).all()


def test_single_notes_that_nothing_explains_are_a_soloist() -> None:
    assert heard(0.2, single=True).chance > 0.8


@pytest.mark.parametrize(("fit", "single"), [(1.5, True), (0.2, False), (1.5, False)])
def test_a_player_who_is_explained_or_strums_is_none(fit: float, single: bool) -> None:
    assert heard(fit, single=single).chance < 0.02


def test_a_phase_that_is_known_stays_known_through_many_short_gaps() -> None:
    pulse = PulseFilter(near_grid(0.5, 0.03), FilterSettings(tempo_walk=0))
    pulse.begin(0.0)
    before = np.sort(pulse.mass, 1)
    for k in range(1, 401):
        pulse.advance(k * 0.0513)
    np.testing.assert_allclose(np.sort(pulse.mass, 1).max(1), before.max(1), rtol=0.05)


def test_time_turns_the_phase() -> None:
    pulse = PulseFilter(near_grid(0.5, 0.03), FilterSettings(tempo_walk=0))
    pulse.begin(0.0)
    pulse.advance(0.3)
    phase = pulse.mass.argmax(1) / PHASES
    off = (phase - 0.3 / pulse.periods + 0.5) % 1 - 0.5
    assert np.abs(off).max() < 1 / PHASES


def test_what_was_counted_is_likelier() -> None:
    pytest.importorskip("torch")
    from engine.beats.training.learn_soloist import GAPS, odds_of

    swung = np.sort(np.concatenate([np.arange(400.0), np.arange(400) + 2 / 3]))
    odds = odds_of([(150.0, swung)], 150)
    third, two_thirds = GRID // 3, 2 * GRID // 3
    assert odds.shape == (GAPS + 1, GRID)
    assert odds[third, 0] > 0.5 and odds[two_thirds, two_thirds] > 0.5
    assert odds[third, two_thirds] <= 0.01
    assert np.abs(odds_of([(150.0, swung)], 20)).max() < 0.01  # another tempo tells nothing
