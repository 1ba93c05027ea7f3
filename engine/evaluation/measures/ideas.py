"""Several ideas for one song: how good the first and the best are, and how alike they all are.

Conventions
-----------
- Agreement is hit F1 over the sixteenths and nine rows of all scored bars of a song, as
  `engine.evaluation.hit_metrics` counts it.
- *Alike* is the mean hit F1 between all pairs of ideas: 1 where all are the same drums, None where
  there is but one. Two silent ideas are alike.
- The best of many is found by looking at the truth: it says that a player who may choose would find
  a good one, not that we do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from engine.evaluation.hit_metrics import Roll, score


@dataclass(frozen=True, slots=True)
class Ideas:
    """The ideas for one song, the first being the one that would play."""

    count: int
    first: float
    best: float
    alike: float | None


def ideas(truth: Roll, answers: Sequence[Roll]) -> Ideas:
    """Measure ideas by the true drums, all (bars, 24, 9); ValueError where there is no idea."""
    if not answers:
        raise ValueError("there must be an idea to measure")
    found = [score(truth, one).f1 for one in answers]
    return Ideas(len(answers), found[0], max(found), alike(answers))


def alike(answers: Sequence[Roll]) -> float | None:
    """The mean F1 between all pairs."""
    pairs = [score(one, other).f1 for one, other in combinations(answers, 2)]
    return float(np.mean(pairs)) if pairs else None
