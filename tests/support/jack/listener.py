"""A JACK client that listens to drums, and a kit that it hears to the frame."""

from __future__ import annotations

import os
import time
import wave
from pathlib import Path
from typing import Any

import mido
import numpy as np

from drumd.ports.jack.cycles import JackCycles
from drumd.sound.speakers import Speakers
from drumd.timing.clock import Clock
from tests.support.jack.harness import RATE, JackServer, open_client

KICK = mido.Message("note_on", note=36, velocity=127, channel=9)
LOUD = 0.3


def impulses_of(folder: Path) -> Path:
    """A kit whose kick is one frame long."""
    with wave.open(str(folder / "kick.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.array([32_767, 0, 0, 0], "<i2").tobytes())
    return folder


class Listener:
    """Notes on which frames of the server something loud is heard."""

    def __init__(self, server: JackServer, source: str) -> None:
        self._heard: list[int] = []
        self._client = open_client(f"ear-{os.getpid()}", server.name, server.process)
        self._in = self._client.inports.register("in")
        self._cycles = JackCycles(self._client, self._process)
        self._client.connect(source, self._in)

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self._cycles.end()
        self._client.deactivate()
        self._client.close()

    def play(self, port: Speakers, clock: Clock, *, strokes: int, apart_s: float) -> list[float]:
        """Strike evenly, each stroke handed over a little before its time; when they were."""
        begin = clock.now() + 0.3
        times = [begin + number * apart_s for number in range(strokes)]
        for at in times:
            while clock.now() < at - port.ahead_s:
                time.sleep(0.002)
            port.send(KICK, at)
        time.sleep(0.5)
        return times

    def impulses(self) -> list[int]:
        return list(self._heard)

    def _process(self, frames: int) -> None:  # noqa: ARG002
        first: Any = self._client.last_frame_time
        for offset in np.flatnonzero(np.abs(self._in.get_array()) > LOUD):
            self._heard.append(int(first) + int(offset))
