"""A song as what the sound needs: strokes and notes in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from drumd.sound.errors import SoundError

if TYPE_CHECKING:
    from engine.music.song import Part, Song


@dataclass(frozen=True, slots=True)
class ScoredNote:
    """A stroke or a note, in seconds from the start of the song."""

    onset: float
    duration: float
    pitch: int  # of drums: the MIDI key
    velocity: int
    program: int | None  # None: drums


@dataclass(frozen=True, slots=True)
class Score:
    """What is to be played, in order of time."""

    notes: tuple[ScoredNote, ...]

    @property
    def strokes(self) -> int:
        return sum(note.program is None for note in self.notes)


def score_of(song: Song, *, drums_only: bool = False) -> Score:
    """What is to be heard of a song."""
    parts = [part for part in song.parts if part.is_drum or not drums_only]
    notes = sorted(
        (note for part in parts for note in _scored(part, song)), key=lambda note: note.onset
    )
    if not notes:
        what = "drums (on channel 10)" if drums_only else "notes"
        raise SoundError(f"the song holds no {what}, so there is nothing to hear")
    return Score(tuple(notes))


def seconds_of(song: Song, beats: ArrayLike) -> NDArray[np.float64]:
    """When beats come, by the song's tempo map."""
    starts = np.array([beat for beat, _ in song.tempos])
    beat_s = np.array([60.0 / bpm for _, bpm in song.tempos])
    times = np.concatenate([[0.0], np.cumsum(np.diff(starts) * beat_s[:-1])])
    wanted = np.asarray(beats, np.float64)
    index = np.maximum(0, np.searchsorted(starts, wanted, side="right") - 1)
    return np.asarray(times[index] + (wanted - starts[index]) * beat_s[index])


def _scored(part: Part, song: Song) -> Iterator[ScoredNote]:
    onset = seconds_of(song, part.onset)
    duration = seconds_of(song, part.onset + part.duration) - onset
    program = None if part.is_drum else part.program
    columns = (onset, duration, part.pitch, part.velocity)
    for start, length, pitch, velocity in zip(*(c.tolist() for c in columns), strict=True):
        yield ScoredNote(start, length, pitch, velocity, program)
