"""Riffs that return: whether the drums of then return with them.

Conventions
-----------
- A bar of guitar is the set of its (sixteenth, pitch class) pairs; two bars are as alike as the F1
  of their sets says, *the same* from 0.8, *other music* below 0.5. Bars without a note are nothing.
- A bar is a *return* of an earlier one that is the same, at least 8 bars before, with 4 bars of
  other music in a row between them: a vamp on two chords never returns, a verse after a chorus
  does. Of several earlier bars the last one counts.
- `alike` is the mean hit F1 (nine rows, sixteenths) between the drums of a return and of what it
  returns to. `elsewhere` is that of bars at least 8 apart whose guitars are other music: drums that
  never change are as alike there. `memory` is the one less the other.
- All are None where no riff returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.hit_metrics import CELLS, SIXTEENTHS_PER_BEAT
from engine.evaluation.measures.drumming import Drumming, Floats, Ints
from engine.music.notes import Note
from engine.music.song import Bar

SAME, OTHER = 0.8, 0.5
APART_BARS, BETWEEN_BARS = 8, 4


@dataclass(frozen=True, slots=True)
class Returns:
    """How alike one player's drums are where the guitar returns, in one song."""

    alike: float | None = None
    elsewhere: float | None = None
    memory: float | None = None


@dataclass(frozen=True, slots=True)
class SongForm:
    """Where a guitar returns: pairs of bars (earlier, later), (pairs, 2) each."""

    returns: Ints
    others: Ints  # bars of other music


def form(notes: Sequence[Note], bars: Sequence[Bar], number: Ints) -> SongForm:
    """The returns of a guitar, `notes` sorted by onset; `number` (bars,) is their place."""
    near = guitar_likeness(notes, bars)
    far = number[None, :] - number[:, None] >= APART_BARS
    heard = np.diag(near) > 0
    other = far & (near < OTHER) & heard[:, None] & heard[None, :]
    pairs = [(then, now) for now in range(len(bars)) for then in _last_return(near, far, now)]
    return SongForm(np.array(pairs, np.int64).reshape(-1, 2), np.argwhere(other).astype(np.int64))


def returns(drums: Drumming, found: SongForm) -> Returns:
    """How alike the drums are at these pairs of bars."""
    if not len(found.returns):
        return Returns()
    near = _likeness(drums.roll())
    alike = float(near[tuple(found.returns.T)].mean())
    if not len(found.others):
        return Returns(alike)
    elsewhere = float(near[tuple(found.others.T)].mean())
    return Returns(alike, elsewhere, alike - elsewhere)


def guitar_likeness(notes: Sequence[Note], bars: Sequence[Bar]) -> Floats:
    """How alike each two bars of a guitar are, (bars, bars); 0 where either is silent."""
    cells = np.zeros((len(bars), CELLS, 12), np.bool_)
    onsets = np.array([note.onset for note in notes])
    early = 0.5 / SIXTEENTHS_PER_BEAT
    for place, bar in enumerate(bars):
        first, last = np.searchsorted(onsets, (bar.start - early, bar.start + bar.beats - early))
        for note in notes[first:last]:
            cell = int((note.onset - bar.start) * SIXTEENTHS_PER_BEAT + 0.5)
            cells[place, cell, note.pitch % 12] = True
    struck = np.asarray(cells.any(axis=(1, 2)), np.bool_)
    return np.asarray(_likeness(cells) * (struck[:, None] & struck[None, :]), np.float64)


def _last_return(near: Floats, far: NDArray[np.bool_], now: int) -> list[int]:
    """The last bar that this one returns to, if there is one."""
    there = np.flatnonzero(far[:, now] & (near[:, now] >= SAME))
    other = near[:, now] < OTHER
    returned = [then for then in there.tolist() if _in_a_row(other[then + 1 : now])]
    return returned[-1:]


def _in_a_row(other: NDArray[np.bool_]) -> bool:
    """Whether enough bars of other music follow each other."""
    run = np.convolve(np.append(other, False), np.ones(BETWEEN_BARS))
    return bool((run >= BETWEEN_BARS).any())


def _likeness(cells: NDArray[np.bool_]) -> Floats:
    """The F1 between each two bars, (bars, bars); two silent bars are alike."""
    flat = cells.reshape(len(cells), -1).astype(np.float64)
    size = flat.sum(axis=1)
    total = size[:, None] + size[None, :]
    found: Floats = np.ones_like(total)
    np.divide(2 * flat @ flat.T, total, out=found, where=total > 0)
    return found
