"""The training bar whose guitar is most alike: whoever copies its drums is hard to beat.

Conventions
-----------
- The feature of a bar of guitar is (36 steps, 3 registers): the square root of how many notes begin
  there. Registers are below C3 (MIDI 48), below C4, and from C4 on.
- Likeness is the Euclidean distance of these features; of bars as alike the first is taken.
- Only bars of the same metre and of other groups of songs are looked at: 20,000 with guitar and
  drums at most, drawn with a fixed seed from 100,000 training bars at most, drawn likewise.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.hit_metrics import place
from engine.evaluation.measures.drumming import Floats, Ints
from engine.evaluation.measures.training import TrainingBars
from engine.evaluation.songs import EvalSong
from engine.music.grid import MAX_BAR_BEATS, MAX_BAR_STEPS
from engine.music.song import Bar

REGISTERS = (48, 60)
FEATURES = MAX_BAR_STEPS * (len(REGISTERS) + 1)
MOST_BARS = 20_000
SEED = 0


class Nearest:
    """Finds training bars by their guitar."""

    def __init__(self, training: TrainingBars, *, most: int = MOST_BARS) -> None:
        bars, found = _guitar_bars(training)
        kept = np.sort(np.random.default_rng(SEED).permutation(len(bars))[:most])
        self.bars: Ints = bars[kept]
        self._features: Floats = found[kept]
        tensors = training.tensors
        self._metre = np.stack(
            [tensors["bar_numerator"][self.bars], tensors["bar_denominator"][self.bars]], axis=1
        )
        groups = np.array([song.group or song.file for song in training.songs])
        self._group = groups[tensors["bar_song"][self.bars]] if len(self.bars) else groups[:0]

    def bars_for(self, song: EvalSong, bars: Sequence[Bar]) -> list[int | None]:
        """For each of these bars of a song the number of the training bar most like it."""
        asked = song_features(song, bars)
        found: list[int | None] = [None] * len(bars)
        for metre in dict.fromkeys(bar.metre for bar in bars):
            wanted = (metre.numerator, metre.denominator)
            among = np.flatnonzero(
                (self._metre == wanted).all(axis=1) & (self._group != song.group)
            )
            places = [place for place, bar in enumerate(bars) if bar.metre == metre]
            if len(among):
                near = self.bars[among[_nearest(asked[places], self._features[among])]]
                for place, bar in zip(places, near.tolist(), strict=True):
                    found[place] = bar
        return found


def song_features(song: EvalSong, bars: Sequence[Bar]) -> Floats:
    """The feature of each bar, (bars, 36 * 3)."""
    onset = np.array([note.onset for note in song.notes], np.float64)
    pitch = np.array([note.pitch for note in song.notes], np.int64)
    starts = np.array([bar.start for bar in bars], np.float64)
    return _features(onset, pitch, starts, np.array([bar.beats for bar in bars], np.float64))


def _nearest(asked: Floats, known: Floats) -> Ints:
    """For each feature that is asked for, (a, f), the place of the nearest known one, (k, f)."""
    squares = (known**2).sum(axis=1)
    nearest: Ints = (squares - 2 * asked @ known.T).argmin(axis=1)
    return nearest


def _features(onset: Floats, pitch: NDArray[np.integer], starts: Floats, lengths: Floats) -> Floats:
    bar, step, inside = place(onset, starts, lengths, fine=True)
    counts = np.zeros((len(starts), MAX_BAR_STEPS, len(REGISTERS) + 1), np.float32)
    register = np.searchsorted(REGISTERS, pitch, side="right")
    np.add.at(counts, (bar[inside], step[inside], register[inside]), 1)
    return np.sqrt(counts).reshape(len(starts), FEATURES)


def _guitar_bars(training: TrainingBars) -> tuple[Ints, Floats]:
    """Training bars with drums and guitar, and their features; one row for each guitar."""
    tensors, sample = training.tensors, training.sample()
    of_song = np.searchsorted(tensors["bar_song"][sample], np.arange(len(training.songs) + 1))
    bars: list[Ints] = []
    found: list[Floats] = []
    for part in np.flatnonzero(tensors["part_guitar"] == 1):
        song = int(tensors["part_song"][part])
        own = sample[of_song[song] : of_song[song + 1]]
        own = own[tensors["bar_beats"][own] <= MAX_BAR_BEATS]
        first, last = (int(at) for at in tensors["part_note"][part : part + 2])
        notes = (tensors["note_onset"][first:last], tensors["note_pitch"][first:last])
        starts, lengths = tensors["bar_start"][own], tensors["bar_beats"][own].astype(np.float64)
        rows = _features(*notes, starts, lengths)
        heard = rows.any(axis=1)
        bars.append(own[heard])
        found.append(rows[heard].astype(np.float16))
    if not bars:
        return np.zeros(0, np.int64), np.zeros((0, FEATURES))
    return np.concatenate(bars), np.concatenate(found).astype(np.float32)
