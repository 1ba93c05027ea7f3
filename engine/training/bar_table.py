"""Every bar of a corpus as arrays: its drums on the grid, and what is said of it.

Shapes: B bars of the corpus, S songs, V voices.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.corpus.human import is_human
from engine.corpus.store import drums_alone
from engine.encoding.features import WIDEST_OFFSET, Floats
from engine.encoding.fills import in_fill
from engine.music.grid import MAX_BAR_STEPS, STEPS_PER_BEAT
from engine.music.kit import FILL_STROKES, VOICES
from engine.music.notes import HISTORY_BARS

Arrays = Mapping[str, NDArray[Any]]
Ints = NDArray[np.int64]

FILL_MORE = 3  # than is usual in the song


class BarTable:
    """The drums of all bars, ready to be looked up by bar number."""

    def __init__(self, tensors: Arrays) -> None:
        self.song: Ints = tensors["bar_song"].astype(np.int64)  # (B,)
        self.beats: NDArray[np.float32] = tensors["bar_beats"]
        self.bpm: NDArray[np.float32] = tensors["bar_bpm"]
        self.steps: Ints = np.rint(self.beats * STEPS_PER_BEAT).astype(np.int64)
        self.strokes: Ints = np.bincount(_bar_of_hits(tensors), minlength=len(self.song))
        self.loud: NDArray[np.float64] = _sums(tensors)  # of the velocities of its strokes
        self.fill: NDArray[np.bool_] = _fills(tensors, self)
        songs = len(tensors["song_dynamics"])
        self.has_dynamics: NDArray[np.bool_] = tensors["song_dynamics"] == 1  # (S,)
        self.has_timing = _human_songs(tensors)  # (S,)
        self.is_alone = drums_alone(tensors)  # (S,)
        self.first: Ints = np.searchsorted(self.song, np.arange(songs))  # (S,) bar
        self.end: Ints = np.searchsorted(self.song, np.arange(songs), side="right")
        self._grids = _grids(tensors)
        self.since, self.left = _places(self)

    def drums(self, bars: Ints, song: Ints, steps: int) -> Floats:
        """The drum grids of `bars` (b, k), (b, k, steps, V, 3), as songs `song` (b,) know them.

        Empty where a bar lies outside its song or has another length.
        """
        inside = np.clip(bars, 0, len(self.song) - 1)
        known = (inside == bars) & (self.song[inside] == song[:, None])
        known &= self.steps[inside] == steps
        stored = self._grids[inside][:, :, :steps] * known[:, :, None, None, None]
        grid = stored.astype(np.float32) / np.float32(127)
        return np.concatenate([(grid[..., :1] > 0).astype(np.float32), grid], axis=-1)

    def struck(self, bars: Ints) -> NDArray[np.float32]:
        """What is struck in bars, (n,) to (n, MAX_BAR_STEPS, V) of 0 and 1."""
        struck: NDArray[np.float32] = (self._grids[bars, ..., 0] > 0).astype(np.float32)
        return struck

    def elsewhere(self, song: Ints, rng: np.random.Generator) -> Ints:
        """The first of HISTORY_BARS bars in a row of each song, drawn at random, (b,)."""
        room = np.maximum(1, self.end[song] - self.first[song] - HISTORY_BARS + 1)
        drawn: Ints = self.first[song] + rng.integers(room)
        return drawn


def _grids(tensors: Arrays) -> NDArray[np.int8]:
    """Velocity (1..127, 0 for no hit) and micro-timing (+-127) of all bars, (B, steps, V, 2)."""
    grids = np.zeros((len(tensors["bar_song"]), MAX_BAR_STEPS, VOICES, 2), np.int8)
    place = (_bar_of_hits(tensors), tensors["hit_step"], tensors["hit_voice"])
    grids[(*place, 0)] = tensors["hit_velocity"]
    offset = np.clip(tensors["hit_offset"] / WIDEST_OFFSET, -1, 1)
    grids[(*place, 1)] = np.rint(offset * 127).astype(np.int8)
    return grids


def _places(table: BarTable) -> tuple[Ints, Ints]:
    """How many bars after its song's first and before its last bar with drums each bar is, (B,)."""
    struck = np.flatnonzero(table.strokes)
    songs = np.arange(len(table.first))
    begin = np.searchsorted(table.song[struck], songs)
    end = np.searchsorted(table.song[struck], songs, side="right") - 1
    last = len(struck) - 1
    first_bar, last_bar = struck[np.clip(begin, 0, last)], struck[np.clip(end, 0, last)]
    numbers = np.arange(len(table.song))
    return numbers - first_bar[table.song], last_bar[table.song] - numbers


def _sums(tensors: Arrays) -> NDArray[np.float64]:
    weights = tensors["hit_velocity"].astype(np.float64)
    return np.bincount(_bar_of_hits(tensors), weights, len(tensors["bar_song"])).astype(np.float64)


def _fills(tensors: Arrays, table: BarTable) -> NDArray[np.bool_]:
    """Whether each bar ends in a fill: more on snare and toms than the song's bars usually have."""
    bar = _bar_of_hits(tensors)
    counted = in_fill(tensors["hit_step"], tensors["hit_voice"], table.steps[bar])
    strokes = np.bincount(bar[counted], minlength=len(table.song))
    usual = np.zeros(len(table.song))
    edges = np.flatnonzero(np.diff(table.song)) + 1
    for bars in np.split(np.arange(len(table.song)), edges):
        usual[bars] = np.median(strokes[bars]) if len(bars) else 0
    return (strokes >= FILL_STROKES) & (strokes >= usual + FILL_MORE)


def _human_songs(tensors: Arrays) -> NDArray[np.bool_]:
    """(S,) whether the micro-timing of each song's drums is a human's."""
    bar = _bar_of_hits(tensors)
    bpm, offset = tensors["bar_bpm"][bar], tensors["hit_offset"]
    edges = np.searchsorted(tensors["bar_song"][bar], np.arange(len(tensors["song_dynamics"]) + 1))
    spans = [slice(*edge) for edge in pairwise(edges.tolist())]
    return np.array([is_human(offset[span], bpm[span]) for span in spans], np.bool_)


def _bar_of_hits(tensors: Arrays) -> Ints:
    return np.repeat(np.arange(len(tensors["bar_song"])), np.diff(tensors["bar_hit"]))
