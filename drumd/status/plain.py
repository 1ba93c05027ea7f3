"""What may be written to a terminal: text in which nothing acts on it.

The names of ports, tracks, files and bundles are made by others, and may hold anything.
"""

from __future__ import annotations

import os
import re
from typing import IO

# What moves the cursor, rings, colours, ends the line or turns the direction of writing.
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
DUMB = ("dumb", "unknown")  # terminals that know no more than to write on


def harmless(text: str) -> str:
    """The text with each acting character spelled out, as `\\x1b`; lines and tabs are kept."""
    return ACTING.sub(lambda found: repr(found[0])[1:-1], text)


def redraws(stream: IO[str]) -> bool:
    """Whether a picture on it can be drawn over: a terminal, and not a dumb one."""
    return stream.isatty() and os.environ.get("TERM", "").lower() not in DUMB
