"""Where in the beat the guitar plays its second eighth: 0.5 straight, 0.67 triplets."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from engine.music.notes import Metre, Note

LOOK_BACK = 16.0  # beats
LATE = (0.42, 0.76)  # where in the beat a second eighth may fall
SIXTEENTHS = ((0.17, 0.29), (0.76, 0.86))  # where only straight sixteenths fall
ENOUGH = 4  # second eighths to judge by
APART = 0.05  # beats; notes nearer to each other are one stroke
STEADY = 0.06  # beats; half of them lie within this round the middle, or there is no feel


def swing_of(notes: Sequence[Note], now: float, metre: Metre) -> float | None:
    """The swing of the last notes before beat `now`; None if it does not show, or in 6/8.

    Straight sixteenths fall into the same places as a shuffle's eighths, and more: with them the
    feel is straight.
    """
    if metre.pulse != 1.0:
        return None
    places, last = [], float("-inf")
    for note in sorted(notes):
        if note.onset >= now - LOOK_BACK and note.onset - last > APART:
            places.append(note.onset % 1)
            last = note.onset
    late = [place for place in places if LATE[0] <= place <= LATE[1]]
    if len(late) < ENOUGH:
        return None
    sixteenths = sum(low <= place < high for place in places for low, high in SIXTEENTHS)
    if sixteenths > len(late) / 2:
        return 0.5
    middle = median(late)
    if median(abs(place - middle) for place in late) > STEADY:
        return None
    return round(middle, 3)
