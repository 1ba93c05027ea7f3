"""Phrases of eight bars: the pieces by which two drummers are told apart.

Conventions
-----------
- A *phrase* is eight bars of four beats that follow each other. It begins where the true drums most
  often crash on the one, counted in eights, in songs without crashes with the song's first bar.
- At most 12 phrases of a song count, evenly spread: long songs would drown the others.
- A phrase is a `Drumming` of its eight bars, on the nine rows or on the whole kit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.evaluation.measures.drumming import Drumming, Ints
from engine.evaluation.measures.fills import phrase_place

PHRASE_BARS, BAR_BEATS = 8, 4.0
MOST_PHRASES = 12


def phrase_starts(truth: Drumming) -> list[int]:
    """The first bars of a song's phrases, as places among its scored bars; `truth` on nine rows."""
    place, whole = phrase_place(truth, PHRASE_BARS), truth.lengths == BAR_BEATS
    last = len(place) - PHRASE_BARS
    starts = [
        first
        for first in np.flatnonzero(place == 0).tolist()
        if first <= last
        and whole[first : first + PHRASE_BARS].all()
        and truth.number[first + PHRASE_BARS - 1] - truth.number[first] == PHRASE_BARS - 1
    ]
    count = min(MOST_PHRASES, len(starts))
    return [starts[(2 * one + 1) * len(starts) // (2 * count)] for one in range(count)]


def phrases(drums: Drumming, starts: Sequence[int]) -> list[Drumming]:
    """The phrases of a player that begin with these bars."""
    return [_cut(drums, first, first + PHRASE_BARS) for first in starts]


def shared(truth: Drumming, answer: Drumming) -> tuple[Drumming, Drumming]:
    """Both players' strokes that the other has as well: same bar, step and row."""
    keys = [_keys(one) for one in (truth, answer)]
    return (
        keep(truth, np.isin(keys[0], keys[1])),
        keep(answer, np.isin(keys[1], keys[0])),
    )


def keep(drums: Drumming, wanted: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Drumming:
    """Some of the strokes, `wanted` (strokes,)."""
    return replace(
        drums,
        bar=drums.bar[wanted],
        step=drums.step[wanted],
        offset=drums.offset[wanted],
        row=drums.row[wanted],
        velocity=drums.velocity[wanted],
        cell=drums.cell[wanted],
    )


def _cut(drums: Drumming, first: int, last: int) -> Drumming:
    inside = keep(drums, (drums.bar >= first) & (drums.bar < last))
    return replace(
        inside,
        bars=drums.bars[first:last],
        number=drums.number[first:last],
        bar=inside.bar - first,
    )


def _keys(drums: Drumming) -> Ints:
    return (drums.bar * 1000 + drums.step) * len(drums.rows) + drums.row
