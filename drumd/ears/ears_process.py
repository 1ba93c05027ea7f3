"""The process that hears: it opens the source, listens, and tells the daemon through a pipe."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import suppress
from multiprocessing.connection import Connection

from drumd.ears.listening import Ears, Tell
from drumd.ears.sources.base import Source, SourceError
from drumd.ears.sources.opening import Wanted, open_source
from drumd.ears.told import Ended, Failed, Opened, Told
from drumd.output.realtime import take_priority
from drumd.process import quick_threads
from drumd.timing.clock import MonotonicClock
from engine.errors import EngineError

LOOK_S = 0.25  # between looks after the source, and for a daemon that has gone
RING_OUT_S = 0.3  # what sounds at the end of a file is heard out


def serve(pipe: Connection, wanted: Wanted) -> None:
    """Run the process until the daemon hangs up or the source ends."""
    for name in ("SIGINT", "SIGQUIT", "SIGHUP"):  # the daemon ends it, in its own order
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    lock = threading.Lock()

    def tell(told: Told) -> None:
        with lock:
            pipe.send(told)

    with suppress(EOFError, OSError, BrokenPipeError):
        try:
            with quick_threads():  # the pitches' thread is never in the strokes' way for long
                _listen(pipe, wanted, tell)
        except (SourceError, EngineError) as error:
            pipe.send(Failed(str(error)))


def _listen(pipe: Connection, wanted: Wanted, tell: Tell) -> None:
    clock = MonotonicClock()
    source = open_source(wanted, clock)
    try:
        ears = Ears(source.rate, tell, gain_db=wanted.gain_db, gate_db=wanted.gate_db)
        pipe.send(Opened(source.name, source.other))
        take_priority()
        try:
            _hear(pipe, source, ears)
        except EOFError:
            time.sleep(RING_OUT_S)
            ears.close()
            pipe.send(Ended())
    finally:
        source.close()


def _hear(pipe: Connection, source: Source, ears: Ears) -> None:
    look_at = 0.0
    while True:
        block = source.read(LOOK_S)
        if block is not None:
            ears.hear(block)
        if time.perf_counter() >= look_at:
            look_at = time.perf_counter() + LOOK_S
            if why := source.lost():
                raise SourceError(why)
            if pipe.poll():  # it says nothing: it has hung up
                return
