"""The voices that are struck together, as one class: the network chooses among the usual ones.

Of the 131,072 sets of seventeen voices a corpus of ten thousand songs strikes some three thousand,
and the commonest 768 make 99.6 % of its strokes. `combinations.json` lists those, each as the sum
of 2 to the power of its voices, 0 (nothing) first; `engine.training.count_combinations` wrote it.
Any other set counts as the largest usual one within it.

Shapes: C combinations, V voices.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.music.kit import VOICES, Voice

_LISTED = Path(__file__).with_name("combinations.json")
_BITS = 1 << np.arange(VOICES)
_LAST_MISSED = (Voice.TAMBOURINE, Voice.SHAKER, Voice.COWBELL, Voice.CLAP, Voice.PEDAL_HAT)
_WEIGHT = np.array([0.5 if voice in _LAST_MISSED else 1.0 for voice in Voice])

USUAL: NDArray[np.int64] = np.array(json.loads(_LISTED.read_text("utf-8")), np.int64)  # (C,)
COMBINATIONS = len(USUAL)
STRUCK: NDArray[np.float32] = (USUAL[:, None] >> np.arange(VOICES) & 1).astype(np.float32)  # (C, V)


def combination(struck: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The class of each set of voices, (...,) of (..., V)."""
    sets = struck.astype(np.int64) @ _BITS
    found, places = np.unique(sets, return_inverse=True)
    classes = np.array([class_of(int(one)) for one in found], np.int64)
    answer: NDArray[np.int64] = classes[places].reshape(sets.shape)
    return answer


@cache
def class_of(voices: int) -> int:
    """The class of one set: its own, or that of the weightiest usual set within it."""
    inside = (USUAL & ~voices) == 0
    weight = np.where(inside, STRUCK @ _WEIGHT, -1.0)
    return int(weight.argmax())
