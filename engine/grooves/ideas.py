"""Which grooves to offer: five, the best first, that truly differ.

Shapes: g grooves of the book.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

IDEAS = 5
LIFT = 0.5  # how much of what is expected of any guitar is taken off
MOST_ALIKE = 0.8  # F1 between any two ideas


def choose_ideas(
    chance: NDArray[np.floating],
    hope: NDArray[np.floating],
    alike: NDArray[np.floating],
    prior: NDArray[np.floating],
    *,
    bent: NDArray[np.floating] | float = 0.0,
    count: int = IDEAS,
) -> list[int]:
    """The places of `count` grooves in the book, the best first.

    The first is the worthiest; each further one raises most what the best of them all may be
    expected to agree, and differs. `bent` (g,) is what the player's words add to each; the other
    arguments are those of `worth_of`, which see.
    """
    worth = worth_of(chance, hope, alike, prior) + bent
    chosen = [int(worth.argmax())]
    while len(chosen) < min(count, len(worth)):
        covered = alike[:, chosen].max(axis=1)
        gain = np.maximum(alike - covered[:, None], 0).T @ chance + bent
        value = np.where(covered <= MOST_ALIKE, gain, gain - 1)  # the odd ones out come last
        value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
    return chosen


def worth_of(
    chance: NDArray[np.floating],
    hope: NDArray[np.floating],
    alike: NDArray[np.floating],
    prior: NDArray[np.floating],
) -> NDArray[np.float64]:
    """What speaks for each groove, (g,).

    `chance` (g,) is how likely each is to be the song's own, `hope` (g,) the agreement that the
    network expects, `alike` (g, g) the F1 between grooves, `prior` (g,) the chance for any guitar.
    What agrees with everything would win nearly always, so some of what would be expected of any
    guitar is taken off: first ideas then agree a little less with the songs, and many more of them
    keep time rightly on something else than a closed hat (docs/experiments.md).
    """
    expected = alike @ (np.asarray(chance) - LIFT * np.asarray(prior))
    return np.asarray((np.asarray(hope) + expected) / 2, np.float64)
