"""Musical time from the JACK transport, where a timebase master tells bars and beats.

Owned by the main thread, which asks at every tick through a client that is there anyway, a port's:
one more in the process would not survive a server that is started again.
"""

from __future__ import annotations

from collections.abc import Callable

from drumd.timing.sources.base import Source
from drumd.timing.transport_place import TransportPlace

MOVED = 0.25  # beats; a transport so far off its line was relocated


Ask = Callable[[], TransportPlace | None]


class JackTransport(Source):
    """Follows the transport while it rolls and its beats are told."""

    name = "jack transport"

    def __init__(self, ask: Ask) -> None:
        """`ask` says where the transport is, or None while there is none to be read."""
        self._vanished = self._standing = False
        self._ask = ask

    @property
    def vanished(self) -> bool:
        return self._vanished

    @property
    def standing(self) -> bool:
        return self._standing

    def tick(self, now: float) -> None:
        place = self._ask()
        timeline = place.timeline if place else None
        if place and timeline and place.rolling:
            moved = (
                self.timeline and abs(timeline.beat_at(now) - self.timeline.beat_at(now)) > MOVED
            )
            if moved or not self.rolling:
                self.jumps += 1
            self.timeline, self.rolling = timeline, True
            self._vanished = self._standing = False
            return
        stopped = place is not None and not place.rolling
        self._vanished = not stopped and (self._vanished or self.rolling)
        self._standing = stopped and timeline is not None and self.timeline is not None
        self.rolling = False
