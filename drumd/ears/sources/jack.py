"""Sound from a JACK server: each block stamped by its frame.

JACK calls `_process` in a thread of its own once in each cycle; it copies and stamps, no more.
"""

from __future__ import annotations

import threading
from collections import deque

import numpy as np

from drumd.ears.sources.base import Block, Samples, SourceError
from drumd.errors import PortError
from drumd.ports.base import Place
from drumd.ports.jack import client
from drumd.ports.jack.frames import FrameClock
from drumd.timing.clock import Clock

QUEUE = 2_000  # cycles
OWN = "audio"  # what our port is called where there is no sound card to connect with
NO_CLIENT = "audio from JACK needs libjack and `pip install 'drumd[jack]'`"


class JackSource:
    """An audio input port of our own, connected with another's where one is meant."""

    def __init__(self, wanted: str, clock: Clock, again: str | None = None) -> None:
        if not client.available():
            raise SourceError(NO_CLIENT)
        self._clock = clock
        self._blocks: deque[tuple[int, Samples]] = deque(maxlen=QUEUE)
        self._came = threading.Event()
        try:
            self._client = client.AudioClient("input")
            self.rate = self._client.rate
            self._frames = FrameClock(self.rate)
            place = Place(client.API, again) if again else None
            wanted = wanted or next(iter(self._client.sockets()), OWN)
            self.name = self._client.plug(wanted, self._process, place)
        except PortError as error:
            raise SourceError(str(error)) from error

    @property
    def other(self) -> str | None:
        return self._client.target

    def _process(self, frames: int) -> None:  # noqa: ARG002
        first = self._frames.see(self._client.frame, self._clock.now())
        self._blocks.append((first, np.array(self._client.port.get_array(), np.float32)))
        self._came.set()

    def read(self, patience_s: float) -> Block | None:
        if not self._blocks:
            self._came.clear()
            if not self._blocks and not self._came.wait(patience_s):
                return None
        first, samples = self._blocks.popleft()
        return Block(self._frames.seconds_of(first), samples)

    def lost(self) -> str | None:
        return self._client.lost()

    def close(self) -> None:
        self._client.close()
