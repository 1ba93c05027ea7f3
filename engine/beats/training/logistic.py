"""Logistic regression, for what a few numbers tell."""

from __future__ import annotations

import numpy as np

from engine.beats.training.conditions import Array

DECAY, STEPS = 1e-3, 30


def fit(x: Array, y: Array) -> Array:
    """The bias, then a weight for each clue, by Newton's steps: `x` is (examples, clues), `y` the
    share that is right of each, (examples,). Large weights are held back a little."""
    x = np.concatenate([np.ones((len(x), 1)), x], 1)
    weights = np.zeros(x.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (y - chance) - DECAY * len(x) * weights
        bend = (x * (chance * (1 - chance))[:, None]).T @ x + DECAY * len(x) * np.eye(len(weights))
        weights += np.linalg.solve(bend, slope)
    return weights
