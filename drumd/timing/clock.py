"""The clock that live time is read from: float seconds that only ever grow."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """Says what time it is, in seconds from an arbitrary start."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None:
        """Let so much time go by for the calling thread."""


class MonotonicClock:
    """The clock of a live daemon; any thread may read it."""

    def now(self) -> float:
        return time.perf_counter()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class ManualClock:
    """A clock that a test moves by hand."""

    def __init__(self, now: float = 0.0) -> None:
        self._now = now

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self._now += seconds

    def set(self, time: float) -> None:
        self._now = time


class SimulatedClock(ManualClock):
    """A clock whose sleeper lives through what is to happen meanwhile, on one thread.

    So a whole daemon runs as fast as it can, and the same each time.
    """

    def __init__(self) -> None:
        super().__init__()
        self._to_come: list[tuple[float, int, Callable[[], object]]] = []
        self._count = 0  # keeps what is to happen at one moment in order

    def at(self, time: float, action: Callable[[], object]) -> None:
        """Let this happen then, or at once if that is past."""
        self._count += 1
        heapq.heappush(self._to_come, (max(time, self.now()), self._count, action))

    def sleep(self, seconds: float) -> None:
        end = self.now() + seconds
        while self._to_come and self._to_come[0][0] <= end:
            due, _, action = heapq.heappop(self._to_come)
            self.set(max(due, self.now()))
            action()
        self.set(end)
