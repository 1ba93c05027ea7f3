"""Two MIDI clocks on one input, as a guitar unit's and a DAW's that are merged: told apart.

The ticks of both look the same; what tells them apart is that each comes at an even pace. As long
as there is one clock, whatever its jitter and its tempo do, nothing is held back and nothing is
changed. Where the last ticks are two even rows that run on side by side, one is *ours*: the one
that said start, and if none did, the one that was there first. The ticks of the other are not
heard. Two clocks of one tempo whose ticks lie half way between each other's, or on each other's,
look like one at double the tempo, or like one whose ticks come in pairs: they count as one. So do
two, of one tempo or of a multiple, that look like one which a server delivers once a cycle.

Owned by the source that asks. Times are seconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean, median

WINDOW = 40  # ticks of both, in which they are told apart
FEWEST = 8  # ticks in a row
LOOK_EVERY = 4  # ticks
EVEN = 1.5  # times the shortest gap: with no longer one there is one clock
STRIDE = 6  # so many ticks back at most lies the last one of the same clock
FITS = 0.2  # of an interval; a tick so near to its place belongs to its row
UNEVEN = 0.3  # of an interval; more than jitter makes of a gap
FASTEST_S, SLOWEST_S = 0.0105, 0.13  # intervals from 238 bpm down to 20; two faster ones are one
SAME_PACE, HALF_WAY, ON_IT = 0.01, 0.1, 0.06  # of an interval
IN_CYCLES, AT_PHASE = (1 / 3, 2 / 5), 0.01  # a gap of so many of a server's cycles, then one more
PHASE_GAIN, PACE_GAIN, LEAST_PACE_GAIN = 0.3, 0.5, 0.01  # of a loop that gets ever calmer
TRUSTED = 100  # intervals that a row may be drawn back beyond its first tick
NEAR = 0.25  # of an interval; a tick so near to where the other clock's is due is that one
MISSING = 14  # intervals in which the other clock is silent: it is gone


class Row:
    """The ticks of one clock, and when the next one is due."""

    def __init__(self, ticks: Sequence[float]) -> None:
        self.ticks = deque(ticks, maxlen=WINDOW)
        self.interval = median(b - a for a, b in pairwise(ticks))
        self.due, self._heard = ticks[0], 0
        for tick in ticks:
            self._lock(tick)

    def take(self, time: float) -> None:
        """This tick is one of the row's."""
        self.ticks.append(time)
        self._lock(time)

    def _lock(self, time: float) -> None:
        """Draw the next tick's place nearer to where the ticks come, without their jitter."""
        error = time - self.due
        if abs(error) < NEAR * self.interval:
            self.due += PHASE_GAIN * error
            self._heard += 1
            self.interval += max(LEAST_PACE_GAIN, PACE_GAIN / (self._heard + 5)) * error
        else:
            self.due = time
        self.due += self.interval

    def off(self, time: float) -> float:
        """How far from its next tick, in intervals."""
        return abs(time - self.due) / self.interval

    def beside(self, time: float) -> float:
        """How far a word on the transport is from the nearest tick, in seconds."""
        if time < self.ticks[0]:
            early = (self.ticks[0] - time) / self.interval
            return abs(early - round(early)) * self.interval
        return min(abs(time - tick) for tick in (*self.ticks, self.due))

    def wait(self, time: float) -> None:
        """Ticks that were due clearly before `time` did not come."""
        while time > self.due + self.interval / 2:
            self.due += self.interval

    @property
    def silent(self) -> float:
        """For how many intervals no tick has come."""
        return (self.due - self.ticks[-1]) / self.interval


@dataclass(frozen=True, slots=True)
class Parted:
    """Two clocks have been told apart: our ticks, and when the other's first one came."""

    ours: tuple[float, ...]
    other_since: float


class ClockSorter:
    """Hears every tick and says which are to be heard."""

    def __init__(self) -> None:
        self.other: Row | None = None  # while there are two clocks
        self._ours: Row | None = None
        self._last = deque[float](maxlen=WINDOW)  # ticks of both, while there is one clock
        self._since_look = 0
        self._alone: tuple[float, float] | None = None  # a tick and the interval, while it was even
        self._told: float | None = None  # when a clock said start

    def say(self, time: float) -> Parted | None:
        """A clock has said start or goes on: it is ours from now on; not None if it was not."""
        self._told = time
        if self.other is None or self._ours is None:
            return None
        if self.other.beside(time) >= self._ours.beside(time):
            return None
        self._ours, self.other = self.other, self._ours
        return Parted(tuple(self._ours.ticks), self.other.ticks[0])

    def hear(self, time: float) -> bool:
        """Whether this tick is to be heard."""
        if self.other is not None and self._ours is not None:
            return self._sort(time, self._ours, self.other)
        self._last.append(time)
        self._since_look += 1
        return True

    def look(self) -> Parted | None:
        """See whether the last ticks are those of two clocks; not None if that is news."""
        if self.other is not None or self._since_look < LOOK_EVERY:
            return None
        self._since_look = 0
        last = list(self._last)
        rows = None if self._is_alone(last) else two_rows(last)
        if rows is None:
            return None
        first, second = rows
        ours, other = (second, first) if self._second_leads(first, second) else (first, second)
        self._ours, self.other = Row(ours), Row(other)
        self._last.clear()
        return Parted(tuple(ours), other[0])

    def _is_alone(self, last: list[float]) -> bool:
        """Whether the last ticks are plainly those of one clock."""
        if len(last) < 2 * FEWEST:
            return True
        gaps = [b - a for a, b in pairwise(last[-2 * FEWEST :])]
        if min(gaps) * EVEN <= max(gaps):
            return False
        self._alone = (last[-1], mean(gaps))
        return True

    def _second_leads(self, first: list[float], second: list[float]) -> bool:
        """Whether ours is the clock whose ticks come second."""
        one, other, told = Row(first), Row(second), self._told
        if told is not None and first[0] - told < TRUSTED * one.interval:
            if first[0] < told <= second[0]:
                return True  # it began to tick with its start
            return other.beside(told) < one.beside(told)
        if self._alone is None or second[0] - first[0] > 2 * one.interval:
            return False
        time, interval = self._alone  # both fill the window: which of them was there before?
        paces = [abs(row.interval / interval - 1) for row in (one, other)]
        if abs(paces[0] - paces[1]) > SAME_PACE:
            return paces[1] < paces[0]
        return other.beside(time) < one.beside(time)

    def _sort(self, time: float, ours: Row, other: Row) -> bool:
        other.wait(time)
        if other.silent > MISSING:
            self.other = self._ours = None
            return True
        if other.off(time) < NEAR and other.off(time) <= ours.off(time):
            other.take(time)
            return False
        ours.take(time)
        return True


def two_rows(ticks: list[float]) -> tuple[list[float], list[float]] | None:
    """The ticks as two even rows, the one that began first before the other; None if they are not.

    Every tick must be in one of them, and both must go on to the end.
    """
    for back in range(2, STRIDE + 1):
        chosen = _row_back(ticks, ticks[-1] - ticks[-1 - back])
        row = [ticks[place] for place in chosen]
        rest = [tick for place, tick in enumerate(ticks) if place not in chosen]
        if _is_even(row) and _is_even(rest) and _are_two(row, rest):
            return (row, rest) if row[0] < rest[0] else (rest, row)
    return None


def _row_back(ticks: list[float], interval: float) -> list[int]:
    """The places of the ticks that lead up to the last one at about that interval."""
    row, due = [len(ticks) - 1], ticks[-1] - interval
    while row[-1] > 0:
        nearest = min(range(row[-1]), key=lambda place: abs(ticks[place] - due))
        if abs(ticks[nearest] - due) > FITS * interval:
            break
        row.append(nearest)
        interval = (ticks[-1] - ticks[nearest]) / (len(row) - 1)
        due = ticks[nearest] - interval
    return row[::-1]


def _is_even(row: list[float]) -> bool:
    if len(row) < FEWEST:
        return False
    gaps = [b - a for a, b in pairwise(row)]
    usual = median(gaps)
    paced = FASTEST_S < usual < SLOWEST_S
    return paced and all(abs(gap - usual) < UNEVEN * usual for gap in gaps)


def _are_two(row: list[float], rest: list[float]) -> bool:
    """Whether both rows go on, and are not one clock's ticks by turns, in pairs or in cycles.

    A server that delivers once a cycle makes of one clock some ticks that come in each cycle, and
    some on them, or half way between, in each second or third.
    """
    other = Row(rest)
    if row[-1] - rest[-1] > (1 + FITS) * other.interval:
        return False
    slow, fast = (row, rest) if Row(row).interval > other.interval else (rest, row)
    both = [tick for tick in slow if fast[0] <= tick]
    phases = [_phase(tick, fast) for tick in both]
    if len(phases) < FEWEST or _share(phases, lambda phase: min(phase, 1 - phase) < ON_IT) > 0.5:
        return False
    places = [bisect_right(fast, tick) for tick in both]
    locked = len({b - a for a, b in pairwise(places[:-1])}) == 1
    from_half = abs(mean(phases) - 0.5)
    in_cycles = any(abs(0.5 - phase - from_half) < AT_PHASE for phase in IN_CYCLES)
    return not locked or not (from_half <= HALF_WAY or in_cycles)


def _phase(time: float, row: list[float]) -> float:
    """Where between two ticks of a row a time lies, 0..1; after its end as if it went on."""
    place = min(bisect_right(row, time), len(row) - 1)
    begin, end = row[place - 1], row[place]
    return (time - begin) / (end - begin) % 1


def _share(values: list[float], so: Callable[[float], bool]) -> float:
    return sum(map(so, values)) / len(values)
