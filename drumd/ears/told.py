"""What the ears tell the daemon, through a pipe.

A stroke is told twice: at once that something was struck, and some 200 ms later which notes that
was. All of it carries the moment at which it sounded, on the daemon's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What has happened on the guitar."""

    STRUCK = "struck"
    DAMPED = "damped"
    NOTE_ON = "note_on"
    NOTE_OFF = "note_off"


@dataclass(frozen=True, slots=True)
class Told:
    """It, and when it sounded (seconds on the clock); of a stroke the pitch is not known yet."""

    kind: Kind
    time: float
    pitch: int = 0
    velocity: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """The input is there."""

    name: str
    other: str | None = None  # the other program's port, on JACK


@dataclass(frozen=True, slots=True)
class Failed:
    """It does not open, or it has gone."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The file has been played to its end."""
