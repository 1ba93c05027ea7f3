"""The process that hears: it opens the source, listens, and tells the daemon through a pipe."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue

from drumd.ears.last_sound import LastSound
from drumd.ears.level import LevelMeter
from drumd.ears.listening import Ears
from drumd.ears.sources.base import SoundSource, SourceError
from drumd.ears.sources.opening import Wanted, open_source
from drumd.ears.told import DRUM, Ended, Failed, Opened, Said, Save
from drumd.output.realtime import take_priority
from drumd.process import quick_threads
from drumd.timing.clock import MonotonicClock
from engine.errors import EngineError

LOOK_S = 0.25  # between looks after the source, and for a daemon that has gone
RING_OUT_S = 0.3  # what sounds at the end of a file is heard out
LAST_S = 10.0  # the longest that a file that is written is waited for


def serve(pipe: Connection, drums: Connection, wanted: Wanted) -> None:
    """Run the process until the daemon hangs up or the source ends."""
    for name in ("SIGINT", "SIGQUIT", "SIGHUP"):  # the daemon ends it, in its own order
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    with suppress(EOFError, OSError, BrokenPipeError):
        try:
            with quick_threads():  # the pitches' thread is never in the strokes' way for long
                _listen(pipe, drums, wanted, teller(pipe))
        except (SourceError, EngineError) as error:
            pipe.send(Failed(str(error)))


def teller(pipe: Connection) -> Callable[[object], None]:
    """Tells the daemon, from any thread. Where that has hung up nobody is told: `_hear` sees it."""
    lock = threading.Lock()

    def tell(told: object) -> None:
        with lock, suppress(OSError):
            pipe.send(told)

    return tell


def _listen(
    pipe: Connection, drums: Connection, wanted: Wanted, tell: Callable[[object], None]
) -> None:
    clock = MonotonicClock()
    source = open_source(wanted, clock)
    try:
        ears = Ears(
            source.rate, tell, gain_db=wanted.hearing.gain_db, gate_db=wanted.hearing.gate_db
        )
        keeper = SoundKeeper(source.rate, tell)
        pipe.send(Opened(source.name, source.other))
        take_priority()  # this thread; those that are there already stay as they are
        try:
            _hear(pipe, drums, source, ears, keeper, tell)
        except EOFError:
            time.sleep(RING_OUT_S)
            ears.close()
            keeper.close()
            pipe.send(Ended())
        else:
            keeper.close()
    finally:
        source.close()


def _hear(
    pipe: Connection,
    drums: Connection,
    source: SoundSource,
    ears: Ears,
    keeper: SoundKeeper,
    tell: Callable[[object], None],
) -> None:
    look_at, meter = 0.0, LevelMeter()
    while True:
        block = source.read(LOOK_S)
        _take_drums(drums, ears)
        if block is not None:
            ears.hear(block)
            keeper.sound.add(block)
            if level := meter.hear(block):
                tell(level)
        if time.perf_counter() >= look_at:
            look_at = time.perf_counter() + LOOK_S
            if why := source.lost():
                raise SourceError(why)
            if pipe.poll() and not _asked(pipe, keeper):
                return


def _asked(pipe: Connection, keeper: SoundKeeper) -> bool:
    """Take what the daemon asks for; False where it has hung up."""
    try:
        keeper.wanted.put(pipe.recv())
    except (EOFError, OSError):
        return False
    return True


class SoundKeeper:
    """What was heard, and a thread that waits to write it to files."""

    def __init__(self, rate: int, tell: Callable[[object], None]) -> None:
        self.sound, self.wanted = LastSound(rate), SimpleQueue[Save | None]()
        self._tell = tell
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what is wanted still."""
        self.wanted.put(None)
        self._thread.join(LAST_S)

    def _run(self) -> None:
        while save := self.wanted.get():
            self._tell(Said(self._save(Path(save.path), save.start, save.end)))

    def _save(self, path: Path, start: float, end: float) -> str:
        try:
            return f"the sound too: {path.name}" if self.sound.save(path, start, end) else ""
        except OSError as error:
            return f"the sound cannot be kept as {path}: {error.strerror or error}"


def _take_drums(drums: Connection, ears: Ears) -> None:
    """Know which of our own drums are about to sound."""
    with suppress(EOFError, OSError):  # the daemon hangs up: the other pipe tells that too
        while drums.poll():
            ears.drum(*DRUM.unpack(drums.recv_bytes()))
