"""Swing: where the stroke between two beats falls.

Conventions
-----------
- Only strokes nearer to 1/2 or 2/3 of a quarter note than to any other slot of the grid count.
- The *swing ratio* is long to short: the median place p of these strokes gives p / (1 - p), so
  1.0 is straight and 2.0 is triplets.
- Drums *swing* where most of these strokes lie nearer to 2/3 than to 1/2.
- Bars of compound metres (6/8, 9/8, 12/8) are left out: there the quarter is no beat. With fewer
  than 8 strokes there is no answer, None.
"""

from __future__ import annotations

import numpy as np

from engine.evaluation.measures.drumming import Drumming
from engine.music.grid import HALF, SLOTS, STEPS_PER_BEAT, TWO_THIRDS, swung
from engine.music.notes import Metre

FEWEST_STROKES = 8
STRAIGHT, SWUNG = "straight", "triplet/swing"  # as manifests call them


def swing_ratio(drums: Drumming) -> float | None:
    """Long to short, from 0.7 (pulled forward) over 1 (straight) to 2 (triplets) and a bit more."""
    between = _between(drums)
    if int(between.sum()) < FEWEST_STROKES:
        return None
    slot = SLOTS[drums.step[between] % STEPS_PER_BEAT]
    place = float(np.median(slot + drums.offset[between]))
    return place / (1 - place)


def swings(drums: Drumming) -> bool | None:
    """Whether the drums swing."""
    late = swung(drums.step[_between(drums)])
    return bool(late.mean() > 0.5) if len(late) >= FEWEST_STROKES else None


def feel_right(drums: Drumming, feel: str) -> float | None:
    """1 where drums swing as the song does, 0 where not; None where either is not known."""
    swinging = swings(drums)
    if swinging is None or feel not in (STRAIGHT, SWUNG):
        return None
    return float(swinging == (feel == SWUNG))


def is_compound(metre: Metre) -> bool:
    """Whether the beat of a metre is a dotted note."""
    return metre.denominator >= 8 and metre.numerator % 3 == 0


def _between(drums: Drumming) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    simple = np.array([not is_compound(bar.metre) for bar in drums.bars], np.bool_)
    slot = drums.step % STEPS_PER_BEAT
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = simple[drums.bar] & (
        (slot == HALF) | (slot == TWO_THIRDS)
    )
    return found
