"""Where in the beat a soloist's notes fall: told by the gap since the last note, for players of
single notes whom the onset model does not explain.

A semi-Markov model of rhythm: for some tempos the file holds how much likelier every gap is from
each place in the beat than on the whole, counted on jazz solos over a band.
"""

from __future__ import annotations

from functools import cache
from math import exp

import numpy as np
from numpy.typing import NDArray

from engine.beats.pulse.network import Floats, load_weights

GRID, LONGEST = 60, 3  # cells of a beat; beats: longer gaps are alike
THINNED = 2  # of as many cells the file holds one
TEMPOS = (60, 80, 100, 125, 150, 180, 230)  # bpm, one table each
MOST_FIT = 0.7  # a log: how well the onset model explains a chord of a player whom it knows
MOST_STROKES = 0.12  # share of the chords of a soloist that are more than one note
FRESH, WORTH = 0.01, 15  # share of one chord in both, at least; AT_FIRST counts as so many
SHARP_FIT, SHARP_STROKES = 10.0, 40.0  # how sharp these bounds are
AT_FIRST = 0.7, 0.15  # both, before anything is heard


class Soloist:
    """Keeps how likely it is that a soloist plays."""

    def __init__(self, periods: Floats) -> None:
        place = np.interp(60 / periods, TEMPOS, np.arange(len(TEMPOS)))
        self._low = np.minimum(place.astype(int), len(TEMPOS) - 2)
        self._share = (place - self._low).astype(np.float32)[:, None]
        self._cells = GRID / periods
        self._fit, self._strokes = AT_FIRST
        self._heard = WORTH

    @property
    def chance(self) -> float:
        """That a soloist plays, 0..1."""
        known = _sigmoid(SHARP_FIT * (MOST_FIT - self._fit))
        return known * _sigmoid(SHARP_STROKES * (MOST_STROKES - self._strokes))

    def hear(self, fit: float, *, single: bool) -> None:
        """One chord: how well the onset model explains it (a log), and whether it is one note."""
        self._heard += 1
        fresh = max(FRESH, 1 / self._heard)
        self._fit += fresh * (max(-2.0, min(3.0, fit)) - self._fit)
        self._strokes += fresh * ((not single) - self._strokes)

    def likely(self, gap: float) -> Floats:
        """How likely a note is anywhere so many seconds after the last: (periods, GRID)."""
        odds = _odds()
        cells = np.minimum(np.rint(gap * self._cells), GRID * LONGEST).astype(np.int64)
        low, high = odds[self._low, cells], odds[self._low + 1, cells]
        return np.asarray(low + self._share * (high - low))


@cache
def _odds() -> NDArray[np.float32]:
    """(tempos, gaps, phases of the later note), all by GRID to the beat."""
    odds = load_weights("soloist_model")["odds"]  # logs, thinned
    cells = np.arange(GRID) / THINNED
    near = cells.astype(int)
    share = (cells - near).astype(np.float32)
    wide = (1 - share) * odds[..., near] + share * odds[..., (near + 1) % odds.shape[2]]
    gaps = np.arange(GRID * LONGEST + 1) / THINNED
    below = gaps.astype(int)
    above = np.minimum(below + 1, odds.shape[1] - 1)
    share = (gaps - below).astype(np.float32)[:, None]
    return np.asarray(np.exp((1 - share) * wide[:, below] + share * wide[:, above]), np.float32)


def _sigmoid(x: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, x))))
