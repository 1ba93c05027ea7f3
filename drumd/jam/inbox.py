"""What has arrived. Owned by the main thread, which polls the ports and takes what came."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import mido

LIMIT = 4096
TIMING = frozenset(("clock", "start", "continue", "stop", "songpos"))
BATCH = 512  # taken at once, so that a flood does not keep the conductor waiting


class Inbox:
    """A queue with a bound, which counts what it has to drop.

    Once half full it takes only what tells the time: a flood of notes must not stop the song.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self.heard = 0
        self.dropped = 0
        self._waiting: deque[tuple[float, mido.Message]] = deque()
        self._limit = limit

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, time: float, message: mido.Message) -> None:
        """Take in a message that arrived at `time` seconds."""
        self.heard += 1
        limit = self._limit if message.type in TIMING else self._limit // 2
        if len(self._waiting) >= limit:
            self.dropped += 1
        else:
            self._waiting.append((time, message))

    def take(self, most: int = BATCH) -> Iterator[tuple[float, mido.Message]]:
        """The oldest messages."""
        for _ in range(min(most, len(self._waiting))):
            yield self._waiting.popleft()
