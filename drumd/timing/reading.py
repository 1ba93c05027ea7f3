"""How a source's beats are read as beats of the song."""

from __future__ import annotations

from dataclasses import dataclass

from drumd.timing.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Reading:
    """The song's beat is `factor` times the source's, plus `offset`."""

    factor: float = 1.0
    offset: float = 0.0

    def of(self, timeline: Timeline) -> Timeline:
        """A source's line in beats of the song."""
        beat = self.factor * timeline.beat + self.offset
        return Timeline(timeline.time, beat, self.factor * timeline.bpm)

    def beat_of(self, beat: float) -> float:
        """A beat of the source's as one of the song's."""
        return self.factor * beat + self.offset

    def turned(self, factor: float, timeline: Timeline, time: float) -> Reading:
        """Read so many times as fast from `time` on; `timeline` is the source's."""
        beat = self.factor * timeline.beat_at(time) + self.offset
        fast = self.factor * factor
        return Reading(fast, beat - fast * timeline.beat_at(time))


PLAIN = Reading()
