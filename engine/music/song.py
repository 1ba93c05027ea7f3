"""A song as values: its parts, tempo map and metre map.

A beat is a quarter note and every time is in beats from the start of the song; times the song's
`ticks_per_beat` they are whole ticks again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from engine.music.general_midi import GUITAR_PROGRAMS
from engine.music.notes import Metre, Note

_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Part:
    """The notes of one instrument, sorted by onset, then pitch; each array is (notes,)."""

    name: str
    program: int  # General MIDI, 0..127
    is_drum: bool  # played on channel 10
    onset: NDArray[np.float64]  # beats
    duration: NDArray[np.float64]  # beats
    pitch: NDArray[np.uint8]  # 0..127
    velocity: NDArray[np.uint8]  # 1..127

    def __len__(self) -> int:
        return len(self.onset)

    @property
    def is_guitar(self) -> bool:
        return not self.is_drum and self.program in GUITAR_PROGRAMS

    @property
    def end(self) -> float:
        """The beat at which the last note has ended."""
        return float((self.onset + self.duration).max()) if len(self) else 0.0

    def notes(self) -> tuple[Note, ...]:
        """The same notes as values."""
        columns = (self.onset, self.duration, self.pitch, self.velocity)
        return tuple(map(Note, *(column.tolist() for column in columns)))


@dataclass(frozen=True, slots=True)
class Song:
    """What a MIDI file holds. Both maps start at beat 0 and are sorted, one entry a beat."""

    ticks_per_beat: int
    tempos: tuple[tuple[float, float], ...]  # (beat, quarter notes a minute)
    metres: tuple[tuple[float, Metre], ...]  # (beat, metre)
    parts: tuple[Part, ...]  # in the file's order, one for each program of a track and channel

    @property
    def length(self) -> float:
        """The beat at which the last note has ended."""
        return max((part.end for part in self.parts), default=0.0)

    def bpm_at(self, beat: float) -> float:
        index = bisect_right(self.tempos, beat + _TOLERANCE, key=lambda entry: entry[0])
        return self.tempos[max(0, index - 1)][1]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a song; where a change of metre cuts it short it has less than its beats."""

    start: float  # beats from the start of the song
    beats: float
    metre: Metre
    bpm: float  # at its start

    @property
    def is_whole(self) -> bool:
        return abs(self.beats - self.metre.beats) < _TOLERANCE


def bars(song: Song, *, until: float | None = None) -> Iterator[Bar]:
    """The bars of a song by its own maps, up to the one in which beat `until` (or the end) lies."""
    end = song.length if until is None else until
    ends = [start for start, _ in song.metres[1:]] + [float("inf")]
    for (start, metre), next_start in zip(song.metres, ends, strict=True):
        stop = min(next_start, end)
        for index in range(ceil((stop - start) / metre.beats - _TOLERANCE)):
            at = start + index * metre.beats
            yield Bar(at, min(metre.beats, next_start - at), metre, song.bpm_at(at))
