"""The click: a count-in that drumd sounds, and every beat where the player wants it.

A count-in is clicks at given times, of which the last four are taps as if by foot: so the song
begins where a count-in of the player's would begin it. A `Metronome` belongs to the main thread.
"""

from __future__ import annotations

from collections import deque
from typing import Protocol

from drumd.timing.musical import MusicalClock
from engine.beats.count_in import TAPS
from engine.music.kit import CLICK_KEY, ONE_KEY
from engine.music.notes import Hit

LEAD_S = 1.0  # from being told to the first click
AHEAD_S = 0.3  # beats are cued so long before they come
ONE, OTHER = 120, 85  # velocities
ROUNDING = 1e-9  # beats


class Clicker(Protocol):
    """Sounds clicks: the scheduler."""

    def click_at(self, time: float, hit: Hit) -> None: ...

    def click(self, beat: float, hit: Hit) -> None: ...


class Metronome:
    """Counts in, and clicks on."""

    def __init__(
        self, clicker: Clicker, musical: MusicalClock, *, bpm: float, count: int, on: bool
    ) -> None:
        """`count` clicks make a count-in; `on`: it clicks in the song too."""
        self._clicker, self._musical = clicker, musical
        self._bpm, self._count, self._on = bpm, count, on
        self._taps = deque[float]()  # still to come
        self._jumps = -1
        self._next = 0.0  # the pulse to be cued next

    def count_in(self, now: float) -> None:
        """Begin to count."""
        period = 60 / self._bpm * self._musical.metre.pulse
        times = [now + LEAD_S + number * period for number in range(self._count)]
        for number, time in enumerate(times):
            self._clicker.click_at(time, _hit(one=number == 0))
        self._taps = deque(times[-TAPS:])

    def step(self, now: float) -> list[float]:
        """Cue the clicks of the song; the taps of a count-in that have come."""
        if self._on and not self._taps:
            self._cue(now)
        taps = list[float]()
        while self._taps and self._taps[0] <= now:
            taps.append(self._taps.popleft())
        return taps

    def _cue(self, now: float) -> None:
        timeline, bars = self._musical.timeline, self._musical.bars
        if timeline is None or not self._musical.rolling:
            return
        if self._musical.jumps != self._jumps:
            self._jumps = self._musical.jumps
            self._next = bars.pulse_after(timeline.beat_at(now) - ROUNDING)
        while self._next <= timeline.beat_at(now + AHEAD_S):
            one = bars.start_of(bars.number_at(self._next)) == self._next
            self._clicker.click(self._next, _hit(one=one))
            self._next = bars.pulse_after(self._next)


def _hit(*, one: bool) -> Hit:
    return Hit(0.0, ONE_KEY if one else CLICK_KEY, ONE if one else OTHER)
