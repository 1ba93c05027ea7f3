"""Who keeps the time: closed hat, open hat or ride.

Conventions
-----------
- The *keeper* of a song is the row of these three with the most strokes; pedal hat counts as closed
  hat, half-open as open, the bell as ride. There is none with less than one stroke a bar.
- `right` is 1 where the answer's keeper is the true one, None where the true drums have none.
- `found` is the same, and None also where the closed hat keeps the true time: it says whether a
  drummer dares anything but the commonest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.evaluation.hit_metrics import ROWS
from engine.evaluation.measures.drumming import Drumming
from engine.music.kit import Voice

KEEPERS = (Voice.CLOSED_HAT, Voice.OPEN_HAT, Voice.RIDE)
LEAST_A_BAR = 1.0


@dataclass(frozen=True, slots=True)
class TimeKeeping:
    """Whether the right voice keeps the time of one song."""

    right: float | None
    found: float | None


def keeper(drums: Drumming) -> Voice | None:
    """The voice that keeps the time; `drums` on the nine rows."""
    strokes = np.bincount(drums.row, minlength=len(ROWS))[[ROWS.index(one) for one in KEEPERS]]
    if not len(drums.bars) or strokes.max() < LEAST_A_BAR * len(drums.bars):
        return None
    return KEEPERS[int(strokes.argmax())]


def keeps(truth: Drumming, answer: Drumming) -> TimeKeeping:
    """Compare an answer's keeper with the true one."""
    true = keeper(truth)
    right = None if true is None else float(keeper(answer) is true)
    return TimeKeeping(right, None if true is Voice.CLOSED_HAT else right)
