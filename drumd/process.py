"""How the daemon's own process behaves: what it does on signals, how its threads take turns."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

SWITCH_S = 0.0005  # the longest that one thread keeps the interpreter from another
MAIN_PRIORITY = 1  # the scheduler's thread, at 2, goes before it
INTERRUPTED = 130

# Every signal that ends a process and can be caught: why it came, and the exit status. It is told
# to end, and does (0); only the keys of the terminal interrupt. Some systems lack some of them.
STOPS: dict[str, tuple[str, int]] = {
    "SIGINT": ("interrupted", INTERRUPTED),  # Ctrl-C
    "SIGQUIT": ("interrupted", INTERRUPTED),  # Ctrl-backslash
    "SIGBREAK": ("interrupted", INTERRUPTED),  # Ctrl-Break
    "SIGHUP": ("the terminal was closed", 0),
    "SIGTERM": ("told to end", 0),
    "SIGPWR": ("the power is failing", 0),
    "SIGXCPU": ("told to end: its share of processor time is used up", 0),
} | dict.fromkeys(
    (
        "SIGABRT", "SIGALRM", "SIGIO", "SIGPROF", "SIGSTKFLT", "SIGTRAP", "SIGUSR1", "SIGUSR2",
        "SIGVTALRM",
    ),
    ("told to end", 0),
)  # fmt: skip
INSISTED = ("SIGINT", "SIGQUIT", "SIGBREAK", "SIGTERM")  # a second one of these is meant so


def stopping_signals() -> dict[signal.Signals, tuple[str, int]]:
    """The signals of STOPS that this system has."""
    here = signal.Signals.__members__
    return {here[name]: said for name, said in STOPS.items() if name in here}


@contextmanager
def stopped_by_signals(stop: Callable[[str, int], None]) -> Iterator[None]:
    """Let every signal that would end the process call `stop`, with why and the exit status.

    That is for the first of them: a second one from someone who insists does what it did before,
    should stopping hang. Others often come in pairs, and the second one says nothing new. What is
    ignored stays so, as `nohup` has it, and so does what somebody else has seen to.
    """
    stops = stopping_signals()

    def handle(number: int, _frame: FrameType | None) -> None:
        restore(INSISTED)
        stop(*stops[signal.Signals(number)])

    def restore(names: Iterable[str]) -> None:
        for number in before.keys() & {signal.Signals[name] for name in names if name in known}:
            signal.signal(number, before[number])

    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers
        return
    known = signal.Signals.__members__
    before = {
        number: signal.signal(number, handle)
        for number in stops
        if number.name in ("SIGINT", "SIGTERM") or signal.getsignal(number) is signal.SIG_DFL
    }
    try:
        yield
    finally:
        restore(STOPS)


@contextmanager
def paused_by_ctrl_z(pause: Callable[[], None]) -> Iterator[None]:
    """Let Ctrl-Z call `pause` in place of stopping the process in mid-note; see `stand_still`."""
    number = signal.Signals.__members__.get("SIGTSTP")  # Windows has none
    main = threading.current_thread() is threading.main_thread()
    if number is None or not main or signal.getsignal(number) is not signal.SIG_DFL:
        yield
        return
    signal.signal(number, lambda *_: pause())
    try:
        yield
    finally:
        signal.signal(number, signal.SIG_DFL)


def stand_still() -> None:
    """Stop the process as Ctrl-Z does; returns when the shell lets it go on (`fg`)."""
    os.kill(os.getpid(), signal.SIGSTOP)


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
