"""Musical time from the JACK transport, where a timebase master tells bars and beats.

Owned by the main thread, which asks at every tick through a client that is there anyway, a port's:
one more in the process would not survive a server that is started again.

A master tells the bar, and the beat in it. Where its metre changes as it rolls on, beats are
counted on from that bar line; where it is relocated, from the first bar, as if in one metre.
"""

from __future__ import annotations

from collections.abc import Callable

from drumd.timing.bars import IN_COMMON_TIME, Bars, unplayable
from drumd.timing.sources.base import Source
from drumd.timing.transport_place import TransportPlace
from engine.music.bars import playable
from engine.music.notes import COMMON_TIME

MOVED = 0.25  # beats; a transport so far off its line was relocated


Ask = Callable[[], TransportPlace | None]


class JackTransport(Source):
    """Follows the transport while it rolls and its beats are told."""

    name = "jack transport"

    def __init__(self, ask: Ask, *, tells_metre: bool = True) -> None:
        """`ask` says where the transport is, or None while there is none to be read."""
        self._vanished = self._standing = False
        self._ask, self._tells_metre = ask, tells_metre
        self._bars = IN_COMMON_TIME  # as the master counts them

    @property
    def vanished(self) -> bool:
        return self._vanished

    @property
    def standing(self) -> bool:
        return self._standing

    @property
    def trouble(self) -> str:
        return unplayable(self._bars.changes[-1].metre) if self.rolling else ""

    def tick(self, now: float) -> None:
        place = self._ask()
        if place and place.told and place.rolling:
            self._roll(place, now)
            return
        stopped = place is not None and not place.rolling
        self._vanished = not stopped and (self._vanished or self.rolling)
        told = place is not None and place.told
        self._standing = stopped and told and self.timeline is not None
        self.rolling = False

    def _roll(self, place: TransportPlace, now: float) -> None:
        bars, metre = self._bars, place.metre or self._bars.changes[-1].metre
        if metre != bars.changes[-1].metre:
            bars = bars.changed(metre, bars.start_of(place.bar))
        old, line = self.timeline, place.timeline(bars)
        moved = old is not None and abs(line.beat_at(now) - old.beat_at(now)) > MOVED
        if moved or not self.rolling:
            self.jumps += 1
            bars = Bars.of(metre)
            line = place.timeline(bars)
        self._bars, self.timeline, self.rolling = bars, line, True
        self._vanished = self._standing = False
        if self._tells_metre:
            self.metre = metre if playable(metre) else COMMON_TIME
            self.bar_line = bars.changes[-1].beat
