"""A thread that does a short thing again and again, on time."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

from drumd.timing.clock import Clock

PRIORITY = 2  # above all that is not real-time, below JACK's own threads (5 and 10)
LOOK_S = 0.004  # the longest sleep: what is due may change meanwhile
SHORT_OF_S = 0.0005  # a long sleep ends so much before the moment,
NAP_S = 0.00005  # and naps of this length lead up to it


class RealtimeThread:
    """Calls `step` when it is due: each call says when the next one should come, or None."""

    def __init__(
        self, name: str, step: Callable[[], float | None], clock: Clock, *, realtime: bool = True
    ) -> None:
        self.realtime = False  # whether the system granted the priority
        self._wanted = realtime
        self._step, self._clock = step, clock
        self._leave = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait until it has; to be called from another one."""
        self._leave = True
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        self.realtime = self._wanted and take_priority()
        while not self._leave:
            self._sleep_until(self._step())

    def _sleep_until(self, due: float | None) -> None:
        left = LOOK_S if due is None else due - self._clock.now()
        if left > SHORT_OF_S + NAP_S:
            time.sleep(min(LOOK_S, left - SHORT_OF_S))
        elif left > 0:
            time.sleep(NAP_S)


def take_priority() -> bool:
    """Put the calling thread above all that is not real-time, where the system allows it."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    except (AttributeError, OSError):  # not on this system; not allowed to this user
        return False
    return True
