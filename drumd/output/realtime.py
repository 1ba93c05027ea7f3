"""A thread that does a short thing again and again, on time."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Protocol

from drumd.timing.clock import Clock, SimulatedClock

PRIORITY = 2  # above all that is not real-time, below JACK's own threads (5 and 10)
LOOK_S = 0.004  # the longest sleep: what is due may change meanwhile
SHORT_OF_S = 0.0005  # a long sleep ends so much before the moment,
NAP_S = 0.00005  # and naps of this length lead up to it


Step = Callable[[], float | None]
"""Does what is due; when the next thing is, or None while there is nothing."""


class StepThread(Protocol):
    """Calls a step whenever it is due, from `start` to `stop`."""

    realtime: bool  # whether the system granted the priority

    @property
    def running(self) -> bool: ...

    def start(self) -> None: ...

    def stop(self) -> None:
        """End it and wait until it has ended; to be called from another one, also before start."""


class ThreadMaker(Protocol):
    """Makes a thread, not started yet."""

    def __call__(
        self, name: str, step: Step, clock: Clock, *, realtime: bool = True
    ) -> StepThread: ...


class RealtimeThread:
    """Calls `step` when it is due: each call says when the next one should come, or None."""

    def __init__(self, name: str, step: Step, clock: Clock, *, realtime: bool = True) -> None:
        self.realtime = False
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
            self._clock.sleep(min(LOOK_S, left - SHORT_OF_S))
        elif left > 0:
            self._clock.sleep(NAP_S)


class SimulatedThread:
    """Does the same on a simulated clock, whenever somebody sleeps by it."""

    realtime = False

    def __init__(self, name: str, step: Step, clock: Clock, *, realtime: bool = True) -> None:  # noqa: ARG002
        assert isinstance(clock, SimulatedClock)
        self.running = False
        self._step, self._clock = step, clock

    def start(self) -> None:
        self.running = True
        self._pass()

    def stop(self) -> None:
        self.running = False

    def _pass(self) -> None:
        if self.running:
            look = self._clock.now() + LOOK_S
            due = self._step()
            self._clock.at(look if due is None else min(due, look), self._pass)


def take_priority() -> bool:
    """Put the calling thread above all that is not real-time, where the system allows it."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    except (AttributeError, OSError):  # not on this system; not allowed to this user
        return False
    return True
