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
from engine.beats.training.learn_followed import BEATS_S, HINT_OFF, LENGTH_OFF, NEAR
from engine.beats.training.performances import Performance
from engine.beats.training.ranking_examples import Ranked, bar_of, inputs_of

FREE_SHARE = 0.5  # of the performances without a count-in
FEWEST_CHORDS = 8  # of a stretch
OTHERS_KEPT = 2  # rows of each relative, beside the true ones
IMPOSSIBLE = -30.0  # a log weight
Opinions = NDArray[np.float32]


@dataclass(slots=True)
class Stretch:
    """Taps, then chords laid on one base beat, for as long as that was kept."""

    taps: int = 0
    chords: list[Chord] = field(default_factory=list)
    base: list[float] = field(default_factory=list)  # positions of taps and chords
    periods: list[float] = field(default_factory=list)  # of the base beat, seconds
    # what the filter thought of the relatives, logs; none where nothing was chosen
    opinions: list[Opinions | None] = field(default_factory=list)

    def add(
        self, chord: Chord | None, base: float, period: float, opinions: Opinions | None
    ) -> None:
        """A chord, or a tap, which comes before all chords."""
        if chord is None:
            self.taps += 1
        else:
            self.chords.append(chord)
        self.base.append(base)
        self.periods.append(period)
        self.opinions.append(opinions)


class WatchedFamily(Family):
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
        self.stretches.append(Stretch())
        for place in range(1 - len(taps), 1):  # counted, however even they were
            self.stretches[-1].add(None, place, period, None)

    def follow(self, time: float, beat: Hypothesis) -> None:
        super().follow(time, beat)
        self._start_again(self._base, time, beat.period)

    def _start_again(self, base: float, time: float, period: float) -> None:
        self.stretches.append(Stretch())
        for chord, then in self._ranking.remembered:
            self.stretches[-1].add(chord, base - (time - then) / period, period, None)

    def hear(self, chord: Chord, pulse: PulseFilter) -> Hypothesis | None:
        self.stretches[-1].add(chord, self._base, self._period, self._filtered(pulse))
        return super().hear(chord, pulse)


class _WatchedTracker(BeatTracker):
    _family_kind: ClassVar[type[Family]] = WatchedFamily

    def watch(self, chords: Sequence[Chord]) -> WatchedFamily:
        for chord in chords:
            self._weigh(chord)
        assert isinstance(self._family, WatchedFamily)
        return self._family


def tracked(played: Performance, rng: np.random.Generator) -> list[Ranked]:
    """A performance as the tracker follows it, with a count-in, a hint or nothing: one example for
    each base beat; none where the beat is too short or too long to be followed."""
    true = float(np.median(np.diff(played.beats)))
    if not BEATS_S[0] < true < BEATS_S[1]:
        return []
    if played.taps:
        tracker = _WatchedTracker(count_in=played.taps)
    elif rng.random() < FREE_SHARE:
        tracker = _WatchedTracker()
    else:
        off = float(np.exp(rng.uniform(-HINT_OFF, HINT_OFF)))
        tracker = _WatchedTracker(bpm=60 / true * off)
    family = tracker.watch(played.chords)
    found = [_example(played, one, family, rng) for one in family.stretches]
    return [one for one in found if one is not None]


def _example(
    played: Performance, one: Stretch, family: WatchedFamily, rng: np.random.Generator
) -> Ranked | None:
    live = np.array([opinions is not None for opinions in one.opinions])
    if live.sum() < FEWEST_CHORDS:
        return None
    ratio, shift = np.array(family.relatives).T
    base, periods = np.array(one.base), np.array(one.periods)
    heard = played.beat_at(np.array([chord.time for chord in one.chords]))
    places = np.concatenate([np.zeros(one.taps), heard])
    positions, lengths = base[:, None] * ratio + shift, periods[:, None] / ratio
    possible = (lengths > max(LENGTHS_S[0], family.shortest_s)) & (lengths < LENGTHS_S[1])
    away = np.abs((positions - places[:, None] + 0.5) % 1 - 0.5)
    long = np.abs(np.log(lengths / played.lengths_at(places)[:, None]))
    right = (long < LENGTH_OFF) & (away < NEAR) & possible & live[:, None]
    counts, true = right.any(1), np.where(right, away, 1).argmin(1)
    if not counts.any():
        return None
    true_row = np.where(counts, _true_rows(played, places, positions, true, family.rows), -1)
    kept, weights = _chosen(family.rows, np.unique(true_row[true_row >= 0]), rng)
    rows = family.rows.take(kept)
    nothing = np.zeros(len(ratio), np.float32)
    opinions = np.stack([nothing if each is None else each for each in one.opinions])
    opinions = np.where(possible, opinions, IMPOSSIBLE)
    where = np.full(len(family.rows.ratio) + 1, -1)  # the last is for no row at all
    where[kept] = np.arange(len(kept))
    return Ranked(
        inputs_of(one.chords, one.taps, base, periods, rows),
        (np.log(weights) + opinions[:, rows.relative]).astype(np.float32),
        (rows.relative == true[:, None]) & counts[:, None],
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
