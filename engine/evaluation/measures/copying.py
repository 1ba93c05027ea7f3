"""How much of the drumming was heard in training, two bars at a time.

Conventions
-----------
- A *two-bar pattern* is which rows are struck in which sixteenth of two bars that follow each
  other; velocity and micro-timing do not count. Patterns in which nothing is struck are left out.
- It is *copied* where the same pattern occurs anywhere in the songs trained on. Common grooves are
  in there: the true drums of unseen songs have such a share too, and stand beside it.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.hit_metrics import Roll
from engine.evaluation.measures.drumming import Drumming


def two_bar_patterns(roll: Roll, follows: NDArray[np.bool_]) -> list[bytes]:
    """A key for each pattern: of every bar that follows the one before it, `follows` (bars,)."""
    if roll.ndim != 3 or follows.shape != roll.shape[:1]:
        raise ValueError(f"one roll a bar is needed, not {roll.shape} for {follows.shape} bars")
    last = np.flatnonzero(follows & (np.arange(len(roll)) > 0))
    pairs = np.concatenate([roll[last - 1], roll[last]], axis=1)
    pairs = pairs[pairs.any(axis=(1, 2))]
    packed = np.packbits(pairs.reshape(len(pairs), pairs.shape[1] * pairs.shape[2]), axis=1)
    return [row.tobytes() for row in packed]


def copied(drums: Drumming, known: Collection[bytes]) -> float | None:
    """The share of two-bar patterns that are among those known; None where there are none."""
    patterns = two_bar_patterns(drums.roll(), drums.follows())
    return sum(pattern in known for pattern in patterns) / len(patterns) if patterns else None
