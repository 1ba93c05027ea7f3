"""Curves over frequency: what a spectrum or a decay looks like in a few points."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Curve = tuple[tuple[float, float], ...]
"""Points (Hz, value) in order of Hz; between them straight lines over the logarithm of Hz."""


def read_curve(curve: Curve, hz: ArrayLike) -> NDArray[np.float64]:
    """The values at these frequencies; beyond its ends a curve goes on level."""
    points, values = zip(*curve, strict=True)
    return np.asarray(np.interp(np.log2(np.asarray(hz, np.float64)), np.log2(points), values))


def from_db(db: ArrayLike) -> NDArray[np.float64]:
    """Decibels as factors of amplitude."""
    return np.asarray(10.0 ** (np.asarray(db, np.float64) / 20))


def to_db(power: ArrayLike) -> NDArray[np.float64]:
    """Power as decibels, with a floor at -120."""
    return np.asarray(10 * np.log10(np.asarray(power, np.float64) + 1e-12))
