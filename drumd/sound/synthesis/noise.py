"""Noise in bands, each with its own strength and decay: wires, breath of brushes, cymbal wash.

One bank of band-limited noise, made once, serves every sound: a stroke takes each band from some
other place of it, shapes it and sums them. The bank is periodic, so it may be read round its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from drumd.sound.synthesis.curves import Curve, from_db, read_curve
from drumd.sound.synthesis.modes import LN_60DB, Audio

PERIOD = 1 << 17  # frames
LOWEST_HZ, HIGHEST_HZ = 40.0, 18_000.0
BANDS_IN_OCTAVE = 2
NARROW_HZ = 120.0  # below it both channels are one, from two octaves above as wide as told
SEED = 20


@dataclass(frozen=True, slots=True)
class Noise:
    """Noise that a stroke sets off."""

    level: Curve  # dB of each half octave; beyond the ends of the curve there is none
    t60: Curve  # seconds
    attack_s: float = 0.0005
    at_s: float = 0.0  # after the stroke
    width: float = 0.5  # 0: the same left and right; 1: nothing in common
    soft_db: float = 0.0  # how much weaker in the softest stroke, beyond what the whole loses


class NoiseBank:
    """Half-octave bands of noise, each of power 1 in both of two independent channels."""

    def __init__(self, rate: int) -> None:
        rng = np.random.default_rng(SEED)
        self.rate = rate
        octaves = np.log2(HIGHEST_HZ / LOWEST_HZ)
        edges = LOWEST_HZ * 2 ** np.arange(0, octaves + 0.01, 1 / BANDS_IN_OCTAVE)
        edges = edges[edges < 0.48 * rate]
        self.centres = np.sqrt(edges[:-1] * edges[1:])
        self._bands = np.empty((len(self.centres), 2, PERIOD), np.float32)
        for index, (low, high) in enumerate(pairwise(edges.tolist())):
            self._bands[index] = _band(rng, low, high, rate)

    def shape(
        self, noise: Noise, gains: NDArray[np.float64], rng: np.random.Generator, frames: int
    ) -> Audio:
        """The noise with these gains, one a band: (frames, 2)."""
        inside = (self.centres >= noise.level[0][0]) & (self.centres <= noise.level[-1][0])
        gains = gains * from_db(read_curve(noise.level, self.centres))
        decays = read_curve(noise.t60, self.centres)
        widths = noise.width * np.clip(np.log2(self.centres / NARROW_HZ) / 2, 0, 1)
        apart, alike = (np.sqrt(x).astype(np.float32) for x in (widths / 2, 1 - widths / 2))
        out = np.zeros((2, frames), np.float32)
        for index in np.nonzero(inside)[0]:
            length = min(frames, int(1.25 * decays[index] * self.rate) + 1)
            envelope = self._envelope(gains[index], decays[index], noise.attack_s, length)
            left, right = self._read(int(index), int(rng.integers(PERIOD)), length)
            out[0, :length] += envelope * (alike[index] * left + apart[index] * right)
            out[1, :length] += envelope * (alike[index] * left - apart[index] * right)
        return out.T

    def _read(self, band: int, start: int, frames: int) -> Audio:
        """That many frames of both channels of a band, round the end if need be."""
        if start + frames <= PERIOD:
            return self._bands[band, :, start : start + frames]
        whole, rest = divmod(frames - (PERIOD - start), PERIOD)
        noise = self._bands[band]
        return np.concatenate([noise[:, start:], *[noise] * whole, noise[:, :rest]], axis=1)

    def _envelope(self, gain: float, t60_s: float, attack_s: float, frames: int) -> Audio:
        rows = -(-frames // 256)
        rate = -LN_60DB / (t60_s * self.rate)
        starts = (gain * np.exp(rate * 256 * np.arange(rows))).astype(np.float32)
        fall = np.outer(starts, np.exp(rate * np.arange(256)).astype(np.float32))
        envelope = fall.ravel()[:frames]
        rise = min(frames, int(6 * attack_s * self.rate))
        envelope[:rise] *= 1 - np.exp(-np.arange(rise) / (attack_s * self.rate))
        return envelope


def _band(rng: np.random.Generator, low: float, high: float, rate: int) -> Audio:
    """Two channels of periodic noise of power 1 between two frequencies: (2, PERIOD)."""
    hz = np.fft.rfftfreq(PERIOD, 1 / rate)
    first, last = np.searchsorted(hz, (low, high))
    spectrum = np.zeros((2, len(hz)), np.complex64)
    shape = (2, last - first)
    spectrum[:, first:last] = rng.standard_normal(shape) + 1j * rng.standard_normal(shape)
    sound = np.fft.irfft(spectrum, PERIOD)
    return np.asarray(sound / sound.std(axis=1, keepdims=True), np.float32)
