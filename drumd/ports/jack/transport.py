"""Reads where the JACK transport is, through a client of JACK's.

JACK's microseconds are not of the daemon's clock, so a place is dated by the transport's frame at a
moment of ours: JACK says that frame at any time, between two cycles too.
"""

from __future__ import annotations

from typing import Any

from drumd.timing.clock import Clock
from drumd.timing.transport_place import ROLLING, TransportPlace
from engine.music.notes import Metre

BBT = 0x10  # set in `valid` where a master tells bars, beats and ticks
TRIES = 3  # readings, as the server may be writing just then


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
    beats = position.beat - 1 + position.tick / position.ticks_per_beat
    bpm = position.beats_per_minute * quarters
    metre = _metre(position.beats_per_bar, position.beat_type)
    place = beats * quarters, bpm, metre, position.bar - 1
    return TransportPlace(time, state == ROLLING, *place)


def _metre(beats_per_bar: float, beat_type: float) -> Metre | None:
    if beats_per_bar % 1 == 0.5:  # of 3.5 quarters: 7/8
        beats_per_bar, beat_type = beats_per_bar * 2, beat_type * 2
    try:
        return Metre(round(beats_per_bar), round(beat_type))
    except ValueError:
        return None
