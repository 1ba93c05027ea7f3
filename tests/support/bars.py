"""Bars of a song, one after the other."""

from engine.music.notes import Metre
from engine.music.song import Bar


def bars_of(*metres: Metre, bpm: float = 120.0) -> list[Bar]:
    made, start = [], 0.0
    for metre in metres:
        made.append(Bar(start, metre.beats, metre, bpm))
        start += metre.beats
    return made


def four(count: int) -> list[Bar]:
    return bars_of(*[Metre()] * count)
