"""The touch: how hard and how evenly a bar is struck, after the network has said what.

Plain values in and out, so that files and the live daemon share it.
"""

from __future__ import annotations

from dataclasses import replace

from engine.music.notes import Hit, Pattern
from engine.music.wishes import LOUDEST, SOFTEST, Wishes

SLOTS = (0.0, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 1.0)  # of a beat; those of engine.music.grid
ROUNDS = 16  # strokes that are as hard as can be leave the rest to the others


def touched(pattern: Pattern, wishes: Wishes, gain: float = 1.0) -> Pattern:
    """The bar as it is struck.

    `humanize` scales what lies off the grid and how far the velocities lie from their mean;
    `intensity` sets that mean; without it `gain` scales the velocities.
    """
    hits = pattern.hits
    if not hits:
        return pattern
    if wishes.humanize is not None:
        hits = _humanised(hits, wishes.humanize)
    if wishes.intensity is not None:
        hits = _struck_at(hits, SOFTEST + wishes.intensity * (LOUDEST - SOFTEST))
    elif gain != 1:
        hits = tuple(_as_hard(hit, hit.velocity * gain) for hit in hits)
    return Pattern.of(hits, pattern.beats)


def _humanised(hits: tuple[Hit, ...], share: float) -> tuple[Hit, ...]:
    mean = _mean(hits)
    return tuple(
        replace(
            _as_hard(hit, mean + share * (hit.velocity - mean)),
            beat=_slot(hit.beat) + share * (hit.beat - _slot(hit.beat)),
        )
        for hit in hits
    )


def _struck_at(hits: tuple[Hit, ...], wanted: float) -> tuple[Hit, ...]:
    """The same accents about another mean velocity."""
    for _ in range(ROUNDS):
        factor = wanted / _mean(hits)
        hits = tuple(_as_hard(hit, hit.velocity * factor) for hit in hits)
    return hits


def _mean(hits: tuple[Hit, ...]) -> float:
    return sum(hit.velocity for hit in hits) / len(hits)


def _as_hard(hit: Hit, velocity: float) -> Hit:
    return replace(hit, velocity=min(127, max(1, round(velocity))))


def _slot(beat: float) -> float:
    """The nearest place on the grid."""
    whole = beat // 1
    return whole + min(SLOTS, key=lambda slot: abs(slot - (beat - whole)))
