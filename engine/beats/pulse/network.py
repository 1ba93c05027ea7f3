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
    """The numbers of a model in `engine/beats/weights`, read once."""
    path = resources.files("engine.beats") / "weights" / f"{name}.json"
    return weights_of(path.read_text("utf-8"))


def weights_of(text: str) -> Weights:
    """The numbers of a model, from the text of its file."""
    return {
        name: np.frombuffer(b64decode(array["float16"]), "<f2")
        .reshape(array["shape"])
        .astype(np.float32)
        for name, array in json.loads(text)["arrays"].items()
    }


class Recurrent:
    """One layer, a gated recurrent unit, one layer; one state for each of `rows`."""

    def __init__(self, weights: Weights, rows: int) -> None:
        self._rows = rows
        self._size = size = weights["recurrent"].shape[0]
        scale = np.ones(3 * size, np.float32)
        scale[: 2 * size] = 0.5  # a gate is (1 + tanh(x / 2)) / 2
        self._input, self._recurrent = weights["input"] * scale, weights["recurrent"] * scale
        self._bias = weights["input_bias"] * scale
        self._bias[: 2 * size] += weights["recurrent_bias"][: 2 * size] * 0.5
        self._fresh_bias = weights["recurrent_bias"][2 * size :]
        self._out, self._out_bias = weights["out"], weights["out_bias"]
        self.forget()

    def forget(self) -> None:
        self._state = np.zeros((self._rows, self._size), np.float32)

    def step(self, before: Floats) -> Floats:
        """From what the first layer says, not yet rectified, (rows, hidden), to (rows, outputs)."""
        size, state = self._size, self._state
        new = np.maximum(before, 0) @ self._input
        new += self._bias
        old = state @ self._recurrent
        gates = new[:, : 2 * size] + old[:, : 2 * size]
        np.tanh(gates, out=gates)
        gates += 1
        gates *= 0.5
        fresh = old[:, 2 * size :] + self._fresh_bias
        fresh *= gates[:, :size]
        fresh += new[:, 2 * size :]
        np.tanh(fresh, out=fresh)
        state = state - fresh
        state *= gates[:, size:]
        state += fresh
        self._state = state
        return np.asarray(state @ self._out + self._out_bias)
