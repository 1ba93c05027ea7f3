"""How a drummer repeats, and how a phrase ends.

Conventions
-----------
- A bar is *equal* to another if its sixteenths are, row by row. Shares are 0..1 and None where
  nothing could be counted.
- `repeats` is counted among the bars that follow one that is measured and as long, `repeats_two`
  (equal to the bar before the last one) among those that follow two such bars.
- `toms_at_turn` is the share of the last bars of eight in which a tom is struck. Phrases begin
  where the true drums most often crash on the one, as `engine.evaluation.measures.fills` says, but
  counted in eights.
"""

from __future__ import annotations

import numpy as np

from engine.evaluation.measures.drumming import Drumming
from engine.evaluation.measures.fills import TOMS, phrase_place, share

TURN_BARS = 8


def repeats(drums: Drumming) -> float | None:
    """The share of bars equal to the one before."""
    roll = drums.roll()
    same = (roll[1:] == roll[:-1]).all(axis=(1, 2))
    return share(same, drums.follows()[1:])


def repeats_two(drums: Drumming) -> float | None:
    """The share of bars equal to the second one before: patterns of two bars count."""
    roll, follows = drums.roll(), drums.follows()
    same = (roll[2:] == roll[:-2]).all(axis=(1, 2))
    return share(same, follows[2:] & follows[1:-1])


def toms_at_turn(truth: Drumming, answer: Drumming) -> float | None:
    """The share of the last bars of eight that have toms, the phrases being the true drums'."""
    toms = np.isin(np.arange(len(answer.bars)), answer.bar[np.isin(answer.row, TOMS)])
    return share(toms, phrase_place(truth, TURN_BARS) == TURN_BARS - 1)
