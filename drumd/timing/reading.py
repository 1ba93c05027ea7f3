"""How a source's beats are read as beats of the song."""

from __future__ import annotations

from dataclasses import dataclass

from drumd.timing.timeline import TimeMap


@dataclass(frozen=True, slots=True)
class Reading:
    """The song's beat is `factor` times the source's, plus `offset`."""

    factor: float = 1.0
    offset: float = 0.0

    def of(self, line: TimeMap) -> TimeMap:
        """A source's line in beats of the song."""
        beat = self.factor * line.beat + self.offset
        return TimeMap(line.time, beat, self.factor * line.bpm)

    def turned(self, factor: float, line: TimeMap, time: float) -> Reading:
        """Read so many times as fast from `time` on; `line` is the source's."""
        beat = self.factor * line.beat_at(time) + self.offset
        fast = self.factor * factor
        return Reading(fast, beat - fast * line.beat_at(time))


PLAIN = Reading()
