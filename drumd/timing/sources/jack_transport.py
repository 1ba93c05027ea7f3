"""Musical time from the JACK transport, where a timebase master tells bars and beats.

Owned by the main thread, which asks at every tick through a client that is there anyway, a port's:
one more in the process would not survive a server that is started again. JACK's microseconds are
not of the daemon's clock, so a place is dated by the transport's frame at a moment of ours: JACK
says that frame at any time, between two cycles too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mido

from drumd.timing.clock import Clock
from drumd.timing.timeline import TimeMap
from engine.music.notes import Metre

MOVED = 0.25  # beats; a transport so far off its line was relocated
ROLLING = 1  # the transport's state, as JACK counts them
BBT = 0x10  # set in `valid` where a master tells bars, beats and ticks
TRIES = 3  # readings, as the server may be writing just then


@dataclass(frozen=True, slots=True)
class TransportPlace:
    """Where the transport is at one time; None of `beat` and `bpm` where nobody tells them."""

    time: float
    rolling: bool
    beat: float | None = None  # quarter notes from the first bar
    bpm: float | None = None
    metre: Metre | None = None

    @property
    def line(self) -> TimeMap | None:
        """The line of the beats, or None where nobody tells them."""
        if self.beat is None or not self.bpm:
            return None
        return TimeMap(self.time, self.beat, self.bpm)


Ask = Callable[[], TransportPlace | None]


class JackTransport:
    """Follows the transport while it rolls and its beats are told."""

    name = "jack transport"

    def __init__(self, ask: Ask) -> None:
        """`ask` says where the transport is, or None while there is none to be read."""
        self.line: TimeMap | None = None
        self.rolling = self.vanished = self.standing = False
        self.jumps = 0
        self._ask = ask

    def hear(self, time: float, message: mido.Message) -> None:
        """The transport is not told by MIDI."""

    def tick(self, now: float) -> None:
        place = self._ask()
        line = place.line if place else None
        if place and line and place.rolling:
            moved = self.line and abs(line.beat_at(now) - self.line.beat_at(now)) > MOVED
            if moved or not self.rolling:
                self.jumps += 1
            self.line, self.rolling = line, True
            self.vanished = self.standing = False
            return
        stopped = place is not None and not place.rolling
        self.vanished = not stopped and (self.vanished or self.rolling)
        self.standing = stopped and line is not None and self.line is not None
        self.rolling = False


def transport_place(client: Any, clock: Clock) -> TransportPlace | None:
    """Where the transport is by a client of JACK's, or None if that cannot be read now."""
    for _ in range(TRIES):
        state, position = client.transport_query_struct()
        before = clock.now()
        frame = client.transport_frame
        time = (before + clock.now()) / 2
        if position.unique_1 == position.unique_2 and position.frame_rate:
            since = (frame - position.frame) / position.frame_rate
            return _place(time - since, state, position)
    return None


def _place(time: float, state: int, position: Any) -> TransportPlace:
    """The place of a position that the transport had at `time`."""
    told = min(position.beats_per_bar, position.beat_type, position.ticks_per_beat) > 0
    if not (position.valid & BBT and told):
        return TransportPlace(time, state == ROLLING)
    quarters = 4 / position.beat_type  # in a beat of the master's
    beats = (position.bar - 1) * position.beats_per_bar + position.beat - 1
    beats += position.tick / position.ticks_per_beat
    bpm = position.beats_per_minute * quarters
    metre = _metre(position.beats_per_bar, position.beat_type)
    return TransportPlace(time, state == ROLLING, beats * quarters, bpm, metre)


def _metre(beats_per_bar: float, beat_type: float) -> Metre | None:
    try:
        return Metre(round(beats_per_bar), round(beat_type))
    except ValueError:
        return None
