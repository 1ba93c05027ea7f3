"""When the drums may come in, and whether the player has given a sign of life of late.

They come in a bar after the guitar began, at once when it begins again after a rest, and on "one"
when they were counted or called in. An `Entry` belongs to `Playing`; beats are those of the
song, other times seconds.
"""

from __future__ import annotations

from drumd.jam.heard import HeardNotes
from drumd.timing.bars import Bars
from drumd.timing.timeline import Timeline

EARLY = 0.5  # a first note so little (beats) after a bar line was meant to be on it
SILENT_BARS = 2
HELD_BARS = 4  # a note held for longer has lost its note-off
EVER = float("-inf")


class Entry:
    """Knows from which beat on drums may come in."""

    def __init__(self, heard: HeardNotes) -> None:
        self.beat: float | None = None  # None: nobody has begun to play
        self.counted_in: float | None = None  # when, as far as has been seen to
        self._called_in: float | None = None  # when the player called for drums
        self._heard = heard

    def guitar(self, onset: float, bar_beats: float, *, resting: bool) -> None:
        """The guitar began at that beat."""
        self.beat = onset if resting else onset + bar_beats - EARLY

    def count_in(self, time: float) -> None:
        self.counted_in, self.beat = time, EVER

    def call_in(self, time: float) -> None:
        self._called_in, self.beat = time, EVER

    def shift(self, beats: float) -> None:
        """The song was moved."""
        self.beat = None if self.beat is None else self.beat + beats

    def is_open(self, start: float) -> bool:
        """Whether the drums may come in with a bar that starts there."""
        return self.beat is not None and self.beat <= start

    def first_bar(self, bar: int, bars: Bars) -> int:
        """The bar that the song began with, where the drums come in with `bar`."""
        if self.beat in (None, EVER):
            return bar
        return bars.number_at(self.beat - bars.place_of(bar).beats + 2 * EARLY)

    def is_lively(
        self, now: float, timeline: Timeline, start: float, bar_beats: float,
        done: tuple[float | None, ...],
    ) -> bool:  # fmt: skip
        """Whether the player played, or did something else (`done`: when), in the two bars before
        beat `start`."""
        times = (*done, self._called_in)
        beats = [timeline.beat_at(time) for time in times if time is not None]
        heard = self._heard.sounded_until(timeline.beat_at(now), held=HELD_BARS * bar_beats)
        until = max([EVER, *beats, *([] if heard is None else [heard])])
        return until > start - SILENT_BARS * bar_beats + EARLY
