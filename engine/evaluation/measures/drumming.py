"""What somebody played in the bars of a song that are measured.

Conventions
-----------
- Bars are those of `EvalSong.scored_bars`, in order; `number` is their place in the song, from 0.
- A stroke is told by its bar, its step on the grid of `engine.music.grid` (six to a beat, counted
  from the bar line), how many beats it lies off that step (later is positive), its row in
  `engine.evaluation.hit_metrics.ROWS` and its velocity as a share of 127.
- Two strokes of one row on one step count once; the louder one stays.
- A *bar feature* is an array (bars,) of floats, NaN where the bar has nothing to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.hit_metrics import CELLS, ROW_OF, ROWS, SIXTEENTHS_PER_BEAT, Roll, place
from engine.music.grid import MAX_BAR_STEPS, beat_of, quantise
from engine.music.notes import Hit
from engine.music.song import Bar

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Drumming:
    """The strokes of one player in one song, ordered by bar, step and row."""

    bars: tuple[Bar, ...]
    number: Ints  # (bars,)
    bar: Ints  # (strokes,) index into bars
    step: Ints  # (strokes,)
    offset: Floats  # (strokes,) beats
    row: Ints  # (strokes,)
    velocity: Floats  # (strokes,) 0..1
    cell: Ints  # (strokes,) sixteenth of the bar; -1 where that rounds out of the bar

    @property
    def lengths(self) -> Floats:
        """The length of each bar in beats."""
        return np.array([bar.beats for bar in self.bars], np.float64)

    def beats(self) -> Floats:
        """(strokes,) the time of each stroke in beats from the start of the song."""
        starts = np.array([bar.start for bar in self.bars], np.float64)
        return np.asarray(starts[self.bar] + beat_of(self.step) + self.offset, np.float64)

    def roll(self, *, fine: bool = False) -> Roll:
        """Which rows are struck where: (bars, 24, 9), or (bars, 36, 9) on the finer grid."""
        cells = np.zeros((len(self.bars), MAX_BAR_STEPS if fine else CELLS, len(ROWS)), np.bool_)
        at = self.step if fine else self.cell
        cells[self.bar[at >= 0], at[at >= 0], self.row[at >= 0]] = True
        return cells

    def loudness(self) -> Floats:
        """Velocity by step and row, (bars, 36, 9); 0 where nothing is struck."""
        return self._laid_out(self.velocity)

    def lateness(self) -> Floats:
        """Micro-timing in beats by step and row, (bars, 36, 9)."""
        return self._laid_out(self.offset)

    def follows(self) -> NDArray[np.bool_]:
        """(bars,) whether the bar before it is measured too and is as long."""
        near = (np.diff(self.number) == 1) & (np.diff(self.lengths) == 0)
        return np.append(np.zeros(min(1, len(self.bars)), np.bool_), near)

    def per_beat(self) -> Floats:
        """A bar feature: strokes a beat."""
        count = np.bincount(self.bar, minlength=len(self.bars))
        return np.asarray(count / self.lengths, np.float64)

    def mean_velocity(self) -> Floats:
        """A bar feature: the mean velocity of its strokes, 0..1."""
        count = np.bincount(self.bar, minlength=len(self.bars))
        total = np.bincount(self.bar, self.velocity, minlength=len(self.bars))
        means: Floats = np.full(len(count), np.nan)
        np.divide(total, count, out=means, where=count > 0)
        return means

    def _laid_out(self, values: Floats) -> Floats:
        out = np.zeros((len(self.bars), MAX_BAR_STEPS, len(ROWS)))
        out[self.bar, self.step, self.row] = values
        return out


def drumming(bars: Sequence[Bar], number: Sequence[int] | Ints, hits: Iterable[Hit]) -> Drumming:
    """The strokes among these hits (beats from the start of the song) that fall into the bars.

    Hits on what is no voice of the kit are left out. ValueError where bars are out of order.
    """
    starts = np.array([bar.start for bar in bars], np.float64)
    numbers = np.asarray(number, np.int64).reshape(-1)
    if len(numbers) != len(starts) or (np.diff(starts) <= 0).any() or (np.diff(numbers) <= 0).any():
        raise ValueError("bars need one number each, and both must be in order of time")
    voiced = [(hit.beat, int(hit.voice), hit.velocity) for hit in hits if hit.voice is not None]
    rows = np.array(voiced, np.float64).reshape(-1, 3)
    return _laid(tuple(bars), numbers, starts, rows)


def _laid(bars: tuple[Bar, ...], number: Ints, starts: Floats, rows: Floats) -> Drumming:
    at, voice, velocity = rows[:, 0], rows[:, 1].astype(np.int64), rows[:, 2] / 127
    lengths = np.array([bar.beats for bar in bars], np.float64)
    bar, step, inside = place(at, starts, lengths, fine=True)
    at, velocity, bar, step = at[inside], velocity[inside], bar[inside], step[inside]
    row = ROW_OF[voice[inside]]
    order = np.lexsort((-velocity, row, step, bar))
    key = np.stack([bar, step, row], axis=1)[order]
    first = np.append(True, (np.diff(key, axis=0) != 0).any(axis=1))[: len(key)]
    kept = order[first]
    since = at[kept] - starts[bar[kept]] if len(kept) else np.zeros(0)
    cell = np.floor(since * SIXTEENTHS_PER_BEAT + 0.5).astype(np.int64)
    fits = cell < np.ceil(lengths[bar[kept]] * SIXTEENTHS_PER_BEAT) if len(kept) else cell > 0
    return Drumming(
        bars=bars,
        number=number,
        bar=bar[kept],
        step=step[kept],
        offset=quantise(since)[1],
        row=row[kept],
        velocity=velocity[kept],
        cell=np.where(fits, cell, -1),
    )
