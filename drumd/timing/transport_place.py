"""Where a transport is at one time, as whoever leads it tells."""

from __future__ import annotations

from dataclasses import dataclass

from drumd.timing.bars import Bars
from drumd.timing.timeline import Timeline
from engine.music.notes import Metre

ROLLING = 1  # the transport's state, as JACK counts them


@dataclass(frozen=True, slots=True)
class TransportPlace:
    """Where the transport is at one time; None of `beat` and `bpm` where nobody tells them."""

    time: float
    rolling: bool
    beat: float | None = None  # quarter notes from the start of its bar
    bpm: float | None = None
    metre: Metre | None = None
    bar: int = 0

    @property
    def told(self) -> bool:
        """Whether anybody tells beats."""
        return self.beat is not None and bool(self.bpm)

    def timeline(self, bars: Bars) -> Timeline:
        """The line of the beats that are told, counted by these bars."""
        assert self.beat is not None and self.bpm
        return Timeline(self.time, bars.start_of(self.bar) + self.beat, self.bpm)
