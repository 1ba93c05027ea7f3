"""Counts which voices a corpus strikes together, and lists the usual sets.

    python -m engine.training.count_combinations CORPUS > engine/encoding/combinations.json

A bundle only plays with the list that it was trained with.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.corpus.store import Tensors, read_corpus
from engine.music.grid import MAX_BAR_STEPS
from engine.music.kit import VOICES

LISTED = 768


def usual_combinations(tensors: Tensors, count: int = LISTED) -> list[int]:
    """The commonest sets of voices, nothing and every voice alone among them, by size of number."""
    bars = len(tensors["bar_song"])
    bar = np.repeat(np.arange(bars), np.diff(tensors["bar_hit"]))
    step = bar * MAX_BAR_STEPS + tensors["hit_step"].astype(np.int64)
    struck: NDArray[np.int64] = np.zeros(bars * MAX_BAR_STEPS, np.int64)
    np.bitwise_or.at(struck, step, 1 << tensors["hit_voice"].astype(np.int64))
    found, times = np.unique(struck[struck > 0], return_counts=True)
    always = [0, *(1 << voice for voice in range(VOICES))]
    commonest = found[np.argsort(-times, kind="stable")].tolist()
    others = [one for one in commonest if one not in always]
    return sorted(always + others[: count - len(always)])


if __name__ == "__main__":
    json.dump(usual_combinations(read_corpus(Path(sys.argv[1])).tensors), sys.stdout)
