"""Where a fill is struck: snare and toms in the second half of a bar. Whoever looks for fills asks
here, and decides by himself how many strokes there, above what is usual, make one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.music.kit import FILL_VOICES


def in_fill(
    step: NDArray[np.integer], voice: NDArray[np.integer], steps: NDArray[np.integer] | int
) -> NDArray[np.bool_]:
    """Whether strokes lie where a fill is struck, in bars of so many steps; shapes broadcast."""
    late = np.asarray(step) >= np.asarray(steps) // 2
    struck: NDArray[np.bool_] = late & np.isin(voice, FILL_VOICES)
    return struck
