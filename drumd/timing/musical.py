"""The musical clock: turns live seconds into beats and back; everything else asks it.

Owned by the main thread, which hears and ticks. `map`, `rolling` and `jumps` hold immutable values
that any thread may read: read `map` before `jumps`, since a jump is counted before it is made.
"""

from __future__ import annotations

import mido

from drumd.timing.line import TimeMap
from drumd.timing.source import Source
from engine.notes import COMMON_TIME, Metre

BEND_S = 0.1  # a correction is spread over so long
SLOWEST, FASTEST = 0.3, 3.0  # the pace of a bend, against the source's own


class MusicalClock:
    """Follows the first of its sources that knows the time; bends, and jumps only on purpose."""

    def __init__(self, *sources: Source, metre: Metre = COMMON_TIME) -> None:
        self.metre = metre
        self.map: TimeMap | None = None
        self.rolling = False
        self.jumps = 0
        self._sources = sources
        self._followed: Source | None = None
        self._source_jumps = 0
        self._now = float("-inf")  # the latest time seen; time never runs backwards

    @property
    def source(self) -> str:
        """The name of the source that is followed, or "none"."""
        return self._followed.name if self._followed else "none"

    @property
    def bpm(self) -> float | None:
        """The source's tempo, free of the bends that `map` makes to follow it."""
        line = self._followed.line if self._followed else None
        return line.bpm if line else None

    def hear(self, time: float, message: mido.Message) -> None:
        """Take in a message that arrived at `time`, in order of arrival."""
        self._now = max(self._now, time)
        for source in self._sources:
            source.hear(time, message)
        self._follow()

    def tick(self, now: float) -> None:
        """Let the sources notice that nothing comes any more."""
        self._now = max(self._now, now)
        for source in self._sources:
            source.tick(now)
        self._follow()

    def _follow(self) -> None:
        source = next((source for source in self._sources if source.line is not None), None)
        if source is None or source.line is None:
            return
        if source is not self._followed or source.jumps != self._source_jumps:
            self._followed, self._source_jumps = source, source.jumps
            self.jumps += 1
            self.map = source.line
        elif self.map is not None and source.rolling:
            self.map = bend(self.map, source.line, self._now)
        self.rolling = source.rolling


def bend(old: TimeMap, line: TimeMap, now: float) -> TimeMap:
    """A line that goes on from where `old` is `now` and meets `line` in BEND_S seconds.

    A correction too large for that takes longer: time may drag or hurry, but never stands still.
    """
    beat = old.beat_at(now)
    error = line.beat_at(now) - beat
    if old is line or error == 0:
        return line
    bpm = line.bpm + error / BEND_S * 60
    return TimeMap(now, beat, min(max(bpm, SLOWEST * line.bpm), FASTEST * line.bpm))
