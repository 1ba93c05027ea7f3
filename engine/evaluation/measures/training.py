"""The bars of the songs trained on, as far as baselines and copying need them.

Only songs of the split `train` count, whatever is measured, and no drums that play alone. Steps
and rows are those of `engine.evaluation.measures.drumming`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.corpus.store import Corpus, drums_alone
from engine.evaluation.hit_metrics import CELLS, ROW_OF, ROWS, SIXTEENTHS_PER_BEAT, Roll
from engine.evaluation.measures.copying import two_bar_patterns
from engine.evaluation.measures.drumming import Floats, Ints
from engine.music.grid import MAX_BAR_STEPS, beat_of
from engine.music.kit import PITCH_OF, Voice
from engine.music.notes import Hit, Metre

SAMPLE_BARS = 100_000  # more would tell nothing new, and take long


class TrainingBars:
    """The bars of a corpus in which drums were played, by their number in the corpus."""

    def __init__(self, corpus: Corpus) -> None:
        self.tensors: dict[str, NDArray[Any]] = dict(corpus.tensors)
        self.songs = corpus.songs
        trained = np.array([song.split == "train" for song in corpus.songs], np.bool_)
        trained &= ~drums_alone(self.tensors)
        self.is_train = trained[self.tensors["bar_song"]]  # (bars,)
        played = np.diff(self.tensors["bar_hit"]) > 0
        self.bars: Ints = np.flatnonzero(self.is_train & played)

    def __len__(self) -> int:
        return len(self.bars)

    def sample(self, most: int = SAMPLE_BARS, seed: int = 0) -> Ints:
        """The bars, or so many of them drawn by chance (the same each time), in order."""
        if len(self.bars) <= most:
            return self.bars
        return np.sort(np.random.default_rng(seed).choice(self.bars, most, replace=False))

    def metre(self, bar: int) -> Metre:
        names = ("bar_numerator", "bar_denominator")
        above, below = (self.tensors[name][bar] for name in names)
        return Metre(int(above), int(below))

    def hits(self, bar: int) -> list[Hit]:
        """The drums of one bar, in beats from its start."""
        first, last = (int(at) for at in self.tensors["bar_hit"][bar : bar + 2])
        names = ("hit_step", "hit_voice", "hit_velocity", "hit_offset")
        step, voice, velocity, offset = (self.tensors[name][first:last] for name in names)
        beats = beat_of(step) + offset
        rows = zip(beats.tolist(), voice.tolist(), velocity.tolist(), strict=True)
        return [Hit(beat, PITCH_OF[Voice(one)], loud) for beat, one, loud in rows]

    def rolls(self, bars: Ints) -> Roll:
        """Which rows are struck at which step of these bars, (bars, 36, 9)."""
        cells = np.zeros((len(bars), MAX_BAR_STEPS, len(ROWS)), np.bool_)
        row, hit = self._hits_of(bars)
        voice = ROW_OF[self.tensors["hit_voice"][hit]]
        cells[row, self.tensors["hit_step"][hit], voice] = True
        return cells

    def loudness(self, bars: Ints) -> Floats:
        """The mean velocity of each step and row over these bars, (36, 9); 0 where none is."""
        _, hit = self._hits_of(bars)
        at = (self.tensors["hit_step"][hit], ROW_OF[self.tensors["hit_voice"][hit]])
        total, count = np.zeros((2, MAX_BAR_STEPS, len(ROWS)))
        np.add.at(total, at, self.tensors["hit_velocity"][hit])
        np.add.at(count, at, 1)
        return np.asarray(total / np.maximum(count, 1), np.float64)

    def two_bar_patterns(self) -> frozenset[bytes]:
        """Every pattern of two bars, as `engine.evaluation.measures.copying` writes them."""
        bars = np.flatnonzero(self.is_train)
        song, beats = self.tensors["bar_song"][bars], self.tensors["bar_beats"][bars]
        same = (np.diff(song) == 0) & (np.diff(beats) == 0) & (np.diff(bars) == 1)
        follows = np.append(np.zeros(min(1, len(bars)), np.bool_), same)
        return frozenset(two_bar_patterns(self._sixteenths(bars), follows))

    def _sixteenths(self, bars: Ints) -> Roll:
        cells = np.zeros((len(bars), CELLS, len(ROWS)), np.bool_)
        row, hit = self._hits_of(bars)
        step = self.tensors["hit_step"][hit].astype(np.int64)
        at = beat_of(step) + self.tensors["hit_offset"][hit]
        cell = np.floor(at * SIXTEENTHS_PER_BEAT + 0.5).astype(np.int64)
        size = np.ceil(self.tensors["bar_beats"][bars] * SIXTEENTHS_PER_BEAT)
        inside = (cell >= 0) & (cell < size[row])
        voice = ROW_OF[self.tensors["hit_voice"][hit]]
        cells[row[inside], cell[inside], voice[inside]] = True
        return cells

    def _hits_of(self, bars: Ints) -> tuple[Ints, Ints]:
        """For each hit of these bars the place of its bar among them, and its own number."""
        first = self.tensors["bar_hit"][bars]
        count = self.tensors["bar_hit"][bars + 1] - first
        row = np.repeat(np.arange(len(bars)), count)
        ahead = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        return row, np.repeat(first, count) + ahead
