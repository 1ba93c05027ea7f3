"""The next bar to settle: where it lies, until when it can be answered, and what was asked for it.

A `NextBar` belongs to `Playing`. Beats are those of the song, bars count from 0.
"""

from __future__ import annotations

from drumd.timing.bars import BarPlace
from drumd.timing.musical import MusicalClock
from drumd.timing.timeline import Timeline
from engine.music.notes import Request

ASK_S = 0.2  # the longest that an answer is waited for; the guitar heard is older by as much
SEND_S = 0.03  # between the deadline and the earliest hit there may be
LEAN = 0.25  # beats that a hit may lie before its bar line
MISSED = 0.02  # beats; hits so little before now are still played
EVER = float("-inf")


class NextBar:
    """Goes on from bar to bar."""

    def __init__(self, musical: MusicalClock) -> None:
        self.number = 0
        self.asked: Request | None = None
        self.answered = False
        self._under_way = False  # it plays already, and is asked for anew
        self._musical = musical

    def begin(self, number: int, *, under_way: bool = False) -> None:
        """It is that bar, and nobody has been asked for it yet."""
        self.number, self.asked, self.answered = number, None, False
        self._under_way = under_way

    @property
    def place(self) -> BarPlace:
        """Where it lies."""
        return self._musical.bars.place_of(self.number)

    @property
    def start(self) -> float:
        """The beat where it begins."""
        return self._musical.bars.start_of(self.number)

    @property
    def end(self) -> float:
        """The beat where the one after it begins."""
        return self._musical.bars.start_of(self.number + 1)

    @property
    def before(self) -> float:
        """The beat where the bar before it begins."""
        return self._musical.bars.start_of(self.number - 1)

    @property
    def open(self) -> bool:
        """Whether nobody has been asked for it yet."""
        return self.asked is None and not self.answered

    @property
    def awaited(self) -> bool:
        """Whether it was asked for, and is not answered yet."""
        return self.asked is not None and not self.answered

    @property
    def unasked(self) -> int:
        """The next bar that can still be asked for."""
        return self.number + (not self.open)

    def deadline(self, timeline: Timeline) -> float:
        """When its drums must be there, in seconds; of one under way, before its second half."""
        place = self.place
        latest = place.beats / 2 if self._under_way else -LEAN
        return timeline.time_of(place.start + latest) - SEND_S

    def is_due(self, now: float, timeline: Timeline) -> bool:
        """Whether it is time to ask for it, if drums belong into it."""
        return self.open and (self._under_way or now >= self.deadline(timeline) - ASK_S)

    @property
    def since(self) -> float:
        """The beat since which its strokes can still be played."""
        return self._musical.beat - MISSED if self._under_way else EVER
