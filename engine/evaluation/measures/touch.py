"""How hard and how early the drums are struck.

Conventions
-----------
- Velocities are 0..1 (a share of 127), micro-timing is in milliseconds off the step of the finer
  grid at the bar's tempo, later is positive.
- A *spread* is a standard deviation over the strokes of one song.
- An *error* is the mean absolute difference over the strokes that truth and answer share (same
  bar, step and row).
- Velocity says something only in songs whose true drums vary in it, micro-timing only where the
  true spread is above 1 ms (a human played); elsewhere all of it is None.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.evaluation.measures.drumming import Drumming, Floats

HUMAN_MS = 1.0


@dataclass(frozen=True, slots=True)
class Touch:
    """Dynamics and micro-timing of one song."""

    velocity: float | None  # mean
    velocity_spread: float | None
    velocity_error: float | None
    timing_spread_ms: float | None
    timing_error_ms: float | None


def touch(truth: Drumming, answer: Drumming, *, has_dynamics: bool) -> Touch:
    """The touch of an answer, against the true drums of the same bars."""
    late, true_late = milliseconds(answer), milliseconds(truth)
    human = len(true_late) > 0 and float(true_late.std()) > HUMAN_MS
    loud = answer.velocity
    shared = truth.roll(fine=True) & answer.roll(fine=True)
    louder = np.abs(truth.loudness() - answer.loudness())[shared]
    later = np.abs(_laid_ms(truth) - _laid_ms(answer))[shared]
    return Touch(
        velocity=float(loud.mean()) if has_dynamics and len(loud) else None,
        velocity_spread=float(loud.std()) if has_dynamics and len(loud) else None,
        velocity_error=float(louder.mean()) if has_dynamics and len(louder) else None,
        timing_spread_ms=float(late.std()) if human and len(late) else None,
        timing_error_ms=float(later.mean()) if human and len(later) else None,
    )


def milliseconds(drums: Drumming) -> Floats:
    """The micro-timing of each stroke."""
    return np.asarray(drums.offset * _ms_per_beat(drums)[drums.bar], np.float64)


def _laid_ms(drums: Drumming) -> Floats:
    return np.asarray(drums.lateness() * _ms_per_beat(drums)[:, None, None], np.float64)


def _ms_per_beat(drums: Drumming) -> Floats:
    return 60_000 / np.array([bar.bpm for bar in drums.bars], np.float64)
