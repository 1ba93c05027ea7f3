"""Messages that wait for their frame.

One thread puts, the driver's takes; neither waits for the other. What is taken back and what is
played are told apart by who empties the message's hands first, and that only one can do.

A stroke that comes far too late, after a server or a machine that stood still, stays in the hands:
played then, it would fall on the next one. Who handed it over takes it back. Ends always go out.
"""

from __future__ import annotations

import heapq
from collections import deque
from itertools import count

from drumd.ports.base import Handed
from drumd.ports.jack.frames import FrameClock

LATE_S = 0.02  # as the scheduler has it
NOTE_ON = 0x90

Waiting = tuple[int, int, Handed, bool]  # frame, in which order, what, whether it is a stroke


class Outbox:
    """Keeps messages in order and gives out those of each cycle."""

    def __init__(self, frames: FrameClock) -> None:
        self.late = 0  # messages whose cycle had gone when they came
        self.open_frame = 0  # the first frame that can still be played on
        self._frames = frames
        self._number = count()
        self._too_late = round(LATE_S * frames.rate)
        self._new: deque[Waiting] = deque()
        self._waiting: list[Waiting] = []  # the driver's thread only

    def __len__(self) -> int:
        return len(self._new) + len(self._waiting)

    def put(self, data: bytes, at: float) -> Handed:
        """Play the message on the frame of the moment, or on the first that is left."""
        frame = max(self._frames.frame_at(at), self.open_frame)
        handed = Handed(self._frames.seconds_of(frame), data)
        struck = data[0] & 0xF0 == NOTE_ON and data[2] > 0
        self._new.append((frame, next(self._number), handed, struck))
        return handed

    def due(self, first: int, frames: int) -> list[tuple[int, bytes]]:
        """The messages of a cycle that begins at `first`: how many frames into it, and what."""
        self.open_frame = first + frames
        while self._new:
            heapq.heappush(self._waiting, self._new.popleft())
        due = []
        while self._waiting and self._waiting[0][0] < first + frames:
            frame, _, handed, struck = heapq.heappop(self._waiting)
            if struck and frame < first - self._too_late:
                self.late += 1
                continue
            if (data := handed.let_go()) is None:
                continue  # taken back
            if frame < first:
                self.late += 1
                handed.at = self._frames.seconds_of(first)
            due.append((max(0, frame - first), data))
        return due
