"""The musical clock: turns live seconds into beats and back; everything else asks it.

Owned by the main thread, which hears and ticks. `map`, `rolling` and `jumps` are plain attributes
holding immutable values, which any thread may read.
"""

from __future__ import annotations

import mido

from drumd.timing.line import TimeMap
from drumd.timing.source import Source
from engine.notes import COMMON_TIME, Metre

BEND_S = 0.1  # a correction is spread over so long


class MusicalClock:
    """Follows the first of its sources that knows the time; bends, and jumps only on purpose."""

    def __init__(self, *sources: Source, metre: Metre = COMMON_TIME) -> None:
        self.metre = metre
        self.map: TimeMap | None = None
        self.rolling = False
        self.jumps = 0
        self.source = "none"
        self._sources = sources

    @property
    def bpm(self) -> float | None:
        return self.map.bpm if self.map else None

    def hear(self, time: float, message: mido.Message) -> None:
        for source in self._sources:
            source.hear(time, message)
        self._follow()

    def tick(self, now: float) -> None:
        for source in self._sources:
            source.tick(now)
        self._follow()

    def _follow(self) -> None:
        for source in self._sources:
            if source.line is not None:
                self.source = source.name
                self.rolling = source.rolling
                self.jumps = source.jumps
                self.map = source.line
                return
