"""The timeline: the straight line that turns live seconds into beats and back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timeline:
    """At `time` seconds the song is at `beat`, and goes on at `bpm` quarter notes a minute."""

    time: float
    beat: float
    bpm: float

    def __post_init__(self) -> None:
        if not self.bpm > 0:
            raise ValueError(f"bpm must be above 0, not {self.bpm}")

    def beat_at(self, time: float) -> float:
        return self.beat + (time - self.time) * self.bpm / 60

    def time_of(self, beat: float) -> float:
        return self.time + (beat - self.beat) * 60 / self.bpm
