"""Where a row of jittery ticks really is: a straight line through the last of them.

Ticks are numbered, times are seconds. A long row averages the jitter away, a short one follows a
change of tempo. Of the rows of 6, 12, 24, 48 and 96 ticks the longest one is taken whose end lies
where the shorter ones say, within what the jitter explains ("intersection of confidence
intervals", Goldenshluger and Nemirovski 1997).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from math import inf, sqrt

from drumd.timing.sources.lost_ticks import Gaps, Tick

ROWS = (6, 12, 24, 48, 96)
MEMORY = ROWS[-1]
KEPT = 24  # ticks that hold the pace when the row is moved
CONFIDENCE = 2.5  # half a confidence interval, in standard errors of a row's end
EVEN = 0.45  # of an interval; more than jitter brings, less than a new tempo does
EIGHTY = 1.28  # so many standard deviations hold four fifths of what is normal
UNKNOWN_JITTER_S = 1.5e-3  # until enough ticks were heard to measure it
LEAST_JITTER_S = 1.0e-3  # JACK's periods beat slowly against the ticks: one may see no jitter


@dataclass(frozen=True, slots=True)
class Fit:
    """The tick `tick` is at `time`; ticks follow each other every `interval` seconds."""

    tick: int
    time: float
    interval: float
    length: int = 1  # of the row that says so, in ticks

    def time_of(self, tick: float) -> float:
        return self.time + (tick - self.tick) * self.interval


class TickRow:
    """The last ticks heard, and the line through them."""

    def __init__(self) -> None:
        self.fit: Fit | None = None
        self._ticks: deque[Tick] = deque(maxlen=MEMORY)
        self._doubts, self._gaps = Doubts(), Gaps()

    def shift(self, seconds: float) -> None:
        """Move what was heard: the row goes on at the same pace from another place."""
        recent = list(self._ticks)[-KEPT:]
        self._ticks = deque(((tick, time + seconds) for tick, time in recent), MEMORY)
        self._doubts.clear()
        self._gaps.clear()
        if self.fit:
            self.fit = replace(self.fit, time=self.fit.time + seconds)

    def settle(self) -> None:
        """Ask no more whether ticks were lost until now: the song goes on from another place."""
        self._gaps.settle()

    def hear(self, tick: int, time: float) -> int:
        """Add the tick numbered `tick`, heard at `time`; both grow.

        Gives how many ticks have been lost before this one, by what can be told now: its number,
        and those of all to come, are higher by so many.
        """
        lost, heard = 0, time
        jitter = jitter_of(list(islice(reversed(self._ticks), 50)))
        fit = self.fit if len(self._ticks) >= ROWS[0] else None
        before = islice(reversed(self._ticks), fit.length if fit else 0)
        lost = self._gaps.hear(tick, heard, before, fit.interval if fit else inf, jitter)
        if fit:
            time = self._believe(tick, heard, fit, jitter)
        if lost:
            self._renumber(lost)
        else:
            self._ticks.append((tick, time))
        self.fit = best_fit(reversed(self._ticks), len(self._ticks), jitter) or self.fit
        return lost

    def _believe(self, tick: int, time: float, fit: Fit, jitter: float) -> float:
        """The time to take for a tick's; ticks that were doubted may turn out to be right."""
        time, mended = self._doubts.judge(tick, time, fit, jitter)
        for back, heard in enumerate(reversed(mended), start=1):
            self._ticks[-back] = heard
        return time

    def _renumber(self, lost: int) -> None:
        """Take the ticks since the gap as they were heard, with their true numbers."""
        since = self._gaps.since
        kept = [entry for entry in self._ticks if since is None or entry[0] <= since]
        true = [(tick + lost, heard) for tick, heard in self._gaps.after]
        self._ticks = deque([*kept, *true], MEMORY)
        self._doubts.clear()
        self._gaps.settle()


class Doubts:
    """Holds a tick that is far from the line near to it, until others prove it right.

    A busy machine delivers a few ticks late and then on time again: they are less and less off.
    The ticks of a new tempo are more and more off.
    """

    LIMIT_S, LIMIT_SIGMAS = 2e-3, 5.0
    PROOF = 3  # so many doubtful ticks, ever farther off, are a new tempo
    LONG_PROOF = 8  # so many on one side are a shift

    def __init__(self) -> None:
        self._ticks: deque[Tick] = deque(maxlen=MEMORY)  # as they were heard
        self._first_off = 0.0

    def clear(self) -> None:
        self._ticks.clear()

    def judge(self, tick: int, time: float, fit: Fit, jitter: float) -> tuple[float, list[Tick]]:
        """The time to believe, and the ticks just before it that turn out to have been right."""
        expected = fit.time_of(tick)
        off = time - expected
        limit = min(self.LIMIT_S + self.LIMIT_SIGMAS * jitter, EVEN * fit.interval)
        if abs(off) <= limit:
            self.clear()
            return time, []
        if not self._ticks or off * self._first_off < 0:
            self._ticks.clear()
            self._first_off = off
        self._ticks.append((tick, time))
        count = len(self._ticks)
        if (count >= self.PROOF and abs(off) >= abs(self._first_off)) or count >= self.LONG_PROOF:
            return time, list(self._ticks)[:-1]
        return expected + (limit if off > 0 else -limit), []


def jitter_of(ticks: list[Tick]) -> float:
    """The standard deviation of ticks around an even pace; a change of pace counts little."""
    rows = zip(ticks, ticks[1:], ticks[2:], strict=False)
    bends = [abs(a - 2 * b + c) for (i, a), (_, b), (k, c) in rows if abs(i - k) == 2]
    if len(bends) < 10:
        return UNKNOWN_JITTER_S
    return max(LEAST_JITTER_S, sorted(bends)[len(bends) * 4 // 5] / EIGHTY / sqrt(6))


def best_fit(latest_first: Iterable[Tick], length: int, jitter: float) -> Fit | None:
    """The line through the longest row that agrees with all shorter ones."""
    best = None
    low, high = -inf, inf
    for count, fit in _fits(latest_first, length):
        error = CONFIDENCE * 2 * jitter / sqrt(count)  # 2 s / sqrt(n): the error of a line's end
        low, high = max(low, fit.time - error), min(high, fit.time + error)
        if low > high:
            break
        best = fit
    return best


def _fits(latest_first: Iterable[Tick], length: int) -> Iterator[tuple[int, Fit]]:
    """The lines of least squares through the last 6, 12, ... ticks, and through all of them."""
    last = latest = None
    sum_x = sum_y = sum_xx = sum_xy = 0.0
    for count, (tick, time) in enumerate(latest_first, start=1):
        if last is None or latest is None:
            last, latest = tick, time
        x, y = tick - last, time - latest
        sum_x, sum_y = sum_x + x, sum_y + y
        sum_xx, sum_xy = sum_xx + x * x, sum_xy + x * y
        if count > 1 and (count in ROWS or count == length):
            interval = (count * sum_xy - sum_x * sum_y) / (count * sum_xx - sum_x * sum_x)
            if interval > 0:
                yield count, Fit(last, latest + (sum_y - interval * sum_x) / count, interval, count)
