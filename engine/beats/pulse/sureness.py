"""Confidence: how likely the next beats are right, from what the tracker knows of itself."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

LEAST = 0.002  # nearest to 0 and 1 that a share is taken to be


@dataclass(frozen=True, slots=True)
class Sureness:
    """A logistic score; learned on the bench, one for each way to begin."""

    bias: float
    share: float  # for the log odds of the followed beat
    time: float  # for the log of the seconds it has been followed

    def of(self, share: float, seconds: float) -> float:
        """The chance that a beat to come is within 70 ms, 0..1."""
        odds, time = clues(share, seconds)
        score = self.bias + self.share * odds + self.time * time
        return 1 / (1 + exp(-max(-30.0, min(30.0, score))))


def clues(share: float, seconds: float) -> tuple[float, float]:
    """What the score is made of."""
    share = max(LEAST, min(1 - LEAST, share))
    return log(share / (1 - share)), log(1 + max(0.0, seconds))


ALONE = Sureness(bias=0.172, share=0.265, time=0.125)
WITH_HINT = Sureness(bias=0.557, share=0.109, time=0.295)
AFTER_TAPS = Sureness(bias=0.239, share=0.291, time=0.291)
