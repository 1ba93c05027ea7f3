"""Which grooves to offer: five, the best first, that truly differ.

Shapes: g grooves of the book.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

IDEAS = 5
MOST_ALIKE = 0.8  # F1 between any two ideas


def choose_ideas(
    chance: NDArray[np.floating],
    hope: NDArray[np.floating],
    alike: NDArray[np.floating],
    *,
    count: int = IDEAS,
) -> list[int]:
    """The places of `count` grooves in the book, the best first.

    `chance` (g,) is how likely each is to be the song's own, `hope` (g,) the agreement to be
    expected, `alike` (g, g) the F1 between grooves. The first is the one to be hoped for most; each
    further one raises most what the best of them all may be expected to agree, and differs.
    """
    worth = (np.asarray(hope) + alike @ chance) / 2
    chosen = [int(worth.argmax())]
    while len(chosen) < min(count, len(worth)):
        covered = alike[:, chosen].max(axis=1)
        gain = np.maximum(alike - covered[:, None], 0).T @ chance
        value = np.where(covered <= MOST_ALIKE, gain, gain - 1)  # the odd ones out come last
        value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
    return chosen
