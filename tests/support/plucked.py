"""A guitar that the project synthesises, as samples: for tests that hear."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from drumd.sound.strings.guitar import Guitar
from drumd.sound.strings.plucks import CLEAN, StringVoice

Struck = tuple[float, int, int, float]  # seconds, pitch, velocity, seconds it sounds


def plucked(
    notes: Sequence[Struck], seconds: float, rate: int = 48_000, voice: StringVoice = CLEAN
) -> NDArray[np.float32]:
    """The notes played, (samples,) of one channel, at a cable's usual level."""
    guitar = Guitar(voice, rate)
    for time, pitch, velocity, lasts in notes:
        guitar.pluck(pitch, velocity, round(time * rate), round(lasts * rate))
    sound = np.concatenate([guitar.block(rate // 10) for _ in range(round(seconds * 10))])
    mono = sound.mean(1)
    return np.asarray(0.5 * mono / max(1e-9, np.abs(mono).max()), np.float32)


def muted(times: Sequence[float], seconds: float, rate: int = 48_000) -> NDArray[np.float32]:
    """Damped strokes: a few hundredths of a second of noise each."""
    rng = np.random.default_rng(3)
    out = np.zeros(round(seconds * rate), np.float32)
    for time in times:
        first, count = round(time * rate), round(0.05 * rate)
        fall = np.exp(-np.arange(count) / (0.008 * rate))
        noise = np.convolve(rng.standard_normal(count), np.ones(12) / 12, "same")
        out[first : first + count] += (0.5 * noise * fall).astype(np.float32)[: len(out) - first]
    return out
