"""When messages arrived, from what the driver's queue tells: the time from each to the next.

The sum of those times runs on the driver's clock. How far that is off ours is never known, but
each message bounds it: it came before it was taken out, and after the queue was last seen empty.
"""

from __future__ import annotations

from drumd.timing.clock import Clock


class ArrivalTimes:
    """Stamps what a queue hands out, in order, on our clock.

    Owned by the thread that polls. A stamp is never farther off than one poll, whatever the
    driver's clock does; after some messages that were taken soon, only microseconds off.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._driver = 0.0  # the driver's time of the last message
        self._ahead: float | None = None  # of our clock against the driver's
        self._empty_at = clock.now()  # when the queue was last known to be empty

    def stamp(self, delta: float) -> float:
        """The arrival of a message taken just now, `delta` seconds after the one before it."""
        now = self._clock.now()
        self._driver += max(0.0, delta)
        earliest, latest = self._empty_at - self._driver, now - self._driver
        ahead = latest if self._ahead is None else self._ahead
        self._ahead = min(max(ahead, earliest), latest)
        return self._driver + self._ahead

    def emptied(self, asked_at: float) -> None:
        """The queue held nothing when it was asked at that time."""
        self._empty_at = asked_at
