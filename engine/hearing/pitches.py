"""Which pitches sound: the network of Basic Pitch, on two seconds of sound.

The network is Spotify's (Bittner and others, ICASSP 2022), under the Apache licence 2.0; its file
lies in `basic_pitch/` with licence and notice, as it was published.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import numpy as np

from engine.hearing.spectra import Floats

RATE, HOP = 22_050, 256  # of what the network hears
WINDOW = 43_844  # samples
FRAMES = 172  # that come out
LOWEST = 21  # MIDI pitch of the first of 88
PITCHES = 88
FRAME_S = HOP / RATE


class PitchNetwork:
    """Says of each frame how likely each pitch sounds, and how likely it begins. One thread."""

    def __init__(self) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        model = files("engine.hearing") / "basic_pitch" / "nmp.onnx"
        self._session: Any = onnxruntime.InferenceSession(
            model.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name
        self._outputs = [f"StatefulPartitionedCall:{k}" for k in (1, 2)]

    def __call__(self, samples: Floats) -> tuple[Floats, Floats]:
        """(WINDOW,) samples to two arrays, (FRAMES, PITCHES): it sounds, it begins; each 0..1."""
        heard = np.asarray(samples, np.float32).reshape(1, WINDOW, 1)
        sounds, begins = self._session.run(self._outputs, {self._input: heard})
        return sounds[0], begins[0]
