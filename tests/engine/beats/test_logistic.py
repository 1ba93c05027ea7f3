"""Logistic regression: what was put in comes out."""

import numpy as np

from engine.beats.training.logistic import fit


def test_the_weights_that_made_the_shares_are_found():
    rng = np.random.default_rng(3)
    clues, weights = rng.normal(size=(4000, 2)), np.array([0.5, 1.0, -2.0])
    shares = 1 / (1 + np.exp(-(weights[0] + clues @ weights[1:])))
    assert np.abs(fit(clues, shares) - weights).max() < 0.1
