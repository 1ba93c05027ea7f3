"""The onset model: a small recurrent network that says, for many beat lengths at once, where in
the beat a chord falls if the beat lasts so long, whether it does, and whether this is a "one"."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Weights = dict[str, Floats]
# where in the beat a chord may fall; one more class says "elsewhere"
SLOTS = (0.0, 1 / 2, 1 / 4, 3 / 4, 1 / 3, 2 / 3)
CLASSES = len(SLOTS) + 1


@dataclass(frozen=True, slots=True)
class Opinion:
    """Of one chord, for each of the beat lengths asked about."""

    places: Floats  # (periods, CLASSES) probabilities
    right: Floats  # (periods,) log odds that the beat lasts so long
    one: Floats  # (periods,) log odds that the chord is a "one", given that it is on a beat


@cache
def load_weights() -> Weights:
    """The numbers that were learned, read once."""
    path = resources.files("drumd") / "data" / "onset_model.json"
    return {
        name: np.frombuffer(b64decode(array["float16"]), "<f2")
        .reshape(array["shape"])
        .astype(np.float32)
        for name, array in json.loads(path.read_text("utf-8"))["arrays"].items()
    }


class OnsetModel:
    """Hears chords one by one; keeps what it remembers of them for each beat length."""

    def __init__(self, weights: Weights, periods: int) -> None:
        self._w = weights
        self._state = np.zeros((periods, weights["recurrent"].shape[0]), np.float32)

    def hear(self, inputs: Floats) -> Opinion:
        """The opinion of one chord from its inputs, (periods, inputs)."""
        w, state = self._w, self._state
        size = state.shape[1]
        hidden = np.maximum(inputs @ w["in"] + w["in_bias"], 0)
        new = hidden @ w["input"] + w["input_bias"]
        old = state @ w["recurrent"] + w["recurrent_bias"]
        gates = 1 / (1 + np.exp(-(new[:, : 2 * size] + old[:, : 2 * size])))
        fresh = np.tanh(new[:, 2 * size :] + gates[:, :size] * old[:, 2 * size :])
        keep = gates[:, size:]
        self._state = state = fresh + keep * (state - fresh)
        out = state @ w["out"] + w["out_bias"]
        places = np.exp(out[:, :CLASSES] - out[:, :CLASSES].max(1, keepdims=True))
        places /= places.sum(1, keepdims=True)
        return Opinion(places, out[:, CLASSES], out[:, CLASSES + 1])
