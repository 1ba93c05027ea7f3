"""Messages that wait for their frame.

One thread puts, the driver's takes; neither waits for the other. What is taken back and what is
played are told apart by who empties the message's hands first, and that only one can do.
"""

from __future__ import annotations

import heapq
from collections import deque
from itertools import count

from drumd.ports.base import Handed
from drumd.ports.jack.frames import FrameClock


class Outbox:
    """Keeps messages in order and gives out those of each cycle."""

    def __init__(self, frames: FrameClock) -> None:
        self.late = 0  # messages whose cycle had gone when they came
        self.open_frame = 0  # the first frame that can still be played on
        self._frames = frames
        self._number = count()
        self._new: deque[tuple[int, int, Handed]] = deque()
        self._waiting: list[tuple[int, int, Handed]] = []  # the driver's thread only

    def __len__(self) -> int:
        return len(self._new) + len(self._waiting)

    def put(self, data: bytes, at: float) -> Handed:
        """Play the message on the frame of the moment, or on the first that is left."""
        frame = max(self._frames.frame_at(at), self.open_frame)
        handed = Handed(self._frames.seconds_of(frame), data)
        self._new.append((frame, next(self._number), handed))
        return handed

    def due(self, first: int, frames: int) -> list[tuple[int, bytes]]:
        """The messages of a cycle that begins at `first`: how many frames into it, and what."""
        self.open_frame = first + frames
        while self._new:
            heapq.heappush(self._waiting, self._new.popleft())
        due = []
        while self._waiting and self._waiting[0][0] < first + frames:
            frame, _, handed = heapq.heappop(self._waiting)
            if (data := handed.let_go()) is None:
                continue  # taken back
            if frame < first:
                self.late += 1
                handed.at = self._frames.seconds_of(first)
            due.append((max(0, frame - first), data))
        return due
