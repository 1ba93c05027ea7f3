"""MIDI files to songs in numpy, for corpora, plots and bars.

`read_song(path)` gives an `engine.music.song.Song`; `engine.music.song.bars(song)` gives its bars.
Whatever is wrong with a file is a `MidiError` of one sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from engine.midi.contents import Contents, Struck, contents_of, open_contents
from engine.midi.instruments import Instrument, drums, instruments
from engine.midi.smf import read_file
from engine.music.song import Part, Song

__all__ = ["parse_song", "read_file", "read_song", "song_of"]


def read_song(path: Path) -> Song:
    """The song in a MIDI file."""
    return song_of(open_contents(path))


def parse_song(data: bytes) -> Song:
    """The song in the bytes of a MIDI file."""
    return song_of(contents_of(data))


def song_of(file: Contents) -> Song:
    """Ticks to beats. Instruments that were found to be one guitar are one part."""
    found = [*instruments(file), *drums(file)]
    parts = [(place, part) for one in found for place, part in _parts(one)]
    return Song(
        file.division,
        tuple((tick / file.division, 60e6 / us) for tick, us in file.tempos),
        file.beat_metres(),
        tuple(part for _, part in sorted(parts, key=lambda entry: entry[0])),
    )


def _parts(one: Instrument) -> Iterator[tuple[tuple[int, int, int], Part]]:
    """The parts of an instrument, each with its place: one a program, or one for a whole guitar."""
    place = min(one.places)
    if len(one.places) > 1:
        yield (*place, one.program), _part(one, one.program, one.struck)
        return
    for program in sorted({note.program for note in one.struck}):
        own = [note for note in one.struck if note.program == program]
        yield (*place, program), _part(one, program, own)


def _part(one: Instrument, program: int, struck: tuple[Struck, ...] | list[Struck]) -> Part:
    columns = np.array([note[:4] for note in struck], np.int64).T
    onset, end, pitch, velocity = columns
    order = np.lexsort((velocity, end - onset, pitch, onset))
    return Part(
        name=one.name,
        program=program,
        is_drum=one.number == 0,
        onset=onset[order] / one.division,
        duration=(end - onset)[order] / one.division,
        pitch=pitch[order].astype(np.uint8),
        velocity=velocity[order].astype(np.uint8),
        guitar=one.number > 0 and one.is_guitar,
    )
