"""Four even taps that say how fast, and that the next beat is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

TAPS = 4
EVEN = 0.08  # a gap may be so far off the mean of all, as a share of it,
EVEN_S = 0.03  # or by so much, where the taps are fast: no hand is more even
FASTEST_S, SLOWEST_S = 0.2, 2.0  # between taps


@dataclass(frozen=True, slots=True)
class CountIn:
    """A line through the taps: the time of the last one, and seconds from tap to tap."""

    last: float
    period: float

    @classmethod
    def of(cls, taps: Sequence[float]) -> CountIn:
        """The line nearest to two or more taps, in seconds."""
        count = len(taps)
        if count < 2 or any(b <= a for a, b in pairwise(taps)):
            raise ValueError(f"a count-in is {TAPS} times in rising order, not {list(taps)}")
        middle, mean = (count - 1) / 2, sum(taps) / count
        period = sum((i - middle) * (tap - mean) for i, tap in enumerate(taps)) / sum(
            (i - middle) ** 2 for i in range(count)
        )
        return cls(mean + middle * period, period)


def count_in_of(onsets: Sequence[float]) -> CountIn | None:
    """The count-in that the last four onsets are, if they are even enough."""
    taps = onsets[-TAPS:]
    if len(taps) < TAPS:
        return None
    gaps = [b - a for a, b in pairwise(taps)]
    mean = sum(gaps) / len(gaps)
    even = max(EVEN * mean, EVEN_S)
    if not FASTEST_S <= mean <= SLOWEST_S or any(abs(gap - mean) > even for gap in gaps):
        return None
    return CountIn.of(taps)
