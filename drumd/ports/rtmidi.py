"""Ports of the operating system and of JACK, through RtMidi.

A port belongs to the thread that opened it; only `send` is called from another one, the
scheduler's. What RtMidi gets wrong is answered here: see the comments.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import mido

from drumd.errors import PortError, PortLostError, PortNotFoundError
from drumd.ports.arrival import ArrivalTimes
from drumd.ports.base import Handed, Heard, Place, PortList
from drumd.ports.decode import message_of
from drumd.ports.driver import find_driver
from drumd.ports.jack.watch import SERVER_GONE, JackWatch
from drumd.ports.names import CLIENTS, OWN_PORTS, cable_to
from drumd.ports.quiet import quiet_stderr
from drumd.timing.clock import Clock

logger = logging.getLogger("drumd")

QUEUE = 32_768  # messages that wait to be polled. RtMidi drops what comes beyond them uncounted,
# but who sends 20,000 a second fills that in 1.6 s, in which nobody polls only if the machine
# stands still. The first stamp after a loss is late by a poll at most.
MOST = 1_024  # taken in one poll, so that a flood does not keep the conductor waiting
DRIVER = find_driver()
START_ONE = (
    "Start JACK (with QjackCtl, or jackd -d alsa), or load the ALSA sequencer (sudo modprobe "
    "snd-seq), or do without: drumd listen --in demo --out jam.mid. `drumd doctor` knows more."
)
LOOP_MIDI = "Windows has no virtual ports: install loopMIDI, make a port there, and name that one."


def compiled_apis() -> tuple[str, ...]:
    """The APIs that the library was built with, best first."""
    built = set(DRIVER.compiled())
    return tuple(name for name, code in DRIVER.codes.items() if code in built)


def answering(*, note: Callable[[str], None] = logger.debug) -> str:
    """The first API that runs."""
    with _Client.open("input", "auto", note=note) as client:
        return client.api


def list_ports(api: str = "auto") -> PortList:
    """The ports of the first API that runs."""
    with _Client.open("input", api) as sources:
        inputs, found = sources.names(), sources.api
    with _Client.open("output", found) as destinations:
        return PortList(inputs, destinations.names(), found)


def open_input(
    name: str, clock: Clock, *, api: str = "auto", again: Place | None = None
) -> RtmidiInput:
    """Open the source that `name` means, or make a virtual port of that name."""
    return RtmidiInput(_Client.open("input", api), name, clock, again)


def open_output(
    name: str, clock: Clock, *, api: str = "auto", again: Place | None = None
) -> RtmidiOutput:
    """Open the destination that `name` means, or make a virtual port of that name."""
    return RtmidiOutput(_Client.open("output", api), name, clock, again)


class RtmidiInput:
    """Takes what the driver has queued, with the times between the messages.

    On JACK those are times of the cycle, on ALSA and CoreMIDI the driver's own stamps, on Windows
    its milliseconds.
    """

    ended = False

    def __init__(self, client: _Client, wanted: str, clock: Clock, again: Place | None) -> None:
        self.failed = 0  # messages that are no MIDI
        self._clock, self._client = clock, client
        self._arrivals = ArrivalTimes(clock)
        client.port.ignore_types(sysex=True, timing=False, active_sense=True)
        self.name = client.plug(wanted, again)

    @property
    def place(self) -> Place:
        return self._client.place

    def poll(self) -> Iterator[Heard]:
        """At most MOST messages; what is left waits in the driver's queue."""
        for _ in range(MOST if self._client.is_open else 0):
            asked_at = self._clock.now()
            event = self._client.port.get_message()
            if event is None:
                self._arrivals.emptied(asked_at)
                return
            stamp = self._arrivals.stamp(event[1])
            message = message_of(event[0])
            if message is None:
                self.failed += 1
                continue
            yield stamp, message

    def lost(self) -> str | None:
        return self._client.lost()

    def close(self) -> None:
        self._client.close()


class RtmidiOutput:
    """Sends at once; on JACK that is at the start of the next period."""

    ahead_s = 0.0
    failed = 0  # RtMidi says at once what it cannot send

    def __init__(self, client: _Client, wanted: str, clock: Clock, again: Place | None) -> None:
        self._client, self._clock = client, clock
        self._lock = threading.Lock()  # sending to a deleted port would crash the process
        self.name = client.plug(wanted, again)

    @property
    def place(self) -> Place:
        return self._client.place

    def send(self, message: mido.Message, at: float | None = None) -> Handed:  # noqa: ARG002
        """Send, or raise PortLostError: RtMidi would block on a server that has died."""
        with self._lock:
            if not self._client.is_open:
                raise PortLostError(f"{self.name} is closed")
            if self._client.server_gone():
                raise PortLostError(SERVER_GONE)
            try:
                self._client.port.send_message(message.bytes())
            except DRIVER.failures as error:
                raise PortLostError(f"{self.name} takes no MIDI: {_reason(error)}") from error
        return Handed(self._clock.now())

    def lost(self) -> str | None:
        return self._client.lost()

    def close(self) -> None:
        with self._lock:
            self._client.close()


class _Client:
    """One connection to a MIDI API, with at most one port."""

    def __init__(self, kind: str, api: str) -> None:
        self.kind, self.api = kind, api
        self.is_open = True
        self._connected: tuple[int, str] | None = None  # index and name of another's port
        self._watch: JackWatch | None = None
        if api == "jack" and sys.platform != "win32":
            self.port, self._watch = JackWatch.while_making(self._make)
        else:
            self.port = self._make()

    @classmethod
    def open(cls, kind: str, api: str, *, note: Callable[[str], None] = logger.debug) -> _Client:
        """A client of `api`; for "auto" of the first API that answers, with a note."""
        wanted = compiled_apis() if api == "auto" else (api,)
        failures: list[str] = []
        for name in wanted:
            if name not in compiled_apis():
                known = ", ".join(compiled_apis())
                raise PortError(f"there is no MIDI API {name!r} here; there is: auto, {known}")
            try:
                client = cls(kind, name)
            except DRIVER.failures as error:
                failures.append(f"{name} ({_reason(error)})")
                continue
            if failures:
                note(f"using {name} for MIDI, since there is no {', no '.join(failures)}")
            return client
        raise PortError(f"no MIDI here: no {', no '.join(failures)}. {START_ONE}")

    def _make(self) -> Any:
        code, name = DRIVER.codes[self.api], CLIENTS[self.kind]
        with quiet_stderr():
            if self.kind == "input":
                return DRIVER.make_input(code, name, QUEUE)
            return DRIVER.make_output(code, name)

    def __enter__(self) -> _Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def names(self) -> tuple[str, ...]:
        """The ports that are there, or a PortError: a server may go while it is asked."""
        try:
            return tuple(self.port.get_ports())
        except DRIVER.failures as error:
            raise PortError(f"{self.api} does not say what ports there are: {error}") from error

    @property
    def place(self) -> Place:
        return Place(self.api, self._connected[1] if self._connected else None)

    def plug(self, wanted: str, again: Place | None = None) -> str:
        """Connect with the port that `wanted` means, or open a virtual one; the port's full name.

        `again` tells where it was before: another's port must then be there.
        Closes the client if that fails.
        """
        try:
            names = self.names()
            found = cable_to(self.kind, wanted, again, names, api=self.api)
            if found is None:
                self._open_virtual(wanted, names)
                return wanted
            self.port.open_port(names.index(found), OWN_PORTS[self.kind])
            self._connected = (names.index(found), found)
            return found
        except DRIVER.failures as error:
            self.close()
            raise PortError(f"{wanted!r} does not open as MIDI {self.kind}: {error}") from error
        except PortError:
            self.close()
            raise

    def _open_virtual(self, name: str, present: tuple[str, ...]) -> None:
        try:
            self.port.open_virtual_port(name)
        except DRIVER.no_virtual as error:
            raise PortNotFoundError(self.kind, name, present, LOOP_MIDI) from error

    def server_gone(self) -> bool:
        return self._watch is not None and self._watch.lost()

    def lost(self) -> str | None:
        """Why the port is of no use any more, or None. Asks for one name only, as a rule."""
        if not self.is_open:
            return "the port is closed"
        if self.server_gone():
            return SERVER_GONE
        if self._connected is None:
            return None
        index, name = self._connected
        if self._name_at(index) == name:
            return None
        try:
            names = self.names()  # others may have come or gone before it
        except PortError as error:
            return str(error)
        if name not in names:
            return f"the MIDI {self.kind} {name!r} has gone"
        self._connected = (names.index(name), name)
        return None

    def _name_at(self, index: int) -> str:
        try:
            return str(self.port.get_port_name(index))
        except DRIVER.failures:  # there are not that many ports any more
            return ""

    def close(self) -> None:
        """Close once."""
        if not self.is_open:
            return
        self.is_open = False
        if self._watch:
            self._watch.close()
        with quiet_stderr():
            self.port.close_port()
            self.port.delete()


def _reason(error: Exception) -> str:
    """RtMidi's words without the C++ function that says them."""
    return re.sub(r"^\w+::\w+: ", "", str(error)).rstrip(".")
