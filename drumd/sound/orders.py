"""What the daemon and the process that sounds tell each other."""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct

from drumd.config import KIT_PROGRAMS

STRIKE, CANCEL, SILENCE, KIT, GUITAR = range(5)
ORDER = Struct("<BQdBB")  # one of those, number of the stroke, moment (s), key or program, velocity
END = b""
KITS = {program: kit for kit, program in KIT_PROGRAMS.items()}
ALL_SOUND_OFF = 120  # MIDI's controller; "all notes off" lets drums ring, as drum machines do


@dataclass(frozen=True, slots=True)
class Ready:
    """The sound card is open."""

    device: str
    period_s: float
    latency_s: float  # from a frame's being mixed to its being heard, as far as the driver knows


@dataclass(frozen=True, slots=True)
class Failed:
    """It is not, and starting again would not help."""

    reason: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How the sound has gone so far."""

    blocks: int = 0
    strokes: int = 0
    late: int = 0  # strokes that began later than their frame
    overruns: int = 0  # blocks that took longer to mix than they sound
    longest_s: float = 0.0  # that a block took
    gaps: int = 0  # times that the driver came later than its buffer lasts
