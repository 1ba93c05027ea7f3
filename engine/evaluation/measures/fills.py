"""Fills: where the drummer leaves the groove for the toms and the snare.

Conventions
-----------
- A *fill* is a bar with at least 3 more strokes on snare and toms in its second half than the
  median of the same player's bars of that song, or at least 2 strokes on toms there where the
  median bar has none.
- Phrases are four bars long. They begin where the true drums most often crash on the one; in songs
  without crashes, with the song's first bar.
- A crash after a fill is one in the first sixteenth of the next bar, where that is measured too.
- Shares are 0..1, and None where nothing could be counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.hit_metrics import ROWS
from engine.evaluation.measures.drumming import Drumming
from engine.music.kit import FILL_VOICES, Voice

MORE_STROKES = 3
TOM_STROKES = 2
PHRASE_BARS = 4
FILLING = [ROWS.index(voice) for voice in FILL_VOICES]
TOMS = [ROWS.index(voice) for voice in FILL_VOICES if voice is not Voice.SNARE]
CRASH = ROWS.index(Voice.CRASH)


@dataclass(frozen=True, slots=True)
class Fills:
    """The fills of one song."""

    fills: float  # share of bars
    fills_at_phrase_end: float | None  # share of fills
    crash_after_fill: float | None  # share of the fills whose next bar is measured
    fill_f1: float | None  # of bars that are fills, against the truth; None where neither has one


def fills(truth: Drumming, answer: Drumming) -> Fills:
    """How many fills an answer has and where, against the true drums of the same bars."""
    if not len(answer.bars) or len(truth.bars) != len(answer.bars):
        raise ValueError("truth and answer need the same bars, at least one")
    played, true = fill_bars(answer), fill_bars(truth)
    both = int(played.sum() + true.sum())
    return Fills(
        fills=float(played.mean()),
        fills_at_phrase_end=share(phrase_place(truth) == PHRASE_BARS - 1, played),
        crash_after_fill=_crash_after(answer, played),
        fill_f1=2 * float((played & true).sum()) / both if both else None,
    )


def phrase_place(truth: Drumming) -> NDArray[np.int64]:
    """(bars,) which bar of its phrase each bar is, 0..3."""
    crashed = np.bincount(truth.number[_crashes(truth)] % PHRASE_BARS, minlength=PHRASE_BARS)
    place: NDArray[np.int64] = (truth.number - int(crashed.argmax())) % PHRASE_BARS
    return place


def fill_bars(drums: Drumming) -> NDArray[np.bool_]:
    """(bars,) which bars are fills."""
    late = drums.step >= np.floor(drums.lengths * 3)[drums.bar]  # half of 6 steps a beat
    toms = _count(drums, late & np.isin(drums.row, TOMS))
    both = _count(drums, late & np.isin(drums.row, FILLING))
    usual_toms, usual = (np.median(x) if len(x) else 0.0 for x in (toms, both))
    found: NDArray[np.bool_] = both >= usual + MORE_STROKES
    return found | ((toms >= TOM_STROKES) & (usual_toms == 0))


def share(what: NDArray[np.bool_], among: NDArray[np.bool_]) -> float | None:
    """The share of those among which something is so; None where there are none."""
    return float(what[among].mean()) if among.any() else None


def _crash_after(drums: Drumming, fill: NDArray[np.bool_]) -> float | None:
    crash = np.isin(np.arange(len(drums.bars)), _crashes(drums))
    return share(crash[1:], fill[:-1] & drums.follows()[1:])


def _crashes(drums: Drumming) -> NDArray[np.int64]:
    """The bars with a crash on the one."""
    return np.unique(drums.bar[(drums.row == CRASH) & (drums.cell == 0)])


def _count(drums: Drumming, wanted: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.bincount(drums.bar[wanted], minlength=len(drums.bars))
