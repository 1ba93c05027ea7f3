"""Networks of torch to the files that `drumd.timing.pulse.network` reads."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path

import numpy as np
from torch import nn


def save(inp: nn.Linear, gru: nn.GRU, out: nn.Linear, about: str, path: Path) -> None:
    """The numbers of three layers, as 16-bit floats."""
    tensors = {
        "in": inp.weight.T,
        "in_bias": inp.bias,
        "input": gru.weight_ih_l0.T,
        "input_bias": gru.bias_ih_l0,
        "recurrent": gru.weight_hh_l0.T,
        "recurrent_bias": gru.bias_hh_l0,
        "out": out.weight.T,
        "out_bias": out.bias,
    }
    arrays = {}
    for name, tensor in tensors.items():
        values = np.ascontiguousarray(tensor.detach().numpy()).astype("<f2")
        coded = b64encode(values.tobytes()).decode()
        arrays[name] = {"shape": list(values.shape), "float16": coded}
    path.write_text(json.dumps({"about": about, "arrays": arrays}, indent=1))
