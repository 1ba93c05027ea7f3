"""Recorded strokes, gathered into the layers and variants of each piece."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from drumd.sound.kits.kit import Samples
from drumd.sound.kits.pieces import Piece
from drumd.sound.synthesis.modes import Audio

MOST_LAYERS, MOST_VARIANTS = 8, 6  # kept of what a kit has: memory is not endless
SILENT = 1e-3  # of the loudest: what comes after is not heard, and cut off


@dataclass(frozen=True, slots=True)
class Stroke:
    """One sound of one piece; layers and variants are put in order by their numbers."""

    piece: Piece
    layer: int
    variant: int
    sound: Audio  # (frames, 2)
    top: int | None = None  # the highest velocity it is for; None: layers share them evenly


def gathered(strokes: Iterable[Stroke]) -> dict[Piece, Samples]:
    """The strokes as each piece's samples; silent ones are left out."""
    pieces: dict[Piece, dict[int, dict[int, Stroke]]] = defaultdict(lambda: defaultdict(dict))
    for stroke in strokes:
        if len(stroke.sound) and np.abs(stroke.sound).max() > 0:
            pieces[stroke.piece][stroke.layer][stroke.variant] = stroke
    return {piece: _samples(layers) for piece, layers in pieces.items()}


def _samples(layers: dict[int, dict[int, Stroke]]) -> Samples:
    kept = [layers[number] for number in sorted(layers)]
    while len(kept) > MOST_LAYERS:  # the hardest stays: it is what an accent sounds like
        kept = [*kept[:-1:2], kept[-1]]
    takes = tuple(
        tuple(_cut(layer[number].sound) for number in sorted(layer)[:MOST_VARIANTS])
        for layer in kept
    )
    tops = [next(iter(layer.values())).top for layer in kept]
    told = tuple(top for top in tops if top is not None)
    return Samples(takes, told if len(told) == len(kept) else ())


def _cut(sound: Audio) -> Audio:
    """The sound without the silence at its end."""
    size = np.abs(sound).max(axis=1)
    heard = np.flatnonzero(size > SILENT * size.max())
    return np.ascontiguousarray(sound[: heard[-1] + 1])
