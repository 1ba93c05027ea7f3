"""A recording as a MIDI file in its own time: a tempo for every beat, so that each note sounds when
it was played and bar lines lie where they were heard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from engine.midi.smf import METRE, TEMPO, TRACK_NAME, Event, RawFile, Track, build, meta

DIVISION = 960
SHORT_BEAT = 0.5  # a lead-in shorter than so much of a beat goes into the first beat
TRACK, PROGRAM = "Guitar", 27  # a clean electric guitar
FASTEST_US, SLOWEST_US = 30_000, (1 << 24) - 1  # of a beat
CLOCKS = bytes((24, 8))  # of MIDI a click, and thirty-seconds a quarter note


class TimedNote(NamedTuple):
    """A note in seconds."""

    time: float
    duration: float
    pitch: int
    velocity: int


def recorded_file(notes: Iterable[TimedNote], beats: Sequence[float], metre: int) -> bytes:
    """A file whose time 0 is that of the recording. `beats`, rising times of two at least, begin
    with a bar line; each is a quarter note, `metre` of them are a bar."""
    line, lead = _time_line(beats, metre)
    ticks = DIVISION * np.arange(len(line))
    tempos = [
        meta(DIVISION * k, TEMPO, round(float(us)).to_bytes(3))
        for k, us in enumerate(np.clip(np.diff(line) * 1e6, FASTEST_US, SLOWEST_US))
    ]
    pickup = lead % metre  # the bar that the recording begins in
    metres = [(0, pickup)] if pickup else []
    metres.append((DIVISION * pickup, metre))
    maps = [meta(tick, METRE, bytes((count, 2)) + CLOCKS) for tick, count in metres]
    events = [meta(0, TRACK_NAME, TRACK.encode()), Event(0, bytes((0xC0, PROGRAM)))]
    ons, offs = [], []
    for note in notes:
        start, end = np.interp((note.time, note.time + note.duration), line, ticks).round().tolist()
        ons.append(Event(int(start), bytes((0x90, note.pitch, note.velocity))))
        offs.append(Event(max(int(end), int(start) + 1), bytes((0x80, note.pitch, 0))))
    tracks = Track.of([*maps, *tempos], int(ticks[-1])), Track.of([*events, *offs, *ons])
    return build(RawFile(DIVISION, tracks))


def _time_line(beats: Sequence[float], metre: int) -> tuple[list[float], int]:
    """The times of beats from the recording's start on, and how many come before the first bar
    line. The lead-in is whole beats, of what length they may."""
    times = list(beats)
    while len(times) > metre + 1 and times[0] < 0:
        times = times[metre:]
    first, beat = times[0], times[1] - times[0]
    if first < SHORT_BEAT * beat:
        return [0.0, *times[1:]], 0
    count = round(first / beat)
    return [*np.linspace(0, first, count + 1).tolist()[:-1], *times], count
