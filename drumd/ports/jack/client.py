"""Ports on a JACK server through JACK-Client: input stamped by frame, output on the frame.

JACK calls `_process` in a thread of its own, once in each cycle (5 ms, say). That is Python and
waits for the interpreter, so it only moves bytes: nothing in it locks, logs, or decodes. The
process should have `quick_threads` on. Everything else belongs to the thread that opened the
port; `send` to the scheduler's.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from functools import partial
from typing import Any

import mido

from drumd.errors import PortError, PortLostError
from drumd.ports.base import Handed, Heard, Place, PortList
from drumd.ports.decode import message_of
from drumd.ports.jack.cycles import JackCycles
from drumd.ports.jack.frames import FrameClock
from drumd.ports.jack.outbox import Outbox
from drumd.ports.jack.transport import transport_place
from drumd.ports.jack.watch import SERVER_GONE, JackWatch
from drumd.ports.names import CLIENTS, OWN_PORTS, cable_to
from drumd.ports.quiet import quiet_stderr
from drumd.timing.clock import Clock
from drumd.timing.transport_place import TransportPlace

API = "jack"
QUEUE = 65_536  # messages that wait to be polled: 3 s of 20,000 a second; then the oldest go
MOST = 1_024  # taken in one poll, so that a flood does not keep the conductor waiting
AHEAD_CYCLES, AHEAD_S = 3, 0.02  # hits are handed over so long before, the longer of both
STARTED_S = 0.5  # the first cycle comes before that
FLUSH_S = 0.5  # the longest that closing waits for what was handed over
IGNORED = (0xF0, 0xF7, 0xFE)  # sysex and active sensing


def available() -> bool:
    """Whether JACK-Client and the JACK library are installed."""
    try:
        import jack
    except (ImportError, OSError):  # no JACK-Client; no libjack
        return False
    # The default prints to stderr from JACK's threads, over the screen.
    jack.set_error_function(_say_nothing)
    jack.set_info_function(_say_nothing)
    return True


def list_ports() -> PortList:
    """The server's MIDI ports."""
    client = _Client("input")
    try:
        return PortList(client.names("input"), client.names("output"), API)
    finally:
        client.close()


class JackInput:
    """Stamps each message by its frame."""

    ended = False

    def __init__(self, wanted: str, clock: Clock, again: Place | None = None) -> None:
        self.failed = 0  # messages that are no MIDI
        self._clock = clock
        self._client = _Client("input")
        self._frames = FrameClock(self._client.rate)
        self._heard: deque[tuple[int, bytes]] = deque(maxlen=QUEUE)
        self.name = self._client.plug(wanted, self._process, again)

    def _process(self, frames: int) -> None:  # noqa: ARG002
        """Keep what has come in this cycle; JACK's thread."""
        first = self._frames.see(self._client.frame, self._clock.now())
        for offset, data in self._client.port.incoming_midi_events():
            self._heard.append((first + offset, bytes(data)))

    @property
    def place(self) -> Place:
        return Place(API, self._client.target)

    def poll(self) -> Iterator[Heard]:
        """At most MOST messages; what is left waits."""
        for _ in range(min(MOST, len(self._heard))):
            frame, data = self._heard.popleft()
            if data[:1] and data[0] in IGNORED:
                continue
            message = message_of(data)
            if message is None:
                self.failed += 1
                continue
            yield self._frames.seconds_of(frame), message

    def lost(self) -> str | None:
        return self._client.lost()

    def transport(self) -> TransportPlace | None:
        return self._client.transport(self._clock)

    def close(self) -> None:
        self._client.close()


class JackOutput:
    """Sends each message on its frame, if it is handed over some cycles before."""

    def __init__(self, wanted: str, clock: Clock, again: Place | None = None) -> None:
        self.failed = 0  # messages for which JACK had no room
        self._clock = clock
        self._client = _Client("output")
        self._frames = FrameClock(self._client.rate)
        self._outbox = Outbox(self._frames)
        self._begun = threading.Event()
        self.ahead_s = max(AHEAD_S, AHEAD_CYCLES * self._client.period / self._client.rate)
        self.name = self._client.plug(wanted, self._process, again)
        if not self._begun.wait(STARTED_S):
            self._client.close()
            raise PortError("the JACK server stands still: start it again")

    @property
    def place(self) -> Place:
        return Place(API, self._client.target)

    @property
    def late(self) -> int:
        """Messages that missed their frame, since this process did not get to it in time."""
        return self._outbox.late

    def _process(self, frames: int) -> None:
        """Write what is due in this cycle; JACK's thread."""
        first = self._frames.see(self._client.frame, self._clock.now())
        self._client.port.clear_buffer()
        for offset, data in self._outbox.due(first, frames):
            try:
                self._client.port.write_midi_event(offset, data)
            except Exception:  # no room: JACK would never call us again
                self.failed += 1
        if not self._begun.is_set():
            self._begun.set()

    def send(self, message: mido.Message, at: float | None = None) -> Handed:
        if why := self._client.dead():
            raise PortLostError(why)
        return self._outbox.put(message.bin(), self._clock.now() if at is None else at)

    def lost(self) -> str | None:
        return self._client.lost()

    def transport(self) -> TransportPlace | None:
        return self._client.transport(self._clock)

    def close(self) -> None:
        give_up = self._clock.now() + FLUSH_S
        while self._outbox and not self._client.dead() and self._clock.now() < give_up:
            time.sleep(0.001)
        self._client.close()


class _Client:
    """A client of the server with at most one port."""

    carries = "MIDI"

    def __init__(self, kind: str) -> None:
        import jack

        self.kind = kind
        self.port: Any = None
        self._is_open = False
        self._cycles: JackCycles | None = None
        self.target: str | None = None  # the other's port that ours is connected with
        self._failures = (jack.JackError,)
        make = partial(jack.Client, CLIENTS[kind], no_start_server=True)
        try:
            with quiet_stderr():
                self._jack, self._watch = JackWatch.while_making(make)
        except jack.JackOpenError as error:
            raise PortError("no JACK server answers: start one (QjackCtl, jackd)") from error
        self._is_open = True
        self.rate, self.period = int(self._jack.samplerate), int(self._jack.blocksize)

    @property
    def frame(self) -> int:
        """The first frame of the cycle, for the process callback."""
        return int(self._jack.last_frame_time)

    def names(self, kind: str) -> tuple[str, ...]:
        """The other programs' ports that ours of that kind could be connected with."""
        return self._names(kind, is_midi=True)

    def _names(self, kind: str, **of: bool) -> tuple[str, ...]:
        source = kind == "input"
        found = self._jack.get_ports(is_output=source, is_input=not source, **of)
        return tuple(str(port.name) for port in found)

    def _register(self, own: str) -> Any:
        ports = self._jack.midi_inports if self.kind == "input" else self._jack.midi_outports
        return ports.register(own)

    def plug(self, wanted: str, process: Any, again: Place | None = None) -> str:
        """Connect with the port that `wanted` means, or be a port of that name; its full name.

        `again` tells where it was before: another's port must then be there.
        Closes the client if that fails.
        """
        try:
            found = cable_to(self.kind, wanted, again, self.names(self.kind))
            own = OWN_PORTS[self.kind] if found else wanted
            self.port = self._register(own)
            self._cycles = JackCycles(self._jack, process)
            if found:
                ends = (found, self.port) if self.kind == "input" else (self.port, found)
                self._jack.connect(*ends)
                self.target = found
            return found or wanted
        except self._failures as error:
            self.close()
            raise PortError(
                f"{wanted!r} does not open as {self.carries} {self.kind}: {error}"
            ) from error
        except PortError:
            self.close()
            raise

    def dead(self) -> str | None:
        """Why nothing can be sent any more, or None. Takes microseconds; any thread may ask."""
        if not self._is_open:
            return "the port is closed"
        return SERVER_GONE if self._watch.lost() else None

    def lost(self) -> str | None:
        """Why the port is of no use any more, or None."""
        if why := self.dead():
            return why
        if self.target is None:
            return None
        try:
            self._jack.get_port_by_name(self.target)
        except self._failures:
            return f"the {self.carries} {self.kind} {self.target!r} has gone"
        return None

    def transport(self, clock: Clock) -> TransportPlace | None:
        return None if self.dead() else transport_place(self._jack, clock)

    def close(self) -> None:
        """Close once."""
        if not self._is_open:
            return
        self._is_open = False
        if self._cycles is not None:
            self._cycles.end(dead=self._watch.lost())
        self._watch.close()
        with quiet_stderr():
            self._jack.deactivate()
            self._jack.close()


class AudioClient(_Client):
    """A client with one port of sound."""

    carries = "audio"

    def names(self, kind: str) -> tuple[str, ...]:
        return self._names(kind, is_audio=True)

    def sockets(self) -> tuple[str, ...]:
        """The ports of the sound card itself."""
        return self._names(self.kind, is_audio=True, is_physical=True)

    def _register(self, own: str) -> Any:
        ports = self._jack.inports if self.kind == "input" else self._jack.outports
        return ports.register(own)


def _say_nothing(_message: str) -> None:
    """What JACK has to say is said by `lost` and by errors."""
