"""What the conductor knows of the bars: what the drummer is doing, how it went."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Phase(Enum):
    """What the drummer is doing, in words for the player."""

    STOPPED = "waiting for the song to begin"
    LISTENING = "listening"
    PLAYING = "playing"
    RESTING = "resting"


@dataclass(slots=True)
class BarCounts:
    """How the bars came out."""

    played: int = 0
    repeated: int = 0  # of those played: for want of an answer the last bar, or a late one
    missed: int = 0  # not played: neither an answer nor a bar to play again
    dropped_answers: int = 0  # answers that came too late for their bar
