"""A client that plays samples into another's audio port, on frames that are known."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from drumd.ports.jack.cycles import JackCycles
from drumd.ports.jack.frames import FrameClock
from drumd.timing.clock import MonotonicClock
from tests.support.jack.harness import JackServer, open_client


class AudioPlayer:
    """Plays samples into another's port, and knows when each frame went out."""

    def __init__(self, server: JackServer, samples: np.ndarray) -> None:
        self.done = threading.Event()
        self._samples, self._at = samples, -1
        self._clock, self._frames = MonotonicClock(), FrameClock(server.rate)
        self.first_frame = 0
        self._client = open_client("player", server.name, server.process)
        self._port = self._client.outports.register("out")
        self._cycles = JackCycles(self._client, self._process)

    def _process(self, frames: int) -> None:
        first = self._frames.see(self._client.last_frame_time, self._clock.now())
        out = self._port.get_array()
        out[:] = 0
        if self._at < 0:
            return
        if self._at == 0:
            self.first_frame = first
        place = first - self.first_frame  # a cycle that was left out is left out of the sound
        part = self._samples[place : place + frames]
        out[: len(part)] = part
        self._at = place + frames
        if self._at >= len(self._samples):
            self.done.set()

    def play_into(self, port: str) -> None:
        self._client.connect(self._port, port)
        self._at = 0

    def seconds_of(self, time: float) -> float:
        """When that second of the samples went out, on the clock."""
        return self._frames.seconds_of(self.first_frame) + time

    def close(self) -> None:
        self._cycles.end()
        self._client.deactivate()
        self._client.close()


@contextmanager
def playing(server: JackServer, samples: np.ndarray) -> Iterator[AudioPlayer]:
    player = AudioPlayer(server, samples)
    try:
        yield player
    finally:
        player.close()
