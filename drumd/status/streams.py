"""Where we write: streams that lack letters, that nobody reads any more, or that are not there."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

STANDARD = (0, 1, 2)  # stdin, stdout, stderr


@contextmanager
def lenient_streams() -> Iterator[None]:
    """Around a command: what cannot be written is left out, and no reason to fail."""
    _open_closed()
    for stream in (sys.stdout, sys.stderr):
        _spell_out_unknown(stream)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            _flush(stream)


def _open_closed() -> None:
    """Opens what the caller has closed, nowhere; else the next file would be taken for it."""
    for number in STANDARD:
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 (lives as long as we do)


def _spell_out_unknown(stream: TextIO) -> None:
    """A letter that the stream's encoding lacks is written as `\\u0413`."""
    if isinstance(stream, io.TextIOWrapper):
        with suppress(OSError):
            stream.reconfigure(errors="backslashreplace")


def _flush(stream: TextIO) -> None:
    """Write what is left; if nobody reads any more, let the interpreter not try it again."""
    try:
        stream.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
