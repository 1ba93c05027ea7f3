"""A MIDI file as an input: played in real time, as a host would, with its clock."""

from __future__ import annotations

from collections.abc import Iterator

from drumd.ports.base import Heard, Place
from drumd.ports.midi_file_host import HostFile
from drumd.timing.clock import Clock

LEAD_IN_S = 0.2  # between opening the port and the host's start


class FileInput:
    """Plays a MIDI file's guitar to whoever polls, each message stamped with its very time."""

    place = Place("file")
    failed = 0

    def __init__(self, file: HostFile, clock: Clock) -> None:
        self.name = file.name
        self.ended = False
        self._events = iter(file)
        self._next = next(self._events, None)
        self.start = clock.now() + LEAD_IN_S  # the moment of the file's first tick
        self._clock = clock

    def poll(self) -> Iterator[Heard]:
        now = self._clock.now()
        while self._next is not None and self.start + self._next[0] <= now:
            seconds, message = self._next
            self._next = next(self._events, None)
            self.ended = self._next is None
            yield self.start + seconds, message

    def lost(self) -> str | None:
        return None

    def close(self) -> None:
        self._next = None
