"""Samples at another rate, as a stream: a windowed sinc, read at the moments of the new samples."""

from __future__ import annotations

import numpy as np

from engine.hearing.spectra import Floats

TAPS, PHASES = 32, 128
PASSED = 0.9  # of the lower of both rates' bands


class Resampler:
    """Turns blocks at one rate into blocks at another; sample k of them lies at k / to seconds."""

    def __init__(self, rate: int, to: int) -> None:
        self._step = rate / to
        self._taps = _kernels(min(1.0, to / rate) * PASSED)
        self._kept = np.zeros(TAPS // 2 - 1, np.float32)  # before the first sample it is silent
        self._first = -(TAPS // 2 - 1)  # the number of the first sample kept
        self._made = 0

    def hear(self, samples: Floats) -> Floats:
        """The samples that are known with these; some 16 samples late."""
        heard = np.concatenate([self._kept, samples])
        end = self._first + len(heard) - TAPS // 2  # the first place that is not known yet
        count = max(0, int(np.ceil(end / self._step)) - self._made)
        places = (self._made + np.arange(count)) * self._step
        whole = np.floor(places).astype(int)
        kernels = self._taps[((places - whole) * PHASES).astype(int)]
        starts = whole - (TAPS // 2 - 1) - self._first
        made = np.zeros(count, np.float32)
        if count:
            windows = np.lib.stride_tricks.sliding_window_view(heard, TAPS)[starts]
            made = np.einsum("kt,kt->k", windows, kernels).astype(np.float32)
        self._made += count
        keep = int(np.floor(self._made * self._step)) - (TAPS // 2 - 1) - self._first
        keep = min(max(0, keep), len(heard))
        self._kept, self._first = heard[keep:], self._first + keep
        return made


def _kernels(band: float) -> Floats:
    """The weights of the samples around a place, for each phase between two; (PHASES, TAPS)."""
    offsets = np.arange(TAPS) - (TAPS // 2 - 1)
    at = offsets - (np.arange(PHASES)[:, None] + 0.5) / PHASES
    weights = band * np.sinc(band * at) * (0.5 + 0.5 * np.cos(2 * np.pi * at / (TAPS + 1)))
    return np.asarray(weights / weights.sum(1, keepdims=True), np.float32)
