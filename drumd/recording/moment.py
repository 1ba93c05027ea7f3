"""What a recording tells of itself, once a second: the clock, the groove, how late hits were.

It stands in the recording's tempo track as text, which players and DAWs pass over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

MARK = "drumd "  # how such a text begins
LONGEST_MS = 600_000.0  # no hit is later, or earlier
NAME_LENGTH = 40  # of a source of time
TOLD_LENGTH = 200  # of what the drummer said that it plays


@dataclass(frozen=True, slots=True)
class Moment:
    """The state at one time, and the hits sent since the one before."""

    clock: str  # the source that leads; "none" while the song stands still
    sure: float  # 0..1
    late_ms: tuple[float, ...] = ()  # one for each hit
    told: str = ""  # what the drummer says that it plays

    def to_text(self) -> str:
        return MARK + json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def of_text(cls, text: str) -> Moment | None:
        """The moment that a text tells of, or None if it is somebody else's text."""
        if not text.startswith(MARK):
            return None
        try:
            told = json.loads(text.removeprefix(MARK))
            late = tuple(_finite(told["late_ms"], LONGEST_MS))
            (sure,) = _finite([told["sure"]], 1.0)
            played = str(told.get("told", ""))[:TOLD_LENGTH]  # older recordings have none
            return cls(str(told["clock"])[:NAME_LENGTH], sure, late, played)
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            return None


def _finite(values: Iterable[object], most: float) -> list[float]:
    """The values as they can be; a ValueError for what is no number, or none that can be meant."""
    found = [float(value) for value in values if isinstance(value, float | int)]
    if not all(abs(value) <= most for value in found):
        raise ValueError(f"beyond {most:g}")
    return found
