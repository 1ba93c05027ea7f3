"""What has been handed to the port, until it has gone out: it may still be taken back.

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
EVER = float("-inf")


@dataclass(slots=True)
class Entry:
    """One message; of a hit also the beat its pattern starts at, and the one its drum had reached
    before."""

    message: mido.Message
    planned: float
    handed: Handed
    start: float | None = None
    before: float = EVER


class Outgoing:
    """Sends through the port and logs what has gone out."""

    def __init__(self, port: Sender, clock: Clock, sent: deque[Sent]) -> None:
        self.sent = sent
        self._port, self._clock = port, clock
        self._entries: list[Entry] = []  # in the order they were handed over

    @property
    def ahead_s(self) -> float:
        return self._port.ahead_s

    def send(
        self,
        message: mido.Message,
        planned: float,
        start: float | None = None,
        before: float = EVER,
    ) -> float:
        """Hand a message over; when it will go out."""
        handed = self._port.send(message, planned)
        self._entries.append(Entry(message, planned, handed, start, before))
        return handed.at

    def log_gone(self, *, all_of_them: bool = False) -> None:
        """Log what has gone out by now, in the order in which it did."""
        now = self._clock.now()
        gone, waiting = list[Entry](), list[Entry]()
        for entry in self._entries:
            out = entry.handed.gone and entry.handed.at <= now
            (gone if out or all_of_them else waiting).append(entry)
        self._entries = waiting
        gone.sort(key=lambda entry: entry.handed.at)
        self.sent.extend((entry.planned, entry.handed.at, entry.message) for entry in gone)

    def take_back(self, of: Callable[[Entry], bool]) -> list[Entry]:
        """Take those hits back that `of` means and that have not gone out; the latest first."""
        taken, kept = list[Entry](), list[Entry]()
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
        return [entry for entry in reversed(taken) if entry.start is not None]

    def forget(self) -> None:
        """The port has gone, and what it held."""
        self._entries.clear()
