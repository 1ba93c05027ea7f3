"""The bars of a song: where each begins and in which metre, though that may change.

A metre holds until the next one is told, backwards without end where there is none before it. What
is to come may be known already, as of a file. Beats are those of the song, bars count from 0.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from math import ceil, floor
from operator import attrgetter

from engine.music.bars import playable
from engine.music.notes import COMMON_TIME, Metre

ROUNDING = 1e-6  # beats, or bars


@dataclass(frozen=True, slots=True)
class MetreChange:
    """From its bar on, which begins at `beat`, the metre is this one."""

    metre: Metre = COMMON_TIME
    beat: float = 0.0
    bar: int = 0


@dataclass(frozen=True, slots=True)
class BarPlace:
    """Where a bar begins, and how long it is: less than its metre says where another cuts it."""

    start: float
    beats: float
    metre: Metre


@dataclass(frozen=True, slots=True)
class Bars:
    """Knows the bar of each beat, and where each bar begins."""

    changes: tuple[MetreChange, ...] = (MetreChange(),)

    @classmethod
    def of(cls, metre: Metre) -> Bars:
        """Bars of one metre, the first at beat 0."""
        return cls((MetreChange(metre),))

    @classmethod
    def laid(cls, metres: Iterable[tuple[float, Metre]]) -> Bars:
        """Bars of metres that begin at those beats, in order; the first at beat 0."""
        (_, first), *others = metres
        bars = cls.of(first)
        for beat, metre in others:
            bars = bars.changed(metre, beat)
        return bars

    def change_at(self, beat: float) -> MetreChange:
        """The change of metre that counts at a beat."""
        found = bisect_right(self.changes, beat, key=attrgetter("beat"))
        return self.changes[max(0, found - 1)]

    def number_at(self, beat: float) -> int:
        """The bar that a beat lies in."""
        change = self.change_at(beat)
        return change.bar + int((beat - change.beat) // change.metre.beats)

    def start_of(self, bar: int) -> float:
        """The beat where a bar begins."""
        found = bisect_right(self.changes, bar, key=attrgetter("bar"))
        change = self.changes[max(0, found - 1)]
        return change.beat + (bar - change.bar) * change.metre.beats

    def place_of(self, bar: int) -> BarPlace:
        """Where a bar lies."""
        start = self.start_of(bar)
        return BarPlace(start, self.start_of(bar + 1) - start, self.change_at(start).metre)

    def line_after(self, beat: float) -> float:
        """The first bar line behind a beat."""
        return self.start_of(self.number_at(beat) + 1)

    def pulse_after(self, beat: float) -> float:
        """The first pulse behind a beat."""
        start, pulse = self.start_of(self.number_at(beat)), self.change_at(beat).metre.pulse
        return min(start + (floor((beat - start) / pulse) + 1) * pulse, self.line_after(beat))

    def leads_on(self, bar: int, bars: int) -> bool:
        """Whether another metre comes after that bar, and its own has held for so many bars."""
        here, there = (self.change_at(self.start_of(one)) for one in (bar, bar + 1))
        return here.metre != there.metre and bar + 1 - here.bar >= bars

    def changed(self, metre: Metre, beat: float) -> Bars:
        """Another metre from that beat on, where a bar begins, if need be before its time."""
        kept = tuple(takewhile(lambda one: one.beat < beat - ROUNDING, self.changes))
        last = kept[-1] if kept else self.changes[0]
        bars = (beat - last.beat) / last.metre.beats
        bar = last.bar + ceil(bars - ROUNDING)
        if kept and last.metre == metre and abs(bars - round(bars)) < ROUNDING:
            return Bars(kept)
        return Bars((*kept, MetreChange(metre, beat, bar)))

    def moved(self, beat: float) -> Bars:
        """The bars of a song that was moved to that beat: its metre goes along with it.

        Before the beat at which that began it is counted from the beginning of the song.
        """
        last = self.changes[-1]
        return self if beat >= last.beat else Bars.of(last.metre)


IN_COMMON_TIME = Bars()


def unplayable(metre: Metre) -> str:
    """What to say of a metre that the drummer cannot play; empty of one that it can."""
    return "" if playable(metre) else f"the drummer cannot play {metre}: bars are counted in 4/4"
