"""Musical time from the JACK transport, where a timebase master tells bars and beats.

Owned by the main thread, which asks at every tick through a client that is there anyway, a port's:
one more in the process would not survive a server that is started again.
"""

from __future__ import annotations

from collections.abc import Callable

import mido

from drumd.timing.timeline import Timeline
from drumd.timing.transport_place import TransportPlace

MOVED = 0.25  # beats; a transport so far off its line was relocated


Ask = Callable[[], TransportPlace | None]


class JackTransport:
    """Follows the transport while it rolls and its beats are told."""

    name = "jack transport"

    def __init__(self, ask: Ask) -> None:
        """`ask` says where the transport is, or None while there is none to be read."""
        self.timeline: Timeline | None = None
        self.rolling = self.vanished = self.standing = False
        self.jumps = 0
        self._ask = ask

    def hear(self, time: float, message: mido.Message) -> None:
        """The transport is not told by MIDI."""

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
            self.vanished = self.standing = False
            return
        stopped = place is not None and not place.rolling
        self.vanished = not stopped and (self.vanished or self.rolling)
        self.standing = stopped and timeline is not None and self.timeline is not None
        self.rolling = False
