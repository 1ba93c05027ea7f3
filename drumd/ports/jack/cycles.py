"""The cycles of a JACK client whose callback is Python: how they begin, and how they end in time.

`jack_deactivate` cancels the thread that runs the cycles. If that thread is in Python then, or
waits to get in, the interpreter's lock is lost with it and the whole program stands still for ever.
So the thread has to be out before: told by the callback's answer, it ends by itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

OUT_S = 0.25  # the longest that a last cycle is waited for, or as long as so many cycles
OUT_CYCLES = 4
DEAD_S = 0.05  # a server that has died calls no more: what it had called is out by then
THREADS = Path("/proc/self/task")  # on Linux
LEFT_S = 0.05  # after its last cycle a thread has ended by then, where nothing tells


class JackCycles:
    """Calls `process(frames)` in each cycle of a client, from `activate` to `end`."""

    def __init__(self, client: Any, process: Callable[[int], None]) -> None:
        import jack

        self._client, self._process, self._exit = client, process, jack.CallbackExit
        self._ending, self._last = False, threading.Event()
        self._thread = 0
        client.set_process_callback(self._cycle)
        client.activate()

    def _cycle(self, frames: int) -> None:
        ending = self._ending
        self._process(frames)  # in the last one too: what its buffers hold is sent
        if ending:
            self._thread = threading.get_native_id()
            self._last.set()
            raise self._exit

    def end(self, *, dead: bool = False) -> None:
        """Return when the client may be deactivated and closed; `dead` if its server has gone."""
        self._ending = True
        cycle_s = self._client.blocksize / self._client.samplerate
        if self._last.wait(DEAD_S if dead else max(OUT_S, OUT_CYCLES * cycle_s)):
            self._await_its_end()

    def _await_its_end(self) -> None:
        if not THREADS.is_dir():
            time.sleep(LEFT_S)
            return
        give_up = time.monotonic() + OUT_S
        while (THREADS / str(self._thread)).exists() and time.monotonic() < give_up:
            time.sleep(0.001)
