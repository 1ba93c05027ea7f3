"""Musical time from a host: MIDI clock (24 a beat), start, stop, continue, song position."""

from __future__ import annotations

import mido

from drumd.timing.line import TimeMap

TICKS_PER_BEAT = 24
GONE_S = 0.5  # a clock silent for so long has stopped


class HostClock:
    """Follows a host's transport."""

    name = "host"

    def __init__(self) -> None:
        self.rolling = False
        self.jumps = 0
        self.line: TimeMap | None = None
        self._times: list[float] = []
        self._tick = -1
        self._song_position = 0.0

    def hear(self, time: float, message: mido.Message) -> None:
        match message.type:
            case "clock":
                self._clock(time)
            case "start":
                self._jump(0.0)
            case "continue":
                self._jump(self._song_position)
            case "songpos":
                self._song_position = message.pos / 4
            case "stop":
                self.rolling = False

    def tick(self, now: float) -> None:
        if self._times and now - self._times[-1] > GONE_S:
            self.rolling = False

    def _jump(self, beat: float) -> None:
        self._tick = round(beat * TICKS_PER_BEAT) - 1
        self._times = self._times[-1:]
        self.rolling = True
        self.jumps += 1

    def _clock(self, time: float) -> None:
        self._tick += self.rolling
        self._times = [*self._times[-48:], time]
        span = time - self._times[0]
        if span > 0 and self.rolling:
            bpm = 60 * (len(self._times) - 1) / span / TICKS_PER_BEAT
            self.line = TimeMap(time, self._tick / TICKS_PER_BEAT, bpm)
