"""Keeps libraries that print to stderr quiet while they try what may not be there.

stderr is the whole process's, and ports are opened and closed on several threads: it is quiet from
the first that asks for it to the last. What we have to say meanwhile goes out on a handle of
its own (`drumd.status.unblocked`).
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

STDERR = 2


class _Stderr:
    """Who wants it quiet, and where it led before; any thread, under the lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted = 0
        self._kept: int | None = None

    def hush(self) -> None:
        with self._lock:
            self._wanted += 1
            if self._wanted == 1:
                self._kept = _turn_away()

    def release(self) -> None:
        with self._lock:
            self._wanted -= 1
            if self._wanted == 0 and self._kept is not None:
                os.dup2(self._kept, STDERR)
                os.close(self._kept)
                self._kept = None


_STDERR = _Stderr()


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Send what C libraries print to stderr nowhere."""
    _STDERR.hush()
    try:
        yield
    finally:
        _STDERR.release()


def _turn_away() -> int | None:
    """Let stderr lead nowhere; where it led, or None if there is no stderr to keep quiet."""
    try:
        sys.stderr.flush()
        kept = os.dup(STDERR)
    except (OSError, AttributeError, ValueError):
        return None
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, STDERR)
    os.close(nowhere)
    return kept
