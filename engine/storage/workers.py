"""Work on all cores that no single item can stop: each runs in a process that may die or hang."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

PATIENCE_S = 30.0

Progress = Callable[[int, int], None]  # items done, items in all

_SPAWN = multiprocessing.get_context("spawn")  # the same on every system, and no inherited threads


class WorkerLostError(Exception):
    """The process that worked on an item died or had to be ended."""


@dataclass(slots=True)
class _Worker:
    process: multiprocessing.process.BaseProcess
    pipe: Connection
    index: int | None = None  # the item that it works on
    since: float = 0.0


def work_through(
    function: Callable[[Any], Any],
    items: Sequence[Any],
    *,
    jobs: int,
    patience_s: float = PATIENCE_S,
) -> Iterator[tuple[int, Any]]:
    """Yields (index, answer) as answers come; the answer is a WorkerLostError where none came.

    `function` must be importable by name and must answer with a value, not raise.
    """
    queue = iter(range(len(items)))
    workers = [_start(function) for _ in range(min(jobs, len(items)))]
    try:
        for worker in workers:
            _give(worker, queue, items)
        while busy := [worker for worker in workers if worker.index is not None]:
            wait([worker.pipe for worker in busy], timeout=0.5)
            for worker in busy:
                answer = _collect(worker, patience_s)
                if answer is None:
                    continue
                yield answer
                if isinstance(answer[1], WorkerLostError):
                    workers[workers.index(worker)] = worker = _start(function)
                _give(worker, queue, items)
    finally:
        for worker in workers:
            _end(worker)


def _start(function: Callable[[Any], Any]) -> _Worker:
    here, there = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_serve, args=(function, there), daemon=True)
    process.start()
    there.close()
    return _Worker(process, here)


def _serve(function: Callable[[Any], Any], pipe: Connection) -> None:
    """The worker's process: answers until it is told to stop or the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that gives the work
    try:
        while (item := pipe.recv()) is not None:
            pipe.send(function(item))
    except (EOFError, OSError):
        return  # whoever gave the work is gone


def _give(worker: _Worker, queue: Iterator[int], items: Sequence[Any]) -> None:
    worker.index = next(queue, None)
    worker.since = time.monotonic()
    with suppress(OSError):  # it is gone: `_collect` finds out
        worker.pipe.send(None if worker.index is None else items[worker.index])


def _collect(worker: _Worker, patience_s: float) -> tuple[int, Any] | None:
    """The worker's answer if there is one, or that it is lost; None while it works."""
    assert worker.index is not None
    try:
        if worker.pipe.poll():
            return worker.index, worker.pipe.recv()
    except (EOFError, OSError):
        _end(worker)
        return worker.index, WorkerLostError("crashed the reader")
    if time.monotonic() - worker.since > patience_s:
        _end(worker)
        return worker.index, WorkerLostError(f"took longer than {patience_s:g} seconds")
    return None


def _end(worker: _Worker) -> None:
    worker.pipe.close()
    worker.process.join(timeout=0.2 if worker.index is None else 0)
    if worker.process.is_alive():
        worker.process.kill()
        worker.process.join()
