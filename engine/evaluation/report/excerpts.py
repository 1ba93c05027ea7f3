"""A few bars as a MIDI file of their own, for whoever makes them sound.

The engine knows no sound: who writes the page hands in what turns such a file into a data URI.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from engine.evaluation.measures.drumming import Drumming
from engine.evaluation.results import SongResult
from engine.midi.smf import TEMPO, Event, RawFile, Track, build, meta
from engine.midi.write import drum_track
from engine.music.kit import PITCH_OF
from engine.music.notes import Hit, Note
from engine.music.song import Bar

Sounding = Callable[[bytes], str | None]
"""Turns a MIDI file into a data URI of sound, or None where it cannot be heard."""
BARS = 8
DIVISION = 480
GUITAR_PROGRAM = 27  # clean electric


def excerpt_file(result: SongResult, drums: Drumming, bars: Sequence[Bar]) -> bytes:
    """A MIDI file of the guitar and these drums in consecutive bars, at the song's tempo."""
    start, end = bars[0].start, bars[-1].start + bars[-1].beats
    tempo = [
        meta(_tick(bar.start - start), TEMPO, round(60e6 / bar.bpm).to_bytes(3, "big"))
        for bar in bars
    ]
    hits = [
        Hit(max(0.0, beat - start), PITCH_OF[drums.rows[row]], max(1, round(127 * velocity)))
        for beat, row, velocity in zip(
            drums.beats().tolist(), drums.row.tolist(), drums.velocity.tolist(), strict=True
        )
        if start - 0.125 <= beat < end - 0.125
    ]
    length = _tick(end - start)
    guitar = _guitar_track(_cut(result.notes, start, end), length)
    return build(RawFile(DIVISION, (Track.of(tempo, length), guitar, drum_track(hits, DIVISION))))


def _cut(notes: Sequence[Note], start: float, end: float) -> list[Note]:
    """The notes that begin in a stretch, from its start on, none longer than it."""
    return [
        replace(note, onset=note.onset - start, duration=min(note.end, end) - note.onset)
        for note in notes
        if start <= note.onset < end
    ]


def _guitar_track(notes: Iterable[Note], length: int) -> Track:
    ons, offs = [], []
    for note in notes:
        ons.append(Event(_tick(note.onset), bytes([0x90, note.pitch, note.velocity])))
        ends = max(_tick(note.onset) + 1, _tick(note.end))
        offs.append(Event(ends, bytes([0x80, note.pitch, 0])))
    program = Event(0, bytes([0xC0, GUITAR_PROGRAM]))
    return Track.of([program, *offs, *ons], length)


def _tick(beats: float) -> int:
    return round(beats * DIVISION)
