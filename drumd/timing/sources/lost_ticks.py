"""How many ticks were lost in a gap.

JACK drops what comes while a client misses its cycle, cables come loose: ticks go missing, and
those after the gap are all late by so many intervals. Ticks of a new tempo are ever later, ticks
that only waited come in a bunch and then on time again, and a host that stood still is late by
any time, not by whole intervals. Ticks are numbered, times are seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

WIDE = 1.5  # a gap is a time between two ticks of more intervals than this
PROOF = 3  # so many ticks after a gap may tell what it was,
PATIENCE = 96  # and so many at most are listened to for it
SAME_PACE = 0.11  # the ticks after it keep the tempo, give or take this part of it
SURE, SURE_OF_PACE, SURE_OF_BOTH = 3.5, 3.0, 1.5  # standard errors
WHOLE, UNSURE = 0.4, 0.15  # of an interval: how near to a whole number, and how well known

Tick = tuple[int, float]


@dataclass(frozen=True, slots=True)
class Group:
    """Ticks in a row, as sums: how many, their mean number and time, and how they spread."""

    count: int
    tick: float
    time: float
    xx: float
    xy: float

    @classmethod
    def of(cls, ticks: Iterable[Tick]) -> Group:
        rows = list(ticks)
        count = len(rows)
        x, y = sum(tick for tick, _ in rows) / count, sum(time for _, time in rows) / count
        xx = sum((tick - x) ** 2 for tick, _ in rows)
        return cls(count, x, y, xx, sum((tick - x) * (time - y) for tick, time in rows))


class Gaps:
    """Watches for gaps between ticks, and judges each once enough ticks have come after it."""

    def __init__(self) -> None:
        self.since: int | None = None  # the last tick before the gap that is being judged
        self.after: list[Tick] = []  # as they were heard, since the latest gap
        self._before: Group | None = None
        self._interval, self._jitter = 0.0, 0.0  # before the gap
        self._last: float | None = None  # when the last tick was heard

    def settle(self) -> None:
        """Judge no gap that was heard until now."""
        self.since, self._before, self.after = None, None, []

    def clear(self) -> None:
        """Forget all: the row goes on from another place."""
        self.settle()
        self._last = None

    def hear(
        self, tick: int, time: float, before: Iterable[Tick], interval: float, jitter: float
    ) -> int:
        """Take the tick that comes after those in `before`, which follow each other every
        `interval`; how many ticks were lost in front of `after`, if that is clear now."""
        usual = self._interval if self._before else interval
        gap = self._last is not None and time - self._last > WIDE * usual
        self._last = time
        if gap and self._before is None:
            self.since, self._before = tick - 1, Group.of(before)
            self._interval, self._jitter = interval, jitter
        if self._before is None or self.since is None:
            return 0
        self.after = [(tick, time)] if gap else [*self.after, (tick, time)]
        lost = self._lost(self._before, self._jitter) if len(self.after) >= PROOF else 0
        if lost is None or tick - self.since > PATIENCE:
            self.settle()
            return 0
        return lost

    def _lost(self, before: Group, jitter: float) -> int | None:
        """So many, 0 if that is not clear yet, or None if it is clear that none were.

        Two lines of one pace, before and after: how far apart are they?
        """
        after = Group.of(self.after)
        pace = after.xy / after.xx / self._interval - 1
        own = jitter / sqrt(after.xx) / self._interval
        both = jitter * sqrt(1 / after.xx + 1 / before.xx) / self._interval
        if max(SURE_OF_PACE * own, SURE_OF_BOTH * both, abs(pace)) > SAME_PACE:
            return None if abs(pace) - SURE_OF_PACE * both > SAME_PACE else 0
        spread = before.xx + after.xx
        interval = (before.xy + after.xy) / spread
        steps = (after.time - before.time) / interval  # between the groups' middles
        missing = steps - (after.tick - before.tick)
        lost = round(missing)
        error = sqrt(1 / before.count + 1 / after.count + steps**2 / spread) * jitter / interval
        if error > UNSURE or abs(missing - lost) > min(WHOLE, SURE * error):
            return 0
        return lost if lost > 0 else None
