"""Ports without hardware, for tests and for jams that only go to a file."""

from __future__ import annotations

import mido

from drumd.errors import PortLostError
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


class SilentInput:
    """An input that a test plays by calling the receiver itself."""

    def __init__(self, name: str = "silent") -> None:
        self.name = name
        self.ended = False
        self.lost_because: str | None = None

    def lost(self) -> str | None:
        return self.lost_because

    def close(self) -> None:
        """Nothing to close."""
