"""Keeps libraries that print to stderr quiet while they try what may not be there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

STDERR = 2


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Send what C libraries print to stderr nowhere; our own words must wait meanwhile."""
    try:
        sys.stderr.flush()
        kept = os.dup(STDERR)
    except (OSError, AttributeError):  # there is no stderr to keep quiet
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, STDERR)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, STDERR)
        os.close(kept)
