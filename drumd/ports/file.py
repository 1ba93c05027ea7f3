"""A MIDI file as an input: played in real time, as a host would, with its clock."""

from __future__ import annotations

import threading
from pathlib import Path

from drumd.ports.hostfile import read_host_file
from drumd.ports.port import Receiver
from drumd.timing.clock import Clock

LEAD_IN_S = 0.2  # between opening the port and the host's start


class FileInput:
    """Plays a MIDI file's guitar to the receiver, on a thread of its own."""

    def __init__(self, path: Path, receive: Receiver, clock: Clock) -> None:
        self.name = path.name
        self.ended = False
        self._events = read_host_file(path)
        self._receive, self._clock = receive, clock
        self._failure: str | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._play, name="file input", daemon=True)
        self._thread.start()

    def lost(self) -> str | None:
        return self._failure

    def close(self) -> None:
        self._closing.set()
        self._thread.join()

    def _play(self) -> None:
        start = self._clock.now() + LEAD_IN_S
        try:
            for seconds, message in self._events:
                if self._closing.wait(max(0.0, start + seconds - self._clock.now())):
                    return
                self._receive(self._clock.now(), message)
        except Exception as error:  # said by `lost`: a thread that dies says nothing
            self._failure = f"{self.name} could not be played on: {error!r}"
        self.ended = True
