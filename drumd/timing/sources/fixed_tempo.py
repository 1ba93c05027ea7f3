"""Musical time from a tempo that the user gives: the first note is beat one."""

from __future__ import annotations

import mido

from drumd.timing.sources.base import Source
from drumd.timing.timeline import Timeline


class GivenTempo(Source):
    """Stands still until the first note, then goes on at `bpm` for ever."""

    name = "given"

    def __init__(self, bpm: float) -> None:
        if not bpm > 0:
            raise ValueError(f"bpm must be above 0, not {bpm}")
        self.bpm = bpm

    def reset(self) -> None:
        """Wait for a first note again: a better source leads now."""
        self.timeline, self.rolling = None, False

    def hear(self, time: float, message: mido.Message) -> None:
        if self.timeline is None and message.type == "note_on" and message.velocity:
            self.timeline, self.rolling = Timeline(time, 0.0, self.bpm), True
