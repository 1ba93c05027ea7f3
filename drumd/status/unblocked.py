"""A stream that holds nobody up: not a terminal that was stopped (Ctrl-S), nor a pipe that is full.

A thread of its own writes, on a handle of its own: what libraries print to the stream may be turned
away meanwhile (`drumd.ports.quiet`). Of what nobody reads the newest is dropped.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Full, Queue
from threading import Thread
from typing import TextIO

MOST_WAITING = 32  # lines, or pictures of the screen
END_S = 1.0  # the longest that the end waits for a reader


@contextmanager
def unblocked(stream: TextIO) -> Iterator[TextIO]:
    """The stream, written to without waiting for it nor failing with it."""
    try:
        own = os.dup(stream.fileno())
    except (OSError, ValueError):  # no stream of the system's
        yield stream
        return
    raw = _Aside(own)
    try:
        yield io.TextIOWrapper(raw, stream.encoding, stream.errors, write_through=True)
    finally:
        raw.finish()


class _Aside(io.BufferedIOBase):
    """Takes what is to be written; the thread writes it."""

    name = "aside"

    def __init__(self, handle: int) -> None:
        self._out = open(handle, "wb", buffering=0)  # noqa: SIM115 (the thread's)
        self._terminal = self._out.isatty()
        self._waiting = Queue[bytes | None](MOST_WAITING)
        self._thread = Thread(target=self._run, name="status", daemon=True)
        self._thread.start()

    def isatty(self) -> bool:
        return self._terminal

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        with suppress(Full):
            self._waiting.put_nowait(bytes(data))
        return len(data)

    def finish(self) -> None:
        """Wait until all is written, or a moment for one who does not read."""
        with suppress(Full):
            self._waiting.put(None, timeout=END_S)
        self._thread.join(END_S)

    def _run(self) -> None:
        with suppress(OSError), self._out:  # nobody reads any more
            while (data := self._waiting.get()) is not None:
                while data:
                    data = data[self._out.write(data) or len(data) :]
