"""The filter that the onset model learns through is the one that the tracker has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.beats.pulse.filter import (
    COUNTED_TEMPO,
    HINTED_TEMPO,
    PHASES,
    FilterSettings,
    PulseFilter,
    free_grid,
    near_grid,
)
from engine.beats.pulse.model import CLASSES, Opinion
from engine.beats.training.learn_followed import (
    Following,
    Told,
    following_of,
    found,
    loss_followed,
)
from engine.beats.training.learn_onsets import OnsetNet
from engine.beats.training.soft_filter import SoftFilter
from tests.engine.beats.test_learning import a_part

GAPS = (0.31, 0.29, 0.62, 0.05, 1.4, 0.3, 3.7, 0.6, 0.61, 0.3)
NO_SOLOIST = replace(COUNTED_TEMPO, soloist=False)  # of whom the soft one knows nothing


def heard_live(
    pulse: PulseFilter, places: np.ndarray, right: np.ndarray, gaps: list[float]
) -> np.ndarray:
    """How likely each beat length and phase is after every chord: (chords, periods, PHASES)."""
    now, out = pulse.time or 0.0, []
    for opinion, likes, gap in zip(places, right, gaps, strict=True):
        now += gap if np.isfinite(gap) else 0.0
        pulse.advance(now)
        pulse.update(Opinion(opinion, likes, likes))
        out.append(pulse.mass * pulse.weight[:, None] / pulse.total)
    return np.array(out)


def begun(settings: FilterSettings, how: str) -> PulseFilter:
    pulse = PulseFilter(free_grid() if how == "free" else near_grid(0.6, 0.04), settings)
    if how == "counted":
        pulse.begin(10.0)
    return pulse


@pytest.mark.parametrize(
    ("settings", "how"),
    [(HINTED_TEMPO, "hinted"), (NO_SOLOIST, "counted"), (FilterSettings(), "free")],
)
def test_it_thinks_what_the_tracker_s_filter_thinks(
    settings: FilterSettings, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = 65536  # the live one turns its phases by 1024ths, for speed
    monkeypatch.setattr("engine.beats.pulse.filter.TURNS", turns)
    roots = np.exp(-2j * np.pi / turns * np.arange(turns)).astype(np.complex64)
    monkeypatch.setattr("engine.beats.pulse.filter._ROOTS", roots)
    chance, live = np.random.default_rng(4), begun(settings, how)
    asked = live.blend.shape[1]
    places = chance.dirichlet(np.full(CLASSES, 0.3), (len(GAPS), asked)).astype(np.float32)
    right = chance.normal(0, 6, (len(GAPS), asked)).astype(np.float32)
    gaps = [GAPS[0] if how == "counted" else np.inf, *GAPS[1:]]
    there = np.ones((2, len(gaps)), bool)
    twice = [torch.from_numpy(np.stack([one, one])) for one in (places, right)]
    one = begun(settings, how)
    with torch.no_grad():
        pulses = [one, one if how == "free" else begun(settings, how)]  # one grid, or two
        soft = SoftFilter(pulses).beliefs(*twice, np.array([gaps, gaps]), there)
        beliefs = torch.stack(list(soft), 1).numpy()
    heard = heard_live(live, places, right, gaps)
    assert np.abs(beliefs - heard).sum((2, 3)).max() < 1e-3
    assert heard.sum(1).max(1).min() > 1.2 / PHASES  # and it thinks something


def test_each_performance_rests_as_it_would_alone() -> None:
    places = torch.full((2, 2, 9, CLASSES), 0.02)
    places[:, :, :, 0] = 0.88
    right, there = torch.zeros(2, 2, 9), np.ones((2, 2), bool)
    gaps = np.array([[0.6, 1.4], [0.6, 8.0]])
    both = SoftFilter([begun(HINTED_TEMPO, "counted") for _ in range(2)])
    alone = SoftFilter([begun(HINTED_TEMPO, "counted")])
    two = list(both.beliefs(places, right, gaps, there))
    one = list(alone.beliefs(places[:1], right[:1], gaps[:1], there[:1]))
    assert torch.allclose(two[1][0], one[1][0], atol=1e-6)
    assert not torch.allclose(two[1][1], one[1][0], atol=1e-3)


def test_a_chord_that_is_not_there_changes_nothing() -> None:
    places = torch.full((2, 3, 9, CLASSES), 1 / CLASSES)
    places[:, :, :, 0] += 1.0
    gaps, heard = np.full((2, 3), 0.6), np.array([[True, True, True], [True, False, False]])
    gaps[1, 1:] = 0
    right = torch.linspace(-3, 3, 9).expand(2, 3, 9)
    both = SoftFilter([begun(HINTED_TEMPO, "counted") for _ in range(2)])
    first, _, last = both.beliefs(places, right, gaps, heard)
    assert torch.allclose(first[1], last[1], atol=1e-4)
    assert not torch.allclose(first[0], last[0], atol=1e-4)


@pytest.mark.parametrize(
    ("length", "place", "worth"),
    [(0.5, 0.2, 1.0), (0.25, 0.4, 0.6), (1.0, 0.1, 0.6), (1.0, 0.6, 0.6), (0.5, 0.7, 0.0),
     (0.25, 0.9, 0.0), (0.75, 0.2, 0.0)],
)  # fmt: skip
def test_a_beat_of_twice_or_half_the_length_is_worth_less_than_the_true_one(
    length: float, place: float, worth: float
) -> None:
    logs, belief = np.log(np.geomspace(0.2, 1.6, 100)), torch.zeros(1, 100, PHASES)
    belief[0, np.abs(logs - np.log(length)).argmin(), round(place * PHASES)] = 1.0
    near, close = found([belief], logs[None], np.array([[0.5]]), np.array([[0.2]]))
    assert float(near) == pytest.approx(worth, abs=0.03)
    assert float(close) == pytest.approx(worth, abs=0.03)


def test_who_knows_no_phase_is_not_worth_more_at_another_length() -> None:
    logs = np.log(np.geomspace(0.2, 1.6, 100))
    flat = torch.zeros(3, 100, PHASES)
    for row, length in enumerate((0.5, 1.0, 0.25)):
        flat[row, np.abs(logs - np.log(length)).argmin()] = 1 / PHASES
    same = np.full((3, 1), 0.5), np.full((3, 1), 0.2)
    for worth in found([flat], np.stack([logs] * 3), *same):
        true, double, half = worth[:, 0].tolist()
        assert double / true == pytest.approx(0.6, abs=0.02) == half / true


def performances(
    chance: np.random.Generator, count: int, told: Told = Told.TEMPO
) -> list[Following]:
    found: list[Following] = []
    while len(found) < count:
        one = following_of(a_part(), chance, told)
        found += [] if one is None else [one]
    return found


def test_a_network_learns_to_be_followed() -> None:
    torch.manual_seed(1)
    net, batch = OnsetNet(), performances(np.random.default_rng(1), 4)
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)
    losses = []
    for _ in range(12):
        optimizer.zero_grad()
        loss = loss_followed(net, batch, np.random.default_rng(1))
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.7 * losses[0]


def test_an_upbeat_during_the_count_in_is_not_followed() -> None:
    chance, upbeats = np.random.default_rng(2), 0
    for one in performances(chance, 12):
        counted = one.begun.time is not None
        assert (one.taps == 4) == counted
        assert (one.gaps >= 0).all() and len(one.gaps) == len(one.inputs) - one.taps
        early = one.gaps.cumsum() == 0  # at the last tap still
        assert ((one.weights < 0) == (early & counted)).all()
        upbeats += int(early.sum())
    assert upbeats > 0


def test_players_of_a_lesson_may_all_count_in() -> None:
    counted = [one.taps for one in performances(np.random.default_rng(4), 8, Told.COUNT_IN)]
    some = [one.taps for one in performances(np.random.default_rng(4), 8)]
    assert counted == [4] * 8 and set(some) == {0, 4}


def test_after_a_count_in_the_filter_begins_on_a_beat() -> None:
    counted = next(one for one in performances(np.random.default_rng(3), 12) if one.taps)
    assert counted.begun.mass.sum(0).argmax() == 0


def test_a_player_who_tells_nothing_is_followed_from_nothing() -> None:
    chance, known = np.random.default_rng(5), a_part()
    free = None
    while free is None:
        free = following_of(known, chance, Told.NOTHING)
    assert free.taps == 0 and free.begun.time is None
    assert len(free.begun.periods) == len(free_grid().periods)
    true = float(np.median(np.diff(known.part.beats)))
    assert np.abs(np.log(free.lengths / true)).max() < 0.4  # played faster or slower, and drifting
    net = OnsetNet()
    loss_followed(net, [free], chance).backward()
    assert net.out.weight.grad is not None
    assert float(net.out.weight.grad[CLASSES].abs().sum()) > 0  # what is liked is learnt too
