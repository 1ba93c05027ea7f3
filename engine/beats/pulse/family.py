"""The followed beat among its relatives: which is the true one, and where its bar begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from engine.beats.pulse.chords import Chord
from engine.beats.pulse.filter import TOLD_S, PulseFilter
from engine.beats.pulse.hypothesis import Hypothesis
from engine.beats.pulse.ranking import Ranking
from engine.beats.pulse.relatives import DOUBLE, HALF, METRES, SHIFTED

OPEN_S = 10.0  # after a rest
COUNTED_ONE = 6.0  # how much likelier a bar is whose one was counted in, a log
TOLD = 20.0  # the same of a bar, and of a beat, that the player says is right
MOST_DOUBT = 3.0  # how much less likely a row is taken to be, before one is told
FORGET_BEATS = 6.0  # a rest in which half of that is forgotten
NEAR_ONE = 0.12  # beats that bar lines which are the same may be apart
# of the filter's opinion, against that of the ranking; where the length of the beat is known
_FILTER_POWER, _NEAR_POWER = 0.4, 1.0
_LEAST = 1e-6  # share
# where no tempo is told a relative shorter than that is not followed, for nobody taps faster; it is
# taken to be so much less likely, a log; one that is followed already stays down to a share of it
SHORTEST_S, TOO_FAST, STAYS = 0.28, 20.0, 0.93


@dataclass(frozen=True, slots=True)
class Patience:
    """When a relative takes over: how much likelier it must be (a log), and, if `rest_s` is above
    0, that there was a rest so long in the last OPEN_S seconds."""

    lead: float
    rest_s: float = 0.0


class Family:
    """Keeps the position in a base beat; the followed beat is one of its relatives."""

    def __init__(self, patience: Patience, *, near_only: bool, metre: int | None) -> None:
        """`near_only`: the length of the beat is known, and only its phase may be wrong."""
        relatives = SHIFTED if near_only else SHIFTED + DOUBLE + HALF
        self._ranking = Ranking(relatives, (metre,) if metre in METRES else METRES)
        self._relatives = relatives
        self._ratio, self._shift = np.array(relatives, np.float32).T
        self._lengths, self._which = np.unique(1 / self._ratio, return_inverse=True)
        self._patience = patience
        self._filter_power = _NEAR_POWER if near_only else _FILTER_POWER
        self.shortest_s = 0.0 if near_only else SHORTEST_S
        self._followed = 0
        self._base = 0.0  # position in base beats at `_time`
        self._time = -inf
        self._period = 0.0  # of the base beat, in seconds
        self._bar = 0  # the row whose bar is counted
        # how much likelier each row's bar is by what was told, and each relative; logs
        self._told = np.zeros(len(self._ranking.rows.metre), np.float32)
        self._told_beat = np.zeros(len(relatives), np.float32)
        self._heard = -inf  # the last chord
        self._open_until = -inf
        self._chances = np.full(len(relatives), 1 / len(relatives))

    def begin(self, taps: Sequence[float], period: float) -> None:
        """After a count-in: its last tap is beat 0."""
        for number, tap in enumerate(taps, 1 - len(taps)):
            self._ranking.tap(number, tap, period)
        self._time, self._period, self._heard = taps[-1], period, taps[-1]
        rows = self._ranking.rows
        one_next = (1 + rows.shift) % rows.metre == 0
        self._told = np.where((rows.relative == 0) & one_next, COUNTED_ONE, 0).astype(np.float32)
        self._chances = self._ranking.chances()
        self._count_bar()

    def wait(self, chord: Chord) -> None:
        """A chord that comes before a beat is followed, or as another is taken."""
        self._ranking.keep(chord)

    def follow(self, time: float, beat: Hypothesis) -> None:
        """A beat that is no relative is followed from here; it becomes the base."""
        self._followed = 0
        self._told[:] = self._told_beat[:] = 0
        self._base, self._time, self._period = beat.phase, time, beat.period
        self._ranking.start_again(self._base, time, beat.period)
        self._chances = self._ranking.chances()
        self._count_bar()

    def place(self, time: float, own: Hypothesis) -> None:
        """Where the followed beat is at `time`."""
        ratio, shift = self._relatives[self._followed]
        base = self._base + (time - self._time) / self._period
        place = base * ratio + shift
        place += (own.phase - place + 0.5) % 1 - 0.5
        self._base, self._time, self._period = (place - shift) / ratio, time, own.period * ratio

    def this_is_one(self, time: float, pulse: PulseFilter) -> Hypothesis | None:
        """A bar begins at about `time`: the relative that takes over, if any, at the time of the
        last `place`. Its beat is as long as it was, and so is its bar; a beat of another length
        may still follow, if it agrees."""
        rows, before = self._ranking.rows, self._followed
        same_metre = rows.metre == self.metre
        base = self._base + (time - self._time) / self._period
        off = (base * rows.ratio + rows.shift + rows.metre / 2) % rows.metre - rows.metre / 2
        likely = self._ranking.energy + self._filtered(pulse)[rows.relative]
        as_long = np.flatnonzero((rows.ratio == self._ratio[before]) & same_metre)
        likely = np.maximum(likely - likely[as_long].max(), -MOST_DOUBT)
        likely -= 0.5 * (off * self._period / rows.ratio / TOLD_S) ** 2
        best = int(as_long[likely[as_long].argmax()])
        self._followed = int(rows.relative[best])
        apart = off - off[best] * rows.ratio / rows.ratio[best]  # from its bar line, in beats
        told = (np.abs(apart) < NEAR_ONE) & same_metre
        self._told = np.where(told, TOLD, 0).astype(np.float32)
        self._told_beat[:] = 0
        self._told_beat[rows.relative[np.abs(apart - np.round(apart)) < NEAR_ONE]] = TOLD
        self._count_bar()
        self._weigh(pulse)
        return None if self._followed == before else self._hypothesis(self._followed)

    def hear(self, chord: Chord, pulse: PulseFilter) -> Hypothesis | None:
        """One chord, at the time of the last `place`; the relative that takes over, if any."""
        rest = chord.time - self._heard
        if rest * self._ratio[self._followed] > FORGET_BEATS * self._period:
            self._told_beat /= 2
        self._ranking.hear(chord, self._base, self._period)
        likely = self._weigh(pulse)
        self._count_bar()
        if rest >= self._patience.rest_s:
            self._open_until = chord.time + OPEN_S
        self._heard = chord.time
        best = int(likely.argmax())
        lead = float(likely[best] - likely[self._followed])
        if best == self._followed or lead < self._patience.lead or chord.time > self._open_until:
            return None
        self._followed = best
        self._count_bar()
        return self._hypothesis(best)

    def _weigh(self, pulse: PulseFilter) -> NDArray[np.float64]:
        """How likely each relative is by all that is known, a log."""
        likely = np.log(self._ranking.chances() + 1e-12) + self._told_beat + self._filtered(pulse)
        shortest = np.full(len(likely), self.shortest_s)
        shortest[self._followed] *= STAYS
        likely[self._period / self._ratio < shortest] -= TOO_FAST
        chances = np.exp(likely - likely.max())
        self._chances = chances / chances.sum()
        return np.asarray(likely, np.float64)

    def _filtered(self, pulse: PulseFilter) -> NDArray[np.float32]:
        """What the filter thinks of each relative, a log."""
        phases = (self._base * self._ratio + self._shift) % 1
        lengths = (self._period * self._lengths).astype(np.float32)
        shares = np.maximum(pulse.shares(lengths, phases, self._which), _LEAST)
        return np.asarray(self._filter_power * np.log(shares), np.float32)

    def _hypothesis(self, relative: int) -> Hypothesis:
        ratio, shift = self._relatives[relative]
        return Hypothesis(self._period / ratio, (self._base * ratio + shift) % 1, 0.0)

    def has(self, beat: Hypothesis) -> bool:
        """Whether a beat at the time of the last `place` is a relative."""
        return any(
            beat.is_near(self._hypothesis(relative)) for relative in range(len(self._relatives))
        )

    @property
    def chance(self) -> float:
        """How likely the followed beat is the true one, among its relatives."""
        return float(self._chances[self._followed])

    @property
    def metre(self) -> int:
        """The number of beats in the bar that is counted."""
        return int(self._ranking.rows.metre[self._bar])

    def place_at(self, time: float) -> int:
        """The place in the bar, from 1, of the beat at `time`."""
        rows = self._ranking.rows
        ratio = rows.ratio[self._bar]
        base = self._base + (time - self._time) / self._period
        return round(float(base * ratio + rows.shift[self._bar])) % self.metre + 1

    def _count_bar(self) -> None:
        own = np.flatnonzero(self._ranking.rows.relative == self._followed)
        self._bar = int(own[(self._ranking.energy[own] + self._told[own]).argmax()])

    def places_at(self, time: float) -> list[float]:
        """How likely each place in a bar of `metre` beats is for the beat at `time`."""
        rows, chances = self._ranking.bars(self._followed)
        ratio, shift = self._relatives[self._followed]
        beat = round((self._base + (time - self._time) / self._period) * ratio + shift)
        metre = self.metre
        own = rows.metre == metre
        place = (beat + np.round(rows.shift[own] - shift)) % metre
        told = np.exp(self._told[self._ranking.rows.relative == self._followed])
        sums = np.bincount(place.astype(int), (chances * told)[own], int(metre))
        return [float(chance) for chance in sums / sums.sum()]
