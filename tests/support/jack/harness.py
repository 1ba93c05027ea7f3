"""A JACK server of one's own, and a client that plays and records on exact frames.

A server has a name that nobody else uses, so that tests never meet the user's server. But JACK
names a client's socket by the client alone: two `drumd` that open at the same moment on two
servers disturb each other. Run such tests one after the other.
Times are seconds from the moment the guitarist starts, counted in frames of the server.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from drumd.ports.jack.cycles import JackCycles

RATE, PERIOD = 48_000, 256
START_S, STOP_S = 60.0, 5.0
SERVERS = 6

Event = tuple[float, bytes]  # seconds from the start, MIDI bytes


@dataclass(frozen=True)
class JackServer:
    """A running server; programs started while it runs find it by themselves."""

    name: str
    process: subprocess.Popen[bytes]
    rate: int = RATE
    period: int = PERIOD

    @property
    def period_s(self) -> float:
        return self.period / self.rate

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def require_jack() -> None:
    """Skip the test where JACK is not installed, or fail it if DRUMD_REQUIRE_JACK=1 says so."""
    missing = [] if shutil.which("jackd") else ["jackd (apt-get install jackd2)"]
    try:
        import jack  # noqa: F401
    except (ImportError, OSError):
        missing.append("JACK-Client (pip install 'drumd[jack]') with libjack")
    if not missing:
        return
    reason = f"needs {' and '.join(missing)}"
    if os.environ.get("DRUMD_REQUIRE_JACK") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@contextlib.contextmanager
def jack_server(*, rate: int = RATE, period: int = PERIOD) -> Iterator[JackServer]:
    """A JACK server with the dummy driver; JACK_DEFAULT_SERVER names it while it runs."""
    require_jack()
    with _free_name() as name, pytest.MonkeyPatch.context() as patch:
        patch.setenv("JACK_DEFAULT_SERVER", name)
        with _running(name, rate, period) as server:
            yield server


@contextlib.contextmanager
def started_again(server: JackServer) -> Iterator[JackServer]:
    """A new server in place of one that was killed; the first client waits until it is up.

    No client is opened here to see to that: one that goes while another program opens its ports is
    missed by that program's JACK library, which then wakes it in place of the client that comes
    after it. That one stands still for ever.
    """
    with _running(server.name, server.rate, server.period, probe=False) as again:
        yield again


@contextlib.contextmanager
def _running(name: str, rate: int, period: int, *, probe: bool = True) -> Iterator[JackServer]:
    command = ["jackd", "-R", "-n", name, "-d", "dummy", "-r", str(rate), "-p", str(period)]
    if shutil.which("setpriv"):  # no server outlives a test that was killed
        command = ["setpriv", "--pdeathsig", "TERM", *command]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        if probe:
            open_client(f"probe-{os.getpid()}", name, process).close()
        yield JackServer(name, process, rate, period)
    finally:
        _end(process)


@contextlib.contextmanager
def _free_name() -> Iterator[str]:
    """A server's name that nobody else uses now.

    There are few of them and they are used again: JACK knows eight servers at most, and keeps the
    name of one that was killed until it is started anew.
    """
    for number in range(SERVERS):
        lock = Path(tempfile.gettempdir()) / f"drumd-jack-{os.getuid()}-{number}.lock"
        with lock.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield f"drumd-test-{number}"
            return
    pytest.fail(f"{SERVERS} JACK servers of other tests are running: wait for them")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def clock_events(bpm: float, seconds: float, *, start: float = 0.0) -> list[Event]:
    """What a host sends: start, then 24 clocks a beat from `start` on, and stop at the end."""
    step = 60 / bpm / 24
    count = round(seconds / step)
    clocks = [(start + index * step, b"\xf8") for index in range(count)]
    return [(start, b"\xfa"), *clocks, (start + count * step, b"\xfc")]


class JackGuitarist:
    """Plays prepared events and records what comes back, both on exact frames.

    `received` may be read once `wait` has returned. The notes are played in the JACK library's
    thread: keep the process idle meanwhile. There is no callback for what the server announces,
    such as xruns: it would wait for the GIL that python-rtmidi holds while it opens a client in
    the same process, and both would hang.
    """

    def __init__(self, server: JackServer, name: str = "player") -> None:
        self.received: list[Event] = []
        self._closed = False
        self._ran, self._period = 0, server.period
        self._client = open_client(f"{name}-{os.getpid()}", server.name, server.process)
        self._rate = server.rate
        self._out = self._client.midi_outports.register("out")
        self._in = self._client.midi_inports.register("in")
        self._events: list[tuple[int, bytes]] = []
        self._next = 0
        self._start_frame: int | None = None
        self._done = threading.Event()
        self._cycles = JackCycles(self._client, self._process)

    def __enter__(self) -> JackGuitarist:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close once. A client of a dead server must be closed before there is one of a new server:
        the JACK library keeps things that all clients of a process share."""
        if not self._closed:
            self._closed = True
            self._cycles.end()
            self._client.deactivate()
            self._client.close()

    @property
    def out_name(self) -> str:
        return str(self._out.name)

    @property
    def start_frame(self) -> int:
        """The server's frame at time 0."""
        assert self._start_frame is not None
        return self._start_frame

    @property
    def now(self) -> float:
        """The time, in seconds from the start."""
        return (self._client.frame_time - self.start_frame) / self._rate

    @property
    def in_name(self) -> str:
        return str(self._in.name)

    def ports(self, part: str = "") -> list[str]:
        """The names of the server's MIDI ports that hold `part`."""
        return [port.name for port in self._client.get_ports(is_midi=True) if part in port.name]

    def connect(self, *, into: str | None = None, out_of: str | None = None) -> None:
        """Plug the guitar into one port, and what another plays into the recorder."""
        if into is not None:
            self._join(self._out, into)
        if out_of is not None:
            self._join(out_of, self._in)

    def disconnect(self, *, out_of: str) -> None:
        """Unplug what another plays."""
        self._client.disconnect(out_of, self._in)

    def _join(self, source: Any, destination: Any) -> None:
        """Connect two ports; one whose client is not active yet takes no connection."""
        import jack

        give_up = time.monotonic() + START_S
        while True:
            try:
                self._client.connect(source, destination)
                return
            except jack.JackErrorCode:
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.005)

    def play(self, events: Iterable[Event], *, lead_in: float = 0.1) -> None:
        """Start to play; returns at once. Time 0 is `lead_in` seconds from now."""
        self._events = sorted(
            ((round(seconds * self._rate), data) for seconds, data in events), key=_frame
        )
        self._next = 0
        self.received.clear()
        self._done.clear()
        self._start_frame = self._client.frame_time + round(lead_in * self._rate)

    def wait(self, *, tail: float = 0.0, timeout: float = 900.0) -> None:
        """Wait until everything is played, and the server ran `tail` seconds of cycles more."""
        give_up = time.monotonic() + timeout
        done = self._done.wait(timeout)
        goal = self._ran + round(tail * self._rate / self._period)
        while done and self._ran < goal and time.monotonic() < give_up:
            time.sleep(0.005)
        if not done or self._ran < goal:
            raise TimeoutError("the JACK server has stopped")

    def _process(self, frames: int) -> None:
        self._ran += 1
        self._out.clear_buffer()
        if self._start_frame is None:
            return
        first = self._client.last_frame_time - self._start_frame
        for offset, data in self._in.incoming_midi_events():
            self.received.append(((first + offset) / self._rate, bytes(data)))
        while self._next < len(self._events) and self._events[self._next][0] < first + frames:
            frame, data = self._events[self._next]
            self._out.write_midi_event(max(0, frame - first), data)
            self._next += 1
        if self._next == len(self._events):
            self._done.set()


def _frame(event: tuple[int, bytes]) -> int:
    return event[0]


def note_on_times(received: Sequence[Event]) -> list[tuple[float, int]]:
    """The strokes among what was received: (seconds, MIDI note)."""
    return [(seconds, data[1]) for seconds, data in received if data[0] & 0xF0 == 0x90 and data[2]]


def open_client(name: str, server: str, process: subprocess.Popen[bytes]) -> Any:
    """A client of the server, as soon as it is up."""
    import jack

    jack.set_error_function(lambda _: None)
    jack.set_info_function(lambda _: None)
    give_up = time.monotonic() + START_S
    while True:
        try:
            return jack.Client(name, servername=server, no_start_server=True)
        except jack.JackOpenError as error:
            if process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"the JACK server {server} does not start") from error
            time.sleep(0.05)
