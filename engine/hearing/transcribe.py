"""A whole recording, heard as it would be heard live."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from engine.hearing.notes import Muted, NoteBegins, NoteEvent, NoteFinder
from engine.hearing.onsets import APART_S, OnsetDetector, Stroke
from engine.hearing.pitches import RATE
from engine.hearing.resampling import Resampler
from engine.hearing.spectra import Floats
from engine.hearing.strums import Strum, StrumReader

BLOCK = 512  # samples heard at once
SHORTEST_S = 0.01  # of a note
STRUMMED, SLOW_S = 3, 0.02  # the fewest notes of a strum; a quicker one is a moment


@dataclass(frozen=True, slots=True)
class PlayedNote:
    """Seconds from the start of the recording, MIDI pitch and velocity, seconds."""

    time: float
    pitch: int
    velocity: int
    duration: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard, each in order of time: every stroke, slurs among them; the notes of those
    that were not muted, a chord's at one moment; how strums went."""

    strokes: tuple[Stroke, ...]
    notes: tuple[PlayedNote, ...]
    strums: tuple[Strum, ...] = ()


def transcribe(samples: Floats, rate: int) -> Transcript:
    """Hear a recording of one channel, (samples,)."""
    samples = np.asarray(samples, np.float32)
    detector, finder = OnsetDetector(rate, reader=StrumReader(rate)), NoteFinder()
    resampler = Resampler(rate, RATE)
    strokes, strums, events = list[Stroke](), list[Strum](), list[NoteEvent]()
    for block in _blocks(samples):
        finder.hear(resampler.hear(block))
        for stroke in detector.hear(block):
            strokes.append(stroke)
            finder.strike(stroke)
        strums += detector.strums
        if finder.due:
            events += finder.look()
    for _ in range(2):  # what was struck last is looked at too
        finder.hear(np.zeros(RATE // 3, np.float32))
        events += finder.look()
    detector.hear(np.zeros(rate // 3, np.float32))
    strums += detector.strums
    notes = notes_of(events, len(samples) / rate)
    return Transcript(tuple(with_slurs(strokes, events)), tuple(notes), tuple(strums))


def _blocks(samples: Floats) -> Iterator[Floats]:
    return (samples[begin : begin + BLOCK] for begin in range(0, len(samples), BLOCK))


def with_slurs(strokes: Iterable[Stroke], events: Iterable[NoteEvent]) -> list[Stroke]:
    """The strokes and what was slurred between them, in order of time."""
    kept = sorted(strokes, key=lambda stroke: stroke.time)
    for event in events:
        if isinstance(event, NoteBegins) and event.slurred:
            place = bisect(kept, event.time, key=lambda stroke: stroke.time)
            near = kept[max(0, place - 1) : place + 1]
            if all(abs(event.time - one.time) > APART_S for one in near):
                kept.insert(place, Stroke(event.time, event.velocity, slurred=True))
    return kept


def notes_of(events: Iterable[NoteEvent], end: float) -> list[PlayedNote]:
    """Beginnings and ends put together; what sounds still lasts until `end`."""
    begun: dict[int, NoteBegins] = {}
    notes = list[PlayedNote]()

    def finish(pitch: int, time: float) -> None:
        note = begun.pop(pitch, None)
        if note:
            notes.append(
                PlayedNote(note.time, pitch, note.velocity, max(SHORTEST_S, time - note.time))
            )

    for event in events:
        if isinstance(event, Muted):
            continue
        finish(event.pitch, event.time)
        if isinstance(event, NoteBegins):
            begun[event.pitch] = event
    for pitch in list(begun):
        finish(pitch, end)
    return sorted(notes, key=_in_order)


def spread_out(notes: Iterable[PlayedNote], strums: Sequence[Strum]) -> list[PlayedNote]:
    """The notes of strummed chords, string after string; what is no chord, or so quick that no
    direction is heard, stays as it is. They end when they ended."""
    struck = {strum.time: strum for strum in strums}
    out = list[PlayedNote]()
    for time, group in groupby(sorted(notes, key=_in_order), key=lambda note: note.time):
        chord, strum = list(group), struck.get(time)
        if strum and len(chord) >= STRUMMED and strum.spread > SLOW_S:
            steps = np.linspace(0, strum.spread, len(chord))
            later = steps if strum.down else steps[::-1]
            chord = [_delayed(*pair) for pair in zip(chord, later.tolist(), strict=True)]
        out += chord
    return sorted(out, key=_in_order)


def _in_order(note: PlayedNote) -> tuple[float, int]:
    return note.time, note.pitch


def _delayed(note: PlayedNote, seconds: float) -> PlayedNote:
    seconds = min(seconds, max(0.0, note.duration - SHORTEST_S))
    return replace(note, time=note.time + seconds, duration=note.duration - seconds)
