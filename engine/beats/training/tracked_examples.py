"""What the ranking model hears when it is live: beats as the tracker follows them, slips and wrong
tempi and all, and beside each relative what the filter thinks of it.

A model that chooses changes what it hears next, and so it learns from what it heard when it chose
itself (one round of Ross, Gordon and Bagnell, "A reduction of imitation learning and structured
prediction to no-regret online learning", AISTATS 2011).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.beats.pulse.chords import Chord
from engine.beats.pulse.family import Family
from engine.beats.pulse.filter import PulseFilter
from engine.beats.pulse.hypothesis import Hypothesis
from engine.beats.pulse.ranking import LENGTHS_S
from engine.beats.pulse.relatives import Rows
from engine.beats.tracker import BeatTracker
from engine.beats.training.conditions import Array
from engine.beats.training.performances import Performance
from engine.beats.training.ranking_examples import Ranked, bar_of, inputs_of

HINT_OFF = 0.1  # how far a told tempo is off at most: log
FREE_SHARE = 0.5  # of the performances without a count-in
LENGTH_OFF, NEAR = 0.07, 0.11  # how far the true beat's length (a log) and its phase may be
FEWEST_CHORDS = 8  # of a stretch
OTHERS_KEPT = 2  # rows of each relative, beside the true ones
IMPOSSIBLE = -30.0  # a log weight
Shares = NDArray[np.float32]


@dataclass(slots=True)
class Stretch:
    """Taps, then chords laid on one base beat, for as long as that was kept."""

    taps: int = 0
    chords: list[Chord] = field(default_factory=list)
    base: list[float] = field(default_factory=list)  # positions of taps and chords
    periods: list[float] = field(default_factory=list)  # of the base beat, seconds
    shares: list[Shares | None] = field(default_factory=list)  # of the relatives; none: heard again

    def add(self, chord: Chord, base: float, period: float, shares: Shares | None) -> None:
        self.chords.append(chord)
        self.base.append(base)
        self.periods.append(period)
        self.shares.append(shares)


class _WatchedFamily(Family):
    """Keeps what its ranking heard."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stretches: list[Stretch] = []

    @property
    def rows(self) -> Rows:
        return self._ranking.rows

    @property
    def relatives(self) -> Sequence[tuple[float, float]]:
        return self._relatives

    def begin(self, taps: Sequence[float], period: float) -> None:
        super().begin(taps, period)
        count = len(taps)
        places, nothing = list(map(float, range(1 - count, 1))), [None] * count
        self.stretches.append(Stretch(count, [], places, [period] * count, list(nothing)))

    def follow(self, time: float, beat: Hypothesis) -> None:
        super().follow(time, beat)
        self.stretches.append(Stretch())
        for chord, then in self._ranking.remembered:
            base = self._base - (time - then) / beat.period
            self.stretches[-1].add(chord, base, beat.period, None)

    def hear(self, chord: Chord, pulse: PulseFilter) -> Hypothesis | None:
        self.stretches[-1].add(chord, self._base, self._period, self._filtered(pulse))
        return super().hear(chord, pulse)


class _WatchedTracker(BeatTracker):
    _family_kind: ClassVar[type[Family]] = _WatchedFamily

    def watch(self, chords: Sequence[Chord]) -> _WatchedFamily:
        for chord in chords:
            self._weigh(chord)
        assert isinstance(self._family, _WatchedFamily)
        return self._family


def tracked(played: Performance, rng: np.random.Generator) -> list[Ranked]:
    """A performance as the tracker follows it, with a count-in, a hint or nothing: one example for
    each base beat."""
    if played.taps:
        tracker = _WatchedTracker(count_in=played.taps)
    elif rng.random() < FREE_SHARE:
        tracker = _WatchedTracker()
    else:
        true = float(np.median(np.diff(played.beats)))
        off = float(np.exp(rng.uniform(-HINT_OFF, HINT_OFF)))
        tracker = _WatchedTracker(bpm=60 / true * off)
    family = tracker.watch(played.chords)
    found = [_example(played, one, family, rng) for one in family.stretches]
    return [one for one in found if one is not None]


def _example(
    played: Performance, one: Stretch, family: _WatchedFamily, rng: np.random.Generator
) -> Ranked | None:
    live = np.array([shares is not None for shares in one.shares])
    if live.sum() < FEWEST_CHORDS:
        return None
    rows = family.rows
    ratio, shift = np.array(family.relatives).T
    base, periods = np.array(one.base), np.array(one.periods)
    heard = played.beat_at(np.array([chord.time for chord in one.chords]))
    places = np.concatenate([np.zeros(one.taps), heard])
    beats = np.diff(played.beats)
    lengths = beats[np.clip(places.astype(int), 0, len(beats) - 1)]
    positions = base[:, None] * ratio + shift  # (chords, relatives)
    away = np.abs((positions - places[:, None] + 0.5) % 1 - 0.5)
    long = np.abs(np.log(periods[:, None] / ratio / lengths[:, None]))
    right = (long < LENGTH_OFF) & (away < NEAR) & live[:, None]
    counts, true = right.any(1), np.where(right, away, 1).argmin(1)
    if not counts.any():
        return None
    true_row = _true_rows(played, places, positions, true, rows)
    true_row[~counts] = -1
    kept, weights = _chosen(rows, np.unique(true_row[true_row >= 0]), rng)
    chosen = rows.take(kept)
    nothing = np.zeros(len(ratio), np.float32)
    shares = np.stack([nothing if each is None else each for each in one.shares])
    log_weight = np.log(weights) + shares[:, chosen.relative]
    length = periods[:, None] / chosen.ratio
    log_weight[(length < LENGTHS_S[0]) | (length > LENGTHS_S[1])] = IMPOSSIBLE
    where = np.full(len(rows.ratio) + 1, -1)
    where[kept] = np.arange(len(kept))
    return Ranked(
        inputs_of(one.chords, one.taps, base, periods, chosen),
        log_weight.astype(np.float32),
        (chosen.relative == true[:, None]) & counts[:, None],
        where[true_row],
        counts,
    )


def _true_rows(
    played: Performance, places: Array, positions: Array, true: NDArray[np.int64], rows: Rows
) -> NDArray[np.int64]:
    """The row of the true relative with the true bar at each chord; -1 where no bar is known."""
    metre, offset, in_bar = bar_of(played, places)
    found = np.full(len(places), -1)
    for number in np.flatnonzero(in_bar):
        relative = true[number]
        own = np.flatnonzero((rows.relative == relative) & (rows.metre == metre))
        found[number] = own[(round(places[number] - positions[number, relative]) + offset) % metre]
    return found


def _chosen(
    rows: Rows, true: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.int64], Array]:
    """The true rows and some others of each relative, and how many each stands for."""
    kept, weights = [true], [np.ones(len(true))]
    for relative in np.unique(rows.relative):
        others = np.setdiff1d(np.flatnonzero(rows.relative == relative), true)
        some = rng.choice(others, min(OTHERS_KEPT, len(others)), replace=False)
        kept.append(some)
        weights.append(np.full(len(some), len(others) / len(some)))
    return np.concatenate(kept), np.concatenate(weights)
