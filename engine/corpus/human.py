"""Whether drums were played by a human, as far as their micro-timing tells.

Strokes of a sequencer lie on the beat's divisions, or all of them equally late; so do those that
were quantised afterwards, some by a swing or groove template of a few fixed places.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

DIVISIONS = 24  # of a beat: sixteenths, thirty-seconds, triplets and their halves
NEAR_MS = 3.0
LEAST_OFF = 0.25  # of the strokes
LEAST_PLACES = 8
PLACES_A_BEAT = 480


def is_human(offset: NDArray[np.floating], bpm: NDArray[np.floating]) -> bool:
    """Whether strokes so many beats off their steps, at so many quarter notes a minute, are human.

    They are where a quarter of them lie more than 3 ms from every 24th of a beat, counted from
    their median, and where they lie at eight places at least: of the machine-made songs in a
    corpus of ten thousand half lie wholly on the divisions, others at two to six places.
    """
    if not len(offset):
        return False
    off = np.asarray(offset, np.float64) - np.median(offset)
    places = np.rint(off * PLACES_A_BEAT)
    away_ms = np.abs(off - np.rint(off * DIVISIONS) / DIVISIONS) * 60_000 / bpm
    return bool((away_ms > NEAR_MS).mean() >= LEAST_OFF and len(np.unique(places)) >= LEAST_PLACES)
