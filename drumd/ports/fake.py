"""Ports without hardware, for tests and for jams that only go to a file."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import mido

from drumd.errors import PortLostError
from drumd.ports.port import Heard
from drumd.timing.clock import Clock


class RecordingPort:
    """An output that keeps what it was sent, with the time."""

    def __init__(self, clock: Clock, name: str = "recording") -> None:
        self.name = name
        self.sent: list[tuple[float, mido.Message]] = []
        self.closed = False
        self.lost_because: str | None = None  # a test sets it to pull the plug
        self._clock = clock

    def send(self, message: mido.Message) -> None:
        if self.closed or self.lost_because:
            raise PortLostError(self.lost_because or f"{self.name} is closed")
        self.sent.append((self._clock.now(), message))

    def lost(self) -> str | None:
        return self.lost_because

    def close(self) -> None:
        self.closed = True


class NullPort:
    """An output that hears nothing: for drums that are only recorded."""

    def __init__(self, name: str = "nowhere") -> None:
        self.name = name

    def send(self, message: mido.Message) -> None:
        """Nobody listens."""

    def lost(self) -> str | None:
        return None

    def close(self) -> None:
        """Nothing to close."""


class PlayedInput:
    """An input that a test plays."""

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
