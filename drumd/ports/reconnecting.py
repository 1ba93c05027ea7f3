"""Ports that come back: one that vanishes is looked for by its name until it is there again.

A steady port belongs to the thread that made it, which calls `look_after` a few times a second;
only `send` is called from another one, the scheduler's. To open a port again may take a server half
a second and more: that is done aside, and the port is taken in once it is there.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

import mido

from drumd.errors import PortError, PortLostError
from drumd.ports.base import (
    Audible,
    Handed,
    Heard,
    InputPort,
    Level,
    OnServer,
    OutputPort,
    Place,
)
from drumd.ports.clock_holdover import FreeWheel
from drumd.ports.last_words import last_words
from drumd.timing.clock import Clock
from drumd.timing.transport_place import TransportPlace
from engine.music.general_midi import DRUM_CHANNEL

Port = TypeVar("Port", InputPort, OutputPort)

RETRY_S = 0.5
ONE_AT_A_TIME = threading.Lock()  # what opens a port looks at what the whole process has open

Aside = Callable[[Callable[[], None]], Callable[[], None]]
"""Begins a job that nobody waits for; returns what waits for it after all."""


def in_thread(job: Callable[[], None]) -> Callable[[], None]:
    thread = threading.Thread(target=job, name="port", daemon=True)
    thread.start()
    return thread.join


class _Attempt(Generic[Port]):
    """One attempt to open a port again. Written by the thread that makes it until it is `done`."""

    def __init__(self, open_port: Callable[[], Port], aside: Aside) -> None:
        self.done = False
        self.port: Port | None = None
        self._open: Callable[[], Port] = open_port
        self._problem: BaseException | None = None
        self._wait = aside(self._run)

    def _run(self) -> None:
        try:
            with ONE_AT_A_TIME:
                self.port = self._open()
        except PortError:
            pass  # it is not there yet
        except BaseException as error:
            self._problem = error
        self.done = True

    def result(self) -> Port | None:
        """The port, or None if it is not there; waits for the end of the attempt."""
        self._wait()
        if self._problem is not None:
            raise self._problem
        return self.port


class _Steady(Generic[Port]):
    """Holds the port while it is there."""

    def __init__(
        self, open_port: Callable[[Place | None], Port], clock: Clock, *, aside: Aside = in_thread
    ) -> None:
        """`open_port` opens it, at first (None) or again where it was; or a PortError says why
        that cannot be. It is called again `aside`."""
        self._open: Callable[[Place | None], Port] = open_port
        self._clock, self._aside = clock, aside
        self._attempt: _Attempt[Port] | None = None
        self._port: Port | None = open_port(None)
        self._failure: str | None = None  # what went wrong in use
        self._retry_at = 0.0
        self._unwanted = False  # the attempt under way is for a port that was turned from
        self._failed = 0  # messages of the ports that have gone
        self.name = self._port.name
        self._place: Place | None = self._port.place

    @property
    def waiting(self) -> str | None:
        """The port's name while it is away."""
        return self.name if self._port is None else None

    @property
    def failed(self) -> int:
        """How many messages could not be understood, or not be sent after all."""
        return self._failed + (self._port.failed if self._port is not None else 0)

    def transport(self) -> TransportPlace | None:
        """Where the transport of the port's server is, if it is on one."""
        return self._port.transport() if isinstance(self._port, OnServer) else None

    def look_after(self) -> str | None:
        """Notice that the port has gone, or find it again; a sentence if that happened."""
        now = self._clock.now()
        if self._port is not None:
            why = self._failure or self._port.lost()
            return self._give_up(self._port, why, now) if why else None
        if self._attempt is None and now >= self._retry_at:
            self._retry_at = now + RETRY_S
            self._attempt = _Attempt(partial(self._open, self._place), self._aside)
        if self._attempt is None or not self._attempt.done:
            return None
        port, self._attempt = self._attempt.result(), None
        unwanted, self._unwanted = self._unwanted, False
        if port is not None and unwanted:
            port.close()
        return None if port is None or unwanted else self._take(port, now)

    def turn_to(self, name: str) -> None:
        """Leave the port for another, which `open_port` opens from now on; it is waited for."""
        now = self._clock.now()
        self.name, self._place, self._retry_at = name, None, now
        self._unwanted = self._attempt is not None
        if self._port is not None:
            self._leave(self._port)
            self._gone(now)

    def _take(self, port: Port, now: float) -> str:
        new = self._place is None
        self._port = port
        self._place, self._failure = port.place, None
        self._came_back(now)
        return f"port {self.name!r} is {'there' if new else 'back'}"

    def _give_up(self, port: Port, why: str, now: float) -> str:
        self._retry_at = now + RETRY_S
        self._leave(port)
        self._gone(now)
        return f"{why}; waiting for port {self.name!r}"

    def _leave(self, port: Port) -> None:
        self._port = None
        port.close()
        self._failed += port.failed

    def _gone(self, now: float) -> None:
        """What else there is to do when the port has gone."""

    def _came_back(self, now: float) -> None:
        """What else there is to do when the port is back."""

    def close(self) -> None:
        attempt, self._attempt = self._attempt, None
        port = attempt.result() if attempt is not None else self._port
        if port is not None:
            self._leave(port)


class SteadyInput(_Steady[InputPort]):
    """While it is away the host's clock turns on, and the notes that were held are ended."""

    def __init__(
        self,
        open_port: Callable[[Place | None], InputPort],
        clock: Clock,
        *,
        aside: Aside = in_thread,
    ) -> None:
        super().__init__(open_port, clock, aside=aside)
        self._wheel = FreeWheel()
        self._held: dict[tuple[int, int], mido.Message] = {}  # (channel, note): what ends it
        self._owed: list[Heard] = []

    @property
    def ended(self) -> bool:
        return self._port is not None and self._port.ended

    @property
    def level(self) -> Level | None:
        """How loud it is, where it is heard by ear and there."""
        return self._port.level if isinstance(self._port, Audible) else None

    def save(self, path: Path, start: float, end: float) -> None:
        """Let what sounded between two moments become a file, where it is heard by ear."""
        if isinstance(port := self._port, Audible):
            port.save(path, start, end)

    def look_after(self) -> str | None:
        said = self._port.said if isinstance(self._port, Audible) else None
        return said.pop(0) if said else super().look_after()

    def poll(self) -> Iterator[Heard]:
        owed, self._owed = self._owed, []
        yield from owed
        for time, message in self._port.poll() if self._port else ():
            self._hold(message)
            if self._wheel.hear(time, message):
                yield time, message
        yield from self._wheel.turn(self._clock.now())

    def tell_drums(self, struck: deque[tuple[float, int, int]]) -> None:
        """Take the strokes of our drums; a port that hears sound is told of them."""
        while struck:
            stroke = struck.popleft()
            if isinstance(self._port, Audible):
                self._port.drum(*stroke)

    def _hold(self, message: mido.Message) -> None:
        if message.type in ("note_on", "note_off"):
            key = (message.channel, message.note)
            self._held.pop(key, None)
            if message.type == "note_on" and message.velocity:
                end = mido.Message("note_off", channel=message.channel, note=message.note)
                self._held[key] = end

    def _gone(self, now: float) -> None:
        self._owed += [(now, end) for end in self._held.values()]
        self._held.clear()
        self._wheel.carry_on(now)

    def _came_back(self, now: float) -> None:
        self._wheel.expect(now)


class SteadyOutput(_Steady[OutputPort]):
    """While it is away every message is refused."""

    def turn_to(self, name: str) -> None:
        """Leave the port for another; what sounds at the old one is ended first."""
        with suppress(PortError):
            for message in last_words(DRUM_CHANNEL):
                self.send(message)
        super().turn_to(name)

    @property
    def ahead_s(self) -> float:
        port = self._port
        return port.ahead_s if port is not None else 0.0

    def send(self, message: mido.Message, at: float | None = None) -> Handed:
        port = self._port
        if port is None:
            raise PortLostError(f"port {self.name!r} is away")
        try:
            return port.send(message, at)
        except PortLostError as error:
            self._failure = str(error)
            raise
