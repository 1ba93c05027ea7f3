"""A guitar that comes in through JACK is stamped by its frames."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from drumd.ears.ears_input import EarsInput
from drumd.ports.base import Onset
from drumd.ports.jack.frames import FrameClock
from drumd.timing.clock import MonotonicClock
from tests.support.jack.harness import JackServer, jack_server, open_client
from tests.support.plucked import plucked

PATIENCE_S = 60.0
LINE = [(0.5 + 0.5 * k, pitch, 90, 0.45) for k, pitch in enumerate((45, 52, 48, 40))]


class AudioPlayer:
    """Plays samples into another's port, and knows when each frame went out."""

    def __init__(self, server: JackServer, samples: np.ndarray) -> None:
        self.done = threading.Event()
        self._samples, self._at = samples, -1
        self._clock, self._frames = MonotonicClock(), FrameClock(server.rate)
        self._first = 0
        self._client = open_client("player", server.name, server.process)
        self._port = self._client.outports.register("out")
        self._client.set_process_callback(self._process)
        self._client.activate()

    def _process(self, frames: int) -> None:
        first = self._frames.see(self._client.last_frame_time, self._clock.now())
        out = self._port.get_array()
        out[:] = 0
        if self._at < 0:
            return
        if self._at == 0:
            self._first = first
        place = first - self._first  # a cycle that was left out is left out of the sound
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
        return self._frames.seconds_of(self._first) + time

    def close(self) -> None:
        self._client.deactivate()
        self._client.close()


@contextmanager
def playing(server: JackServer, samples: np.ndarray) -> Iterator[AudioPlayer]:
    player = AudioPlayer(server, samples)
    try:
        yield player
    finally:
        player.close()


@pytest.mark.jack
def test_strokes_and_notes_come_in_through_jack_with_their_moment() -> None:
    with jack_server() as server, playing(server, plucked(LINE, 3.0, server.rate)) as player:
        ears = EarsInput("audio:riff", MonotonicClock(), api="jack")
        try:
            player.play_into("drumd-in:riff")
            heard = list[tuple[float, object]]()
            give_up = time.monotonic() + PATIENCE_S
            while time.monotonic() < give_up and not _all_heard(heard):
                heard += ears.poll()
                time.sleep(0.01)
            struck = [time for time, one in heard if isinstance(one, Onset) and one.velocity]
            due = [player.seconds_of(time) for time, *_ in LINE]
            near = [min(abs(time - one) for one in struck) for time in due]
            assert sum(off < 0.03 for off in near) >= len(LINE) - 1
            assert ears.lost() is None
        finally:
            ears.close()


def _all_heard(heard: list[tuple[float, object]]) -> bool:
    strokes = sum(isinstance(one, Onset) and bool(one.velocity) for _, one in heard)
    notes = sum(getattr(one, "type", "") == "note_on" for _, one in heard)
    return strokes >= len(LINE) and notes >= len(LINE)


@pytest.mark.jack
def test_a_server_that_dies_is_told_and_ends_the_ears() -> None:
    with jack_server() as server:
        ears = EarsInput("audio:riff", MonotonicClock(), api="jack")
        try:
            server.kill()
            give_up = time.monotonic() + PATIENCE_S
            while ears.lost() is None and time.monotonic() < give_up:
                list(ears.poll())
                time.sleep(0.01)
            assert "JACK server" in (ears.lost() or "")
        finally:
            ears.close()
