"""Ports without hardware, for tests and for jams that only go to a file."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import mido

from drumd.errors import PortLostError
from drumd.ports.base import Handed, Heard, Place
from drumd.timing.clock import Clock


class RecordingPort:
    """An output that keeps what it was sent, with the time."""

    ahead_s = 0.0
    place = Place("fake")
    failed = 0

    def __init__(self, clock: Clock, name: str = "recording") -> None:
        self.name = name
        self.sent: list[tuple[float, mido.Message]] = []
        self.closed = False
        self.lost_because: str | None = None  # a test sets it to pull the plug
        self._clock = clock

    def send(self, message: mido.Message, at: float | None = None) -> Handed:  # noqa: ARG002
        if self.closed or self.lost_because:
            raise PortLostError(self.lost_because or f"{self.name} is closed")
        self.sent.append((self._clock.now(), message))
        return Handed(self._clock.now())

    def lost(self) -> str | None:
        return self.lost_because

    def close(self) -> None:
        self.closed = True


class PatientPort(RecordingPort):
    """An output that holds what it is handed ahead of time, and sends it on time."""

    def __init__(self, clock: Clock, ahead_s: float = 0.02) -> None:
        super().__init__(clock, "patient")
        self.ahead_s = ahead_s
        self._waiting: list[tuple[Handed, mido.Message]] = []

    def send(self, message: mido.Message, at: float | None = None) -> Handed:
        if self.lost_because:
            raise PortLostError(self.lost_because)
        now = self._clock.now()
        handed = Handed(max(now, now if at is None else at), message.bin())
        self._waiting.append((handed, message))
        return handed

    def let_go(self) -> None:
        """Send what is due, as a driver does in each of its cycles."""
        due = [entry for entry in self._waiting if entry[0].at <= self._clock.now()]
        self._waiting = [entry for entry in self._waiting if entry not in due]
        for handed, message in sorted(due, key=lambda entry: entry[0].at):
            if handed.let_go() is not None:
                self.sent.append((handed.at, message))


class NullPort:
    """An output that hears nothing: for drums that are only recorded."""

    ahead_s = 0.0
    place = Place("fake")
    failed = 0

    def __init__(self, clock: Clock, name: str = "nowhere") -> None:
        self.name = name
        self._clock = clock

    def send(self, message: mido.Message, at: float | None = None) -> Handed:  # noqa: ARG002
        """Nobody listens."""
        return Handed(self._clock.now())

    def lost(self) -> str | None:
        return None

    def close(self) -> None:
        """Nothing to close."""


class PlayedInput:
    """An input that a test plays."""

    place = Place("fake")
    failed = 0

    def __init__(self, name: str = "played") -> None:
        self.name = name
        self.ended = False
        self.lost_because: str | None = None
        self._waiting: deque[Heard] = deque()

    def play(self, time: float, message: mido.Message) -> None:
        """Let a message arrive; any thread may."""
        self._waiting.append((time, message))

    def poll(self) -> Iterator[Heard]:
        while self._waiting:
            yield self._waiting.popleft()

    def lost(self) -> str | None:
        return self.lost_because

    def close(self) -> None:
        """Nothing to close."""
