"""What the ears and the daemon tell each other, through pipes.

A stroke is told twice: at once that something was struck, and some 200 ms later which notes that
was, or that it was muted. All of it carries the moment at which it sounded, on the daemon's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from struct import Struct

DRUM = Struct("<dBB")  # told to the ears: when a drum of ours sounds, its key, how hard


class Kind(Enum):
    """What has happened on the guitar."""

    STRUCK = "struck"
    DAMPED = "damped"
    MUTED = "muted"
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


@dataclass(frozen=True, slots=True)
class Save:
    """The daemon asks for what sounded between two moments, as a file."""

    path: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Said:
    """What has become of that, in words; empty where nothing was heard then."""

    text: str
