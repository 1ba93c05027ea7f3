"""What has been handed to the port, until it has gone out: it may still be taken back.

This is the door to the port, and it is watched: whatever the host says and whatever is cued, no
drum is struck again sooner than a hand can.

Belongs to the scheduler, under its lock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import mido

from drumd.ports.base import Handed, Sender
from drumd.timing.clock import Clock

Sent = tuple[float, float, mido.Message]  # planned for, sent at, message
Struck = tuple[float, int, int]  # when a drum sounds, its key, how hard
EVER = float("-inf")
HAND_S = 0.03  # the fastest rolls known have some 20 strokes a second, by two hands: 0.05 s apart.
# Less leaves room for micro-timing; the strokes that a host's loops double are 1 to 25 ms apart.


@dataclass(slots=True)
class InFlight:
    """One message; of a hit also the beat its pattern starts at, and what its drum had reached
    before: a beat, and a time."""

    message: mido.Message
    planned: float
    handed: Handed
    start: float | None = None
    before: float = EVER
    struck_before: float = EVER


class Outgoing:
    """Sends through the port and logs what has gone out."""

    def __init__(self, port: Sender, clock: Clock, sent: deque[Sent]) -> None:
        self.sent = sent
        self._port, self._clock = port, clock
        self._entries: list[InFlight] = []  # in the order they were handed over
        self._struck: dict[int, float] = {}  # drum: when its last stroke goes out, or went

    @property
    def ahead_s(self) -> float:
        return self._port.ahead_s

    @property
    def waiting(self) -> bool:
        """Whether something was handed over that has not gone out yet."""
        return bool(self._entries)

    def too_soon(self, drum: int, planned: float) -> bool:
        """Whether no hand could strike that drum then: it has only just been struck."""
        at = max(planned, self._clock.now())
        return at - self._struck.get(drum, EVER) < HAND_S

    def send(
        self,
        message: mido.Message,
        planned: float,
        start: float | None = None,
        before: float = EVER,
    ) -> float:
        """Hand a message over; when it will go out."""
        handed = self._port.send(message, planned)
        entry = InFlight(message, planned, handed, start, before)
        if start is not None:
            entry.struck_before = self._struck.get(message.note, EVER)
            self._struck[message.note] = handed.at
        self._entries.append(entry)
        return handed.at

    def log_gone(self, *, all_of_them: bool = False) -> None:
        """Log what has gone out by now, in the order in which it did."""
        now = self._clock.now()
        gone, waiting = list[InFlight](), list[InFlight]()
        for entry in self._entries:
            out = entry.handed.gone and entry.handed.at <= now
            (gone if out or all_of_them else waiting).append(entry)
        self._entries = waiting
        gone.sort(key=lambda entry: entry.handed.at)
        self.sent.extend((entry.planned, entry.handed.at, entry.message) for entry in gone)

    def take_back(self, of: Callable[[InFlight], bool]) -> list[InFlight]:
        """Take those hits back that `of` means and that have not gone out; the latest first."""
        taken, kept = list[InFlight](), list[InFlight]()
        drums = set[int]()
        for entry in self._entries:
            drum = getattr(entry.message, "note", None)
            meant = entry.start is not None and of(entry)
            # A note's end, handed over after its beginning, goes the same way.
            if (meant or drum in drums) and entry.handed.let_go() is not None:
                drums.add(entry.message.note)
                taken.append(entry)
            else:
                kept.append(entry)
        self._entries = kept
        hits = [entry for entry in reversed(taken) if entry.start is not None]
        for entry in hits:
            self._struck[entry.message.note] = entry.struck_before
        return hits

    def forget(self) -> None:
        """The port has gone, and what it held."""
        self._entries.clear()
