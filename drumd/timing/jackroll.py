"""Musical time from the JACK transport: bars and beats where a timebase master tells them.

Owned by the main thread, which asks at every tick; the client has no ports and no callbacks. JACK's
microseconds are not of the daemon's clock, so a place is dated by the transport's frame at a moment
of ours: JACK says that frame at any time, between two cycles too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import mido

from drumd.timing.clock import Clock
from drumd.timing.line import TimeMap

MOVED = 0.25  # beats; a transport so far off its line was relocated
ROLLING = 1  # the transport's state, as JACK counts them
BBT = 0x10  # set in `valid` where a master tells bars, beats and ticks
TRIES = 3  # readings, as the server may be writing just then


@dataclass(frozen=True, slots=True)
class Place:
    """Where the transport is at one time; None of `beat` and `bpm` where nobody tells them."""

    time: float
    rolling: bool
    seconds: float  # from the transport's start
    beat: float | None = None  # quarter notes from the first bar
    bpm: float | None = None


class Roll(Protocol):
    """The transport of a server."""

    def place(self) -> Place | None:
        """Where it is, or None while that cannot be read."""

    def close(self) -> None: ...


class JackTransport:
    """Follows the transport; `bpm` counts its seconds as beats if nobody tells beats."""

    name = "jack transport"

    def __init__(self, roll: Roll, bpm: float | None = None) -> None:
        self.line: TimeMap | None = None
        self.rolling = False
        self.jumps = 0
        self._roll, self._bpm = roll, bpm

    def hear(self, time: float, message: mido.Message) -> None:
        """The transport is not told by MIDI."""

    def tick(self, now: float) -> None:
        place = self._roll.place()
        line = self._line_of(place) if place else None
        if line is not None:
            moved = self.line and abs(line.beat_at(now) - self.line.beat_at(now)) > MOVED
            if moved or not self.rolling:
                self.jumps += 1
            self.line = line
        self.rolling = line is not None

    def close(self) -> None:
        self._roll.close()

    def _line_of(self, place: Place) -> TimeMap | None:
        if not place.rolling:
            return None
        if place.beat is not None and place.bpm:
            return TimeMap(place.time, place.beat, place.bpm)
        if self._bpm is None:
            return None
        return TimeMap(place.time, place.seconds * self._bpm / 60, self._bpm)


class Watch(Protocol):
    """Tells whether a client's server has gone; `drumd.ports.jackwatch.JackWatch` does."""

    def lost(self) -> bool: ...

    def close(self) -> None: ...


class ServerRoll:
    """The transport of the running JACK server, as a client of it.

    It ends with its server, and its client is left as it is then: libjack crashes if a client of a
    server that has gone is closed beside others.
    """

    def __init__(self, client: Any, watch: Watch, clock: Clock) -> None:
        self._client, self._watch, self._clock = client, watch, clock
        self._open = True

    def place(self) -> Place | None:
        if self._open and self._watch.lost():
            self._open = False
            self._watch.close()
        for _ in range(TRIES if self._open else 0):
            state, position = self._client.transport_query_struct()
            before = self._clock.now()
            frame = self._client.transport_frame
            time = (before + self._clock.now()) / 2
            if position.unique_1 == position.unique_2 and position.frame_rate:
                since = (frame - position.frame) / position.frame_rate
                return _place(time - since, state, position)
        return None

    def close(self) -> None:
        if self._open:
            self._open = False
            self._watch.close()
            self._client.close()


def server_roll(clock: Clock) -> ServerRoll | None:
    """The transport of the running server, or None without a server or JACK-Client."""
    try:
        import jack
    except (ImportError, OSError):
        return None
    from drumd.ports.jackwatch import JackWatch

    make = partial(jack.Client, "drumd-transport", no_start_server=True)
    try:
        client, watch = JackWatch.while_making(make)
    except jack.JackOpenError:
        return None
    return ServerRoll(client, watch, clock)


def _place(time: float, state: int, position: Any) -> Place:
    """The place of a position that the transport had at `time`."""
    rolling, seconds = state == ROLLING, position.frame / position.frame_rate
    if not position.valid & BBT:
        return Place(time, rolling, seconds)
    quarters = 4 / position.beat_type  # in a beat of the master's
    beats = (position.bar - 1) * position.beats_per_bar + position.beat - 1
    beats += position.tick / position.ticks_per_beat
    return Place(time, rolling, seconds, beats * quarters, position.beats_per_minute * quarters)
