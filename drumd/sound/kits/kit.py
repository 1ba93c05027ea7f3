"""A kit that can be played: the strokes of each piece by velocity, each in a few variants."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from drumd.sound.kits.pieces import PIECE_OF, Piece
from drumd.sound.synthesis.modes import Audio

LOUDNESS_EXPONENT = 1.75  # of velocity / 127: a ghost note of 35 lies 20 dB below an accent


@dataclass(frozen=True, slots=True)
class Samples:
    """The strokes of one piece: `takes[layer][variant]` is (frames, 2), softest layer first.

    Each is as loud as the hardest stroke; the gain makes the difference.
    """

    takes: tuple[tuple[Audio, ...], ...]
    tops: tuple[int, ...] = ()  # the highest velocity of each layer; none: they share evenly

    def layer_of(self, velocity: int) -> int:
        if self.tops:
            return min(len(self.takes) - 1, bisect_left(self.tops, velocity))
        return min(len(self.takes) - 1, velocity * len(self.takes) // 128)


class Kit:
    """Picks the sound of a stroke; variants take turns, so that no two like strokes meet."""

    def __init__(self, name: str, rate: int, pieces: Mapping[Piece, Samples]) -> None:
        self.name, self.rate, self.pieces = name, rate, pieces
        self._turn = dict.fromkeys(pieces, 0)

    def sound(self, piece: Piece, velocity: int) -> Audio:
        """The next variant of a stroke of that velocity."""
        samples = self.pieces[piece]
        variants = samples.takes[samples.layer_of(velocity)]
        self._turn[piece] += 1
        return variants[self._turn[piece] % len(variants)]

    @property
    def seconds(self) -> float:
        """How much sound it holds."""
        takes = (take for s in self.pieces.values() for layer in s.takes for take in layer)
        return sum(len(take) for take in takes) / self.rate


def gain_of(velocity: int) -> np.float32:
    """How loud a stroke is against the hardest."""
    return np.float32((velocity / 127) ** LOUDNESS_EXPONENT)


def piece_of(key: int) -> Piece | None:
    """What a MIDI key plays, or None if the kit has no such thing."""
    return PIECE_OF.get(key)
