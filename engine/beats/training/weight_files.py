"""Networks of torch to the files that `engine.beats.pulse.network` reads."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.beats.pulse.network import weights_of

GATED = ("input", "input_bias", "recurrent", "recurrent_bias")  # three gates side by side
HEARING = ("input", "recurrent", "out")  # rows are the units that are listened to


def save(inp: nn.Linear, gru: nn.GRU, out: nn.Linear, about: str, path: Path) -> None:
    """The numbers of three layers."""
    layers = {name: tensor.detach().numpy() for name, tensor in _tensors(inp, gru, out).items()}
    write(layers, about, path)


def write(numbers: Mapping[str, NDArray[Any]], about: str, path: Path) -> None:
    """Arrays by name, as 16-bit floats."""
    arrays = {}
    for name, array in numbers.items():
        values = np.ascontiguousarray(array).astype("<f2")
        coded = b64encode(values.tobytes()).decode()
        arrays[name] = {"shape": list(values.shape), "float16": coded}
    path.write_text(json.dumps({"about": about, "arrays": arrays}, indent=1))


def load(inp: nn.Linear, gru: nn.GRU, out: nn.Linear, path: Path) -> None:
    """Put the numbers of a file into three layers. A smaller network fills their first units; the
    others are not listened to at first."""
    numbers = weights_of(path.read_text("utf-8"))
    size = len(numbers["recurrent"])
    with torch.no_grad():
        for name, tensor in _tensors(inp, gru, out).items():
            held = torch.from_numpy(numbers[name])
            gates = 3 if name in GATED else 1
            for mine, other in zip(tensor.chunk(gates, -1), held.chunk(gates, -1), strict=True):
                if name in HEARING:
                    mine[size:] = 0
                mine[tuple(slice(length) for length in other.shape)] = other


def _tensors(inp: nn.Linear, gru: nn.GRU, out: nn.Linear) -> dict[str, Tensor]:
    layer = dict(gru.named_parameters())
    return {
        "in": inp.weight.T,
        "in_bias": inp.bias,
        "input": layer["weight_ih_l0"].T,
        "input_bias": layer["bias_ih_l0"],
        "recurrent": layer["weight_hh_l0"].T,
        "recurrent_bias": layer["bias_hh_l0"],
        "out": out.weight.T,
        "out_bias": out.bias,
    }
