"""The host's clock, carried on while the port that it comes through is away.

A jam must not fall apart because a cable does: the last beat of clocks says how fast to go on.
When the port is back the host may need a while to find it: until its clock comes, or a word on
its transport, the wheel still turns, but not for ever, since the host may have stopped.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from math import inf

import mido

from drumd.ports.base import Heard

BEAT = 24  # clocks
FEWEST = 6  # clocks that tell a tempo
EXPECT_S = 10.0  # the wheel turns so long after the port is back
TRANSPORT = frozenset(("start", "stop", "continue"))
GONE_S = 0.5  # a clock that was silent before the port went is not carried on
CLOCK = mido.Message("clock")


class FreeWheel:
    """Hears the clocks that come, and goes on when they do not. Times are seconds."""

    def __init__(self) -> None:
        self._clocks: deque[float] = deque(maxlen=BEAT + 1)
        self._next: float | None = None  # while turning: when the next clock is due
        self._until = inf  # the wheel stops by itself then

    def hear(self, time: float, message: mido.Message) -> bool:
        """Take in a message; False for a clock that the wheel has told already."""
        if message.type in TRANSPORT:
            self._next = None
        if message.type != "clock":
            return True
        if self._next is not None:
            told = time < self._next - self._interval / 2
            self._next = None
            self._clocks.clear()
            if told:
                return False
        self._clocks.append(time)
        return True

    def carry_on(self, now: float) -> None:
        """The port has gone; the clock turns on by itself, if it came until now."""
        if len(self._clocks) >= FEWEST and now - self._clocks[-1] < GONE_S:
            self._next, self._until = self._clocks[-1] + self._interval, inf

    def expect(self, now: float) -> None:
        """The port is back."""
        self._until = now + EXPECT_S

    def turn(self, now: float) -> Iterator[Heard]:
        """The clocks of the wheel that were due until now."""
        interval = self._interval
        if now > self._until:
            self._next = None
        while self._next is not None and self._next <= now:
            self._clocks.append(self._next)
            self._next += interval
            yield self._clocks[-1], CLOCK

    @property
    def _interval(self) -> float:
        if len(self._clocks) < 2:
            return 0.0
        return (self._clocks[-1] - self._clocks[0]) / (len(self._clocks) - 1)
