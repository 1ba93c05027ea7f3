"""Hosts that loop, stutter, die and come back: what they send, by the way they do it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import mido

from tests.support.player import Timed, note

CLOCK, START, STOP, CONTINUE = (
    mido.Message(name) for name in ("clock", "start", "stop", "continue")
)
WRAPS = ("stop position continue", "position continue", "position", "stop start")
BETWEEN_S = 0.0005  # messages of one wrap follow each other on the cable


def position(beat: float) -> mido.Message:
    return mido.Message("songpos", pos=round(beat * 4))


def said_at_wrap(way: str, beat: float) -> list[mido.Message]:
    """What a host of that way says where its loop begins again, at `beat`."""
    words = {"stop": STOP, "continue": CONTINUE, "start": START, "position": position(beat)}
    return [words[word] for word in way.split()]


def looping(
    bpm: float, loop: tuple[float, float], times: int, way: str, *, early: float = 0.0
) -> Iterator[Timed]:
    """A host that starts at beat 0 at 0 s and plays its loop so many times; `early` is how many
    seconds before the wrap's clock it says so."""
    first, last = loop
    time, tick = 0.0, 60 / bpm / 24
    yield time, START
    for turn in range(times):
        for _ in range(round((last - (0 if turn == 0 else first)) * 24)):
            yield time, CLOCK
            time += tick
        for number, message in enumerate(said_at_wrap(way, first)):
            yield time - early + number * BETWEEN_S, message


def guitar(bpm: float, seconds: float) -> list[Timed]:
    """A note on each beat."""
    beats = int(seconds * bpm / 60)
    return [message for beat in range(beats) for message in note(beat * 60 / bpm, 45)]


def doubled(strokes: list[tuple[float, int]], within: float = 0.03) -> list[tuple[float, int]]:
    """The strokes that come sooner after one of the same drum than a hand can strike."""
    found = []
    for drum in {drum for _, drum in strokes}:
        times = sorted(time for time, struck in strokes if struck == drum)
        found += [(b, drum) for a, b in pairwise(times) if b - a < within - 1e-9]
    return sorted(found)


def flood(message: mido.Message, bpm: float, first: float, seconds: float) -> Iterator[Timed]:
    """A clock from 0 s on that says start, and from `first` on a message twenty times a second."""
    yield 0.0, START
    for tick in range(round((first + seconds) * bpm / 60 * 24)):
        yield tick * 60 / bpm / 24, CLOCK
    for number in range(round(seconds * 20)):
        yield first + number / 20, message


def dying(bpm: float, gaps: list[tuple[float, float]], seconds: float) -> Iterator[Timed]:
    """A clock that says start and vanishes without a stop, from one time to another each time."""
    yield 0.0, START
    for tick in range(round(seconds * bpm / 60 * 24)):
        time = tick * 60 / bpm / 24
        if not any(begin <= time < end for begin, end in gaps):
            yield time, CLOCK
