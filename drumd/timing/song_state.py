"""Where the song is: one immutable value, which the musical clock publishes for all threads."""

from __future__ import annotations

from dataclasses import dataclass

from drumd.timing.bars import IN_COMMON_TIME, Bars
from drumd.timing.timeline import Timeline


@dataclass(frozen=True, slots=True)
class SongState:
    """The song at one moment.

    It *jumps* when it is moved, or when its beats are counted anew: then the beat is another, the
    pulse goes on. Who looks now and then learns from two states what came between them: other
    `moves` say that the song was moved, if only for a moment; with the same ones, what was beat b
    is now b plus the difference of `recounted`.
    """

    timeline: Timeline | None = None  # None: nobody has told the time yet
    rolling: bool = False
    jumps: int = 0  # of both kinds, so far
    moves: int = 0
    recounted: float = 0.0  # beats, all re-counts together
    bars: Bars = IN_COMMON_TIME

    def shift_since(self, before: SongState) -> float | None:
        """By how many beats the song was re-counted since; None if it was moved."""
        return None if self.moves != before.moves else self.recounted - before.recounted
