"""How the jumps of a host are followed: by how much what was heard moves, and loops without a bar.

In a loop shorter than a bar no bar line ever comes: once a bar's worth of it has gone by, the place
where it begins counts as one. A host that jumps faster than one can loop rattles: that is not
played.
"""

from __future__ import annotations

from dataclasses import dataclass

from drumd.jam.entry import EARLY
from drumd.jam.rattle import Rattle
from drumd.timing.song_state import SongState

SHORT = 0.85  # of a bar: a jump back by less is a loop within a bar


@dataclass(frozen=True, slots=True)
class Jump:
    """Where the song is now, and by how many beats what was heard moves."""

    beat: float
    shift: float
    anew: bool  # its bars were counted anew, else the host has moved it


class Jumps:
    """Belongs to the conductor. Times are seconds, beats those of the song."""

    def __init__(self) -> None:
        self._landed = 0.0  # the beat where a jump ended last, or the last bar began
        self._passed = 0.0  # beats since the last bar began, without those since the last jump
        self._rattle = Rattle()

    def follow(self, time: float, before: SongState, after: SongState) -> Jump | None:
        """The jump between the two states; None where there was no song to be moved."""
        if after.timeline is None or before.timeline is None:
            return None
        was, beat = before.timeline.beat_at(time), after.timeline.beat_at(time)
        if (shift := after.shift_since(before)) is not None:
            self._landed += shift
            return Jump(beat, shift, anew=True)
        self._passed += max(0.0, was - self._landed)
        old, new = before.bars.change_at(was), after.bars.change_at(beat)
        shift = jump_shift(was - old.beat, beat - new.beat, new.metre.beats)
        return Jump(beat, shift + new.beat - old.beat, anew=False)

    def land(self, beat: float) -> None:
        """A jump ends here."""
        self._landed = beat

    def begin_bar(self, beat: float) -> None:
        """A bar begins here, as it should."""
        self._landed, self._passed = beat, 0.0

    def forget(self) -> None:
        """No beats of a bar have gone by."""
        self._passed = 0.0

    def rattle(self, time: float) -> bool:
        """The song has just jumped; whether it does so too fast to be played."""
        return self._rattle.hear(time)

    def make_a_bar(self, bar_beats: float) -> bool:
        """Whether a bar's worth of a loop has gone by without a bar line."""
        return self._passed >= bar_beats - EARLY


def jump_shift(old: float, new: float, bar_beats: float) -> float:
    """By how many beats the notes move when the host jumps from beat `old` to beat `new`.

    Whole bars, so that what was played on a beat stays on it; the tenth forgives a jump that comes
    a little after its bar line. In a loop clearly shorter than a bar what was heard just before
    stays just before.
    """
    if 0 < old - new < SHORT * bar_beats:
        return new - old
    return ((new - old) / bar_beats + 0.1) // 1 * bar_beats
