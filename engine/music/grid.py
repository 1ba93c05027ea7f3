"""The grid that drums are laid on: six slots a beat, for straight sixteenths and for triplets.

A slot is a place inside a beat; a *step* counts slots from the start of a bar or song. What lies
off its slot is kept beside it as micro-timing, in beats.
"""

import numpy as np
from numpy.typing import NDArray

SLOTS = np.array([0.0, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4])
STEPS_PER_BEAT = len(SLOTS)
HALF, TWO_THIRDS = 3, 4  # the slots between two beats that a straight and a swung eighth fall on
MIN_BAR_BEATS, MAX_BAR_BEATS = 1.5, 6.0
MAX_BAR_STEPS = int(MAX_BAR_BEATS * STEPS_PER_BEAT)

_EDGES = np.append(SLOTS, 1.0)
_MIDPOINTS = (_EDGES[:-1] + _EDGES[1:]) / 2


def quantise(beats: NDArray[np.floating]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The nearest step of each time and how far off it the time lies, both counted in beats.

    Times may be negative. Halfway between two slots the later one is taken.
    """
    beats = np.asarray(beats, np.float64)
    whole = np.floor(beats)
    slot = np.searchsorted(_MIDPOINTS, beats - whole, side="right")
    steps = whole.astype(np.int64) * STEPS_PER_BEAT + slot
    return steps, beats - beat_of(steps)


def beat_of(steps: NDArray[np.integer]) -> NDArray[np.float64]:
    """The time of each step in beats, without micro-timing."""
    whole, slot = np.divmod(np.asarray(steps, np.int64), STEPS_PER_BEAT)
    beats: NDArray[np.float64] = whole + SLOTS[slot]
    return beats


def steps_in(beats: float) -> int:
    """How many steps a bar of this length has; the bar must fit the grid."""
    if not fits_grid(beats):
        raise ValueError(f"a bar of {beats} beats does not fit the grid")
    return round(beats * STEPS_PER_BEAT)


def swung(steps: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Of the strokes that are second eighths, in order: whether each one is swung, not straight.

    How many there must be, and what share of them, before one says that a song swings, is for who
    asks to know.
    """
    slots = np.asarray(steps) % STEPS_PER_BEAT
    late: NDArray[np.bool_] = slots[(slots == HALF) | (slots == TWO_THIRDS)] == TWO_THIRDS
    return late


def fits_grid(beats: float) -> bool:
    """Whether a bar of this length can be laid on the grid."""
    return MIN_BAR_BEATS <= beats <= MAX_BAR_BEATS and (beats * 2).is_integer()
