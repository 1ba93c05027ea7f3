"""How the daemon's own process behaves: what it does on signals, how its threads take turns."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SWITCH_S = 0.0005  # the longest that one thread keeps the interpreter from another
MAIN_PRIORITY = 1  # the scheduler's thread, at 2, goes before it
INTERRUPTED = 130


@contextmanager
def stopped_by_signals(stop: Callable[[str, int], None]) -> Iterator[None]:
    """Let Ctrl-C (status 130) and SIGTERM (status 0: it was told to end, and did) call `stop`.

    That is for the first of them: a second one does what it did before, should stopping hang.
    """

    def handle(number: int, _frame: FrameType | None) -> None:
        restore()
        if number == signal.SIGINT:
            stop("interrupted", INTERRUPTED)
        else:
            stop("told to end", 0)

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers
        return
    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        restore()


@contextmanager
def quick_threads() -> Iterator[None]:
    """Let threads take turns quickly, and the garbage collector not look at what will stay."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        sys.setswitchinterval(before)


@contextmanager
def main_thread_first() -> Iterator[None]:
    """Give the main thread real-time priority, where the system allows it.

    The driver's and the scheduler's thread wait for the interpreter while another thread has it.
    If that one had no priority, every busy program could hold it up, and them: JACK drops what
    comes meanwhile. Processes that are started do not inherit it.
    """
    try:
        policy, before = os.sched_getscheduler(0), os.sched_getparam(0)
        first = os.sched_param(MAIN_PRIORITY)
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, first)
    except (AttributeError, OSError):  # not on this system; not allowed to this user
        yield
        return
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, before)
