"""Musical time from a tempo that the user gives: the first note or a count-in says where one is."""

from __future__ import annotations

import mido

from drumd.timing.sources.base import EVER, OFF_PULSE, Source
from drumd.timing.sources.taps import FootTaps
from drumd.timing.timeline import Timeline
from engine.music.notes import COMMON_TIME, Metre


class GivenTempo(Source):
    """Stands still until the first note, then goes on at `bpm` for ever."""

    name = "given"

    def __init__(self, bpm: float, metre: Metre = COMMON_TIME, *, counted: bool = False) -> None:
        """`counted`: notes do not begin the song, only a count-in does."""
        if not bpm > 0:
            raise ValueError(f"bpm must be above 0, not {bpm}")
        self.bpm = bpm
        self._metre, self._waits = metre, counted
        self._foot = FootTaps()
        self._counted_in: float | None = None

    @property
    def counted_in(self) -> float | None:
        return self._counted_in

    @property
    def music_from(self) -> float | None:
        return None if self._counted_in is None else EVER

    def tap(self, time: float) -> None:
        if found := self._foot.hear(time):
            self.timeline = Timeline(found.last, -self._metre.pulse, self.bpm)
            self.rolling, self._counted_in = True, found.last
            self.jumps += 1

    def this_is_one(self, time: float, off: float) -> None:
        """Between two pulses the pulse is moved there: the first note was no beat."""
        if self.timeline is not None and abs(off) > OFF_PULSE * self._metre.pulse:
            self.timeline = Timeline(time, self.timeline.beat_at(time) - off, self.bpm)

    def take_metre(self, metre: Metre) -> None:
        self._metre = metre

    def reset(self) -> None:
        """Wait for a first note again: a better source leads now."""
        self.timeline, self.rolling = None, False

    def hear(self, time: float, message: mido.Message) -> None:
        self._start(time, message)

    def strike(self, time: float, stroke: mido.Message) -> None:
        self._start(time, stroke)

    def _start(self, time: float, message: mido.Message) -> None:
        if self._waits or self.timeline is not None:
            return
        if message.type == "note_on" and message.velocity:
            self.timeline, self.rolling = Timeline(time, 0.0, self.bpm), True
