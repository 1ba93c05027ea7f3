"""The clock that live time is read from: float seconds that only ever grow."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Says what time it is, in seconds from an arbitrary start."""

    def now(self) -> float: ...


class MonotonicClock:
    """The clock of a live daemon; any thread may read it."""

    def now(self) -> float:
        return time.perf_counter()


class ManualClock:
    """A clock that a test moves by hand."""

    def __init__(self, now: float = 0.0) -> None:
        self._now = now

    def now(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += seconds

    def set(self, time: float) -> None:
        self._now = time
