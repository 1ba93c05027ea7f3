"""How likely a peak of the flux is a stroke: logistic regression over the sound around it.

Beating strings, a finger that lands on a string and a squeak on a winding all make peaks, and a
slur makes a low one. What tells them apart is how high the peak stands, how high others did just
before it, and what has come and what has gone in four parts of the spectrum. The weights were
learnt on guitar parts whose strokes are known; `engine.hearing.training.learn_evidence` learns such
again (docs/ears.md).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

from engine.hearing.spectra import Floats

SPAN = 8  # frames between the spectra that are compared
EDGES_HZ = (300, 1000, 3500)  # between the parts
JUST_BEFORE, BEFORE = (3, 20), (20, 60)  # frames before the peak
TINY = 0.01  # added before logarithms are taken
BIAS = 4.10
PEAK = (1.83, 0.64, -0.85, 0.57)  # height, usual flux, highest just before and before that
CAME = (0.52, 0.77, 0.11, 0.48)  # in each part, the lowest first
WENT = (-0.20, 0.50, -0.38, -1.30)
WEIGHTS = np.array(PEAK + CAME + WENT, np.float32)


class Evidence:
    """Hears the spectrum frame by frame; a peak is judged in the frame after it."""

    def __init__(self, hz: Floats, bias: float = BIAS, weights: Floats = WEIGHTS) -> None:
        """`hz` tells where the bands lie, (bands,)."""
        self._bias, self._weights = bias, weights
        parts = np.digitize(hz, EDGES_HZ)[:, None] == np.arange(len(CAME))
        self._parts = parts / np.maximum(1, parts.sum(0))  # (bands, parts)
        self._heard = deque[Floats](maxlen=SPAN + 1)

    def hear(self, relative: Floats) -> None:
        """Take in a frame, against the player's loudness; (bands,)."""
        self._heard.append(relative)

    def log_odds(self, height: float, usual: float, before: Sequence[float]) -> float:
        """That a peak is a stroke: so high above the usual flux, after so much in each frame."""
        return self._bias + float(self._weights @ self.clues(height, usual, before))

    def clues(self, height: float, usual: float, before: Sequence[float]) -> Floats:
        """What the weights weigh, (weights,), for the peak in the frame before the last."""
        change = self._heard[-1] - self._heard[0]
        peak = height, usual, _highest(before, *JUST_BEFORE), _highest(before, *BEFORE)
        came, went = (np.maximum(part, 0) @ self._parts for part in (change, -change))
        return np.asarray(np.log(np.concatenate([peak, came, went]) + TINY), np.float32)


def _highest(flux: Sequence[float], since: int, until: int) -> float:
    """The most of it between so many frames ago and so many; 0 where nothing was heard yet."""
    return max(flux[-until:-since], default=0.0)
