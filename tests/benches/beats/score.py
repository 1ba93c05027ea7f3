"""How good found beats are: mir_eval's measures from five seconds after the first onset on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from mir_eval import beat as measures
from numpy.typing import NDArray

from engine.beats.tracker import Beat
from engine.beats.training.learn_sureness import FROM_S, NEAR_S, SURE


@dataclass(frozen=True, slots=True)
class Score:
    """Of one record. `sure`: for each beat announced with confidence, how right what came was."""

    f: float
    cmlt: float
    amlt: float
    downbeat_f: float
    median_error_s: float  # of the beats that are within 70 ms; nan if there are none
    sure: NDArray[np.float64]  # share of the next four beats within 70 ms


def score(
    found: Sequence[Beat], beats: NDArray[np.float64], ones: NDArray[np.float64], first: float
) -> Score:
    """`beats` and `ones` are the true times, `first` that of the first onset; seconds."""
    start, end = first + FROM_S, float(beats[-1]) + 0.01
    kept = [beat for beat in found if start <= beat.time <= end]
    times = np.array([beat.time for beat in kept])
    true, true_ones = beats[beats >= start], ones[ones >= start]
    if len(times) < 2 or len(true) < 2:
        return Score(0.0, 0.0, 0.0, 0.0, float("nan"), np.zeros(0))
    _, cmlt, _, amlt = measures.continuity(true, times)
    found_ones = np.array([beat.time for beat in kept if beat.beat == 1])
    downbeat = measures.f_measure(true_ones, found_ones) if len(true_ones) * len(found_ones) else 0
    error = np.abs(times[:, None] - true).min(1)
    right = error < NEAR_S
    bars = np.lib.stride_tricks.sliding_window_view(right, 4).mean(1) if len(right) > 3 else []
    sure = [bar for bar, beat in zip(bars, kept, strict=False) if beat.confidence >= SURE]
    middle = float(np.median(error[right])) if right.any() else float("nan")
    return Score(
        measures.f_measure(true, times), cmlt, amlt, downbeat, middle, np.array(sure, float)
    )
