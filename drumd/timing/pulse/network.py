"""Small recurrent networks in numpy, and the numbers that they were taught."""

from __future__ import annotations

import json
from base64 import b64decode
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Weights = dict[str, Floats]


@cache
def load_weights(name: str) -> Weights:
    """The numbers of a model in `drumd/data`, read once."""
    path = resources.files("drumd") / "data" / f"{name}.json"
    return {
        name: np.frombuffer(b64decode(array["float16"]), "<f2")
        .reshape(array["shape"])
        .astype(np.float32)
        for name, array in json.loads(path.read_text("utf-8"))["arrays"].items()
    }


class Recurrent:
    """One layer, a gated recurrent unit, one layer; one state for each of `rows`."""

    def __init__(self, weights: Weights, rows: int) -> None:
        self._w = weights
        self._rows = rows
        self.forget()

    def forget(self) -> None:
        self._state = np.zeros((self._rows, self._w["recurrent"].shape[0]), np.float32)

    def step(self, before: Floats) -> Floats:
        """From what the first layer says, not yet rectified, (rows, hidden), to (rows, outputs)."""
        w, state = self._w, self._state
        size = state.shape[1]
        new = np.maximum(before, 0) @ w["input"]
        new += w["input_bias"]
        old = state @ w["recurrent"]
        old += w["recurrent_bias"]
        gates = new[:, : 2 * size] + old[:, : 2 * size]
        gates *= 0.5
        np.tanh(gates, out=gates)
        gates += 1
        gates *= 0.5
        fresh = np.tanh(new[:, 2 * size :] + gates[:, :size] * old[:, 2 * size :])
        state = fresh + gates[:, size:] * (state - fresh)
        self._state = state
        return np.asarray(state @ w["out"] + w["out_bias"])
