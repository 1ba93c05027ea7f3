"""Where a transport is at one time, as whoever leads it tells."""

from __future__ import annotations

from dataclasses import dataclass

from drumd.timing.timeline import Timeline
from engine.music.notes import Metre

ROLLING = 1  # the transport's state, as JACK counts them


@dataclass(frozen=True, slots=True)
class TransportPlace:
    """Where the transport is at one time; None of `beat` and `bpm` where nobody tells them."""

    time: float
    rolling: bool
    beat: float | None = None  # quarter notes from the first bar
    bpm: float | None = None
    metre: Metre | None = None

    @property
    def timeline(self) -> Timeline | None:
        """The line of the beats, or None where nobody tells them."""
        if self.beat is None or not self.bpm:
            return None
        return Timeline(self.time, self.beat, self.bpm)
