"""A port that sends at once, told ahead of time as those are that can wait.

`send` belongs to the scheduler's thread; what is handed over early goes out from its own.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from itertools import count

import mido

from drumd.errors import PortLostError
from drumd.output.realtime import RealtimeThread, ThreadMaker
from drumd.ports.base import Handed, Sender
from drumd.timing.clock import Clock


class Punctual:
    """Holds messages until their time; those not gone yet can be taken back."""

    def __init__(
        self,
        port: Sender,
        clock: Clock,
        ahead_s: Callable[[], float],
        *,
        thread: ThreadMaker = RealtimeThread,
    ) -> None:
        self.lost_hits = 0  # messages whose time came while the port was away
        self._port, self._clock, self._ahead_s = port, clock, ahead_s
        self._waiting: list[tuple[float, int, Handed, mido.Message]] = []
        self._number = count()
        self._lock = threading.Lock()  # held no longer than it takes to send a few messages
        self._thread = thread("punctual", self._send_due, clock)
        self._thread.start()

    @property
    def ahead_s(self) -> float:
        return max(self._port.ahead_s, self._ahead_s())

    def send(self, message: mido.Message, at: float | None = None) -> Handed:
        if self._port.ahead_s:  # it can wait by itself
            return self._port.send(message, at)
        now = self._clock.now()
        if at is None or at <= now:
            self._send_due()
            return self._port.send(message)
        handed = Handed(at, bytes(message.bin()))
        with self._lock:
            heapq.heappush(self._waiting, (at, next(self._number), handed, message))
        return handed

    def close(self) -> None:
        """Stop, after what was handed over has gone out."""
        while self._waiting and self._thread.running:
            self._clock.sleep(0.001)
        self._thread.stop()

    def _send_due(self) -> float | None:
        """Send what is due; when the next message is, or None."""
        with self._lock:
            while self._waiting and self._waiting[0][0] <= self._clock.now():
                _, _, handed, message = heapq.heappop(self._waiting)
                if handed.let_go() is None:
                    continue  # taken back
                try:
                    self._port.send(message)
                except PortLostError:
                    self.lost_hits += 1
            return self._waiting[0][0] if self._waiting else None
