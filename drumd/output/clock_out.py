"""MIDI clock out: a DAW or a drum machine goes along with the song.

24 ticks a beat, from a bar line on: `start` where the song is at its beginning, else the song
position and `continue`. Where the song jumps or its bars are counted anew the other end is stopped,
and goes on at the next bar line. No tick is left out, so the other end never loses its place; one
that comes late is sent at once. A `ClockOut` has a thread of its own.
"""

from __future__ import annotations

import mido

from drumd.errors import PortLostError
from drumd.output.realtime import RealtimeThread, ThreadMaker
from drumd.ports.base import Sender
from drumd.timing.clock import Clock
from drumd.timing.musical import MusicalClock
from drumd.timing.timeline import Timeline

TICKS = 24  # a beat
TICKS_PER_POSITION = 6  # a song position counts sixteenths
LAST_POSITION = 16_383
JUST_NOW_S = 0.06  # a bar line so little ago is begun on: its ticks so far are sent at once
BEFORE_S = 0.002  # start and continue come so long before their first tick
ROUNDING = 1e-6
TICK = mido.Message("clock")


class ClockOut:
    """Sends the song's time through a port."""

    def __init__(
        self,
        port: Sender,
        clock: Clock,
        musical: MusicalClock,
        *,
        thread: ThreadMaker = RealtimeThread,
    ) -> None:
        self._port, self._clock, self._musical = port, clock, musical
        self._going = False  # the other end has been started
        self._tick: int | None = None  # the next one, counted from the song's beat 0
        self._jumps = 0  # of the song, as followed
        self._thread = thread("clock out", self.send_due, clock)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread, and stop the other end."""
        self._thread.stop()
        try:
            self._halt()
        except PortLostError:
            self._going = False

    def send_due(self) -> float | None:
        """Send what is due now; when the next tick is to be handed over."""
        try:
            return self._send_due()
        except PortLostError:
            self._going, self._tick = False, None  # once it is back it is started anew
            return None

    def _send_due(self) -> float | None:
        song = self._musical.state
        timeline = song.timeline if song.rolling else None
        if timeline is None or song.jumps != self._jumps:
            self._halt()
        self._jumps = song.jumps
        if timeline is None:
            return None
        ahead = self._port.ahead_s
        if self._tick is None:
            self._tick = self._bar_line(timeline)
        while True:
            at = timeline.time_of(self._tick / TICKS)
            if at - ahead - BEFORE_S > self._clock.now():
                return at - ahead - BEFORE_S
            if not self._going:
                self._go(self._tick, at - BEFORE_S)
            if at - ahead > self._clock.now():
                return at - ahead
            self._port.send(TICK, at)
            self._tick += 1

    def _bar_line(self, timeline: Timeline) -> int:
        """The tick of the bar line to begin on: the next one, or that of just now."""
        beat = timeline.beat_at(self._clock.now() - JUST_NOW_S)
        return max(0, round(self._musical.bars.line_after(beat - ROUNDING) * TICKS))

    def _go(self, tick: int, at: float) -> None:
        """Start the other end, which then waits for its first tick."""
        position = tick // TICKS_PER_POSITION
        if not tick:
            self._port.send(mido.Message("start"), at)
        else:
            if position <= LAST_POSITION:
                self._port.send(mido.Message("songpos", pos=position), at)
            self._port.send(mido.Message("continue"), at)
        self._going = True

    def _halt(self) -> None:
        self._tick = None
        if self._going:
            self._going = False
            self._port.send(mido.Message("stop"))
