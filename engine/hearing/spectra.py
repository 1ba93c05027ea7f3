"""Spectra of what was heard last, frame by frame, as a stream.

The window leans forward: it lets the newest few milliseconds in at nearly full weight and what is
older fade out slowly. So a stroke shows at once, and its pitch is resolved nevertheless.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

FRAME_S = 0.0445  # about; the window is a power of two long
HOPS = 8  # in a window
LOWEST_HZ, HIGHEST_HZ = 60.0, 10_000.0
BANDS_PER_OCTAVE = 24
BATCH = 64  # frames transformed at once


class Spectra:
    """Turns blocks of samples into bands, (frames, bands): the mean amplitude in each."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self.size = 2 ** round(np.log2(rate * FRAME_S))
        self.hop = self.size // HOPS
        self._window = leaning_window(self.size, self.hop)
        self._bank = filter_bank(rate, self.size)
        self._kept = np.zeros(self.size - self.hop, np.float32)

    @property
    def bands(self) -> int:
        return int(self._bank.shape[1])

    @property
    def hz(self) -> Floats:
        """Where the bands lie, (bands,)."""
        return np.asarray(self._bank.argmax(0) * self._rate / self.size, np.float32)

    def hear(self, samples: Floats) -> Floats:
        """The frames that these samples complete; each ends `hop` samples after the one before."""
        heard = np.concatenate([self._kept, samples])
        count = max(0, (len(heard) - self.size) // self.hop + 1)
        self._kept = heard[count * self.hop :]
        if not count:
            return np.zeros((0, self.bands), np.float32)
        frames = np.lib.stride_tricks.sliding_window_view(heard, self.size)[:: self.hop][:count]
        parts = [self._bands_of(frames[k : k + BATCH]) for k in range(0, count, BATCH)]
        return np.concatenate(parts)

    def _bands_of(self, frames: Floats) -> Floats:
        spectra = np.abs(np.fft.rfft(frames * self._window, axis=1))
        return np.asarray(spectra.astype(np.float32) @ self._bank)


def leaning_window(size: int, fall: int) -> Floats:
    """Rises over most of its length and falls over the last `fall` samples; (size,)."""
    rise = np.arange(size - fall) + 0.5
    drop = np.arange(fall) + 0.5
    window = np.concatenate(
        [0.5 - 0.5 * np.cos(np.pi * rise / len(rise)), 0.5 + 0.5 * np.cos(np.pi * drop / fall)]
    )
    return np.asarray(2 * window / window.sum(), np.float32)


def filter_bank(rate: int, size: int) -> Floats:
    """Triangles, evenly spaced in pitch where bins allow it, each of sum 1; (bins, bands)."""
    top = min(HIGHEST_HZ, 0.45 * rate)
    count = int(BANDS_PER_OCTAVE * np.log2(top / LOWEST_HZ)) + 2
    hz = LOWEST_HZ * 2 ** (np.arange(count) / BANDS_PER_OCTAVE)
    corners = np.unique(np.maximum(1, np.round(hz * size / rate)).astype(int))
    bank = np.zeros((size // 2 + 1, len(corners) - 2), np.float32)
    for band, (low, middle, high) in enumerate(
        zip(corners, corners[1:], corners[2:], strict=False)
    ):
        bank[low:middle, band] = (np.arange(low, middle) - low) / (middle - low)
        bank[middle:high, band] = (high - np.arange(middle, high)) / (high - middle)
    return np.asarray(bank / bank.sum(0))
