"""What a recording tells of itself, once a second: the clock, how sure it is, how late hits were.

It stands in the recording's tempo track as text, which players and DAWs pass over.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

MARK = "drumd "  # how such a text begins


@dataclass(frozen=True, slots=True)
class Moment:
    """The state at one time, and the hits sent since the one before."""

    clock: str  # the source that leads; "none" while the song stands still
    sure: float  # 0..1
    late_ms: tuple[float, ...] = ()  # one for each hit

    def to_text(self) -> str:
        return MARK + json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def of_text(cls, text: str) -> Moment | None:
        """The moment that a text tells of, or None if it is somebody else's text."""
        if not text.startswith(MARK):
            return None
        try:
            told = json.loads(text.removeprefix(MARK))
            late = tuple(float(value) for value in told["late_ms"])
            return cls(str(told["clock"]), float(told["sure"]), late)
        except (ValueError, TypeError, KeyError):
            return None
