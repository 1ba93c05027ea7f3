"""Musical time from a tempo that the user gives: the first note is beat one."""

from __future__ import annotations

import mido

from drumd.timing.timeline import Timeline


class GivenTempo:
    """Stands still until the first note, then goes on at `bpm` for ever."""

    name = "given"

    def __init__(self, bpm: float) -> None:
        if not bpm > 0:
            raise ValueError(f"bpm must be above 0, not {bpm}")
        self.bpm = bpm
        self.jumps = 0
        self.timeline: Timeline | None = None

    @property
    def rolling(self) -> bool:
        return self.timeline is not None

    def reset(self) -> None:
        """Wait for a first note again: a better source leads now."""
        self.timeline = None

    def hear(self, time: float, message: mido.Message) -> None:
        if self.timeline is None and message.type == "note_on" and message.velocity:
            self.timeline = Timeline(time, 0.0, self.bpm)

    def tick(self, now: float) -> None:
        """A given tempo has nothing to wait for."""
