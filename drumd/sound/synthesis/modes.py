"""Modes: what a membrane, a plate or a string does when it is struck, as damped sines.

A struck body moves in its modes, each with a frequency, a strength and a decay of its own
(Fletcher and Rossing, The Physics of Musical Instruments, chapters 3, 18 and 20). Drums have few
modes, which start sharp while the skin is stretched; a cymbal has hundreds, packed ever closer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drumd.sound.synthesis.curves import Curve, from_db, read_curve

# The modes of an ideal round membrane against its lowest; air shifts those of a real one a little.
MEMBRANE = (1.0, 1.594, 2.136, 2.296, 2.653, 2.918, 3.156, 3.501)
LN_60DB = float(np.log(1000.0))
BLOCK = 512  # frames that one row of the product of `damped_sines` yields

Array = NDArray[np.float64]
Audio = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Modes:
    """Modes that a stroke sets off together."""

    hz: tuple[float, ...]
    db: tuple[float, ...]
    t60_s: tuple[float, ...]
    bend: float = 0.0  # how much sharper they start, as a part of their frequency
    bend_s: float = 0.03  # the time in which the bend falls to a third
    attack_s: float = 0.0004
    at_s: float = 0.0  # after the stroke
    width: float = 0.0  # 0: all in one place; 1: each mode somewhere else between left and right
    soft_db: float = 0.0  # how much weaker in the softest stroke, beyond what the whole loses


def membrane(hz: float, db: float, t60_s: float, *, slope: float = 5.0) -> Modes:
    """A skin: each higher mode weaker by `slope` dB an octave and shorter with its frequency."""
    return Modes(
        hz=tuple(hz * ratio for ratio in MEMBRANE),
        db=tuple(db - slope * float(np.log2(ratio)) for ratio in MEMBRANE),
        t60_s=tuple(t60_s / ratio for ratio in MEMBRANE),
    )


def cloud(seed: int, count: int, level: Curve, t60: Curve, *, width: float = 0.7) -> Modes:
    """A plate of bronze: modes at random between the ends of `level`, as many in each Hz.

    Their strengths scatter as those of real modes do, which the stroke hits more or less well.
    """
    rng = np.random.default_rng(seed)
    low, high = level[0][0], level[-1][0]
    spots = (np.arange(count) + rng.uniform(0.1, 0.9, count)) / count
    hz = low + (high - low) * spots**1.6  # a little closer below, where the ear tells them apart
    db = read_curve(level, hz) + 20 * np.log10(rng.rayleigh(0.8, count) + 0.05)
    decay = read_curve(t60, hz) * rng.uniform(0.7, 1.3, count)
    return Modes(tuple(hz), tuple(db), tuple(decay), width=width)


def ring(modes: Modes, gains: Array, rng: np.random.Generator, frames: int, rate: int) -> Audio:
    """The sound of modes with these gains: (frames, 2)."""
    hz, t60_s = np.array(modes.hz), np.array(modes.t60_s)
    phases = rng.uniform(-np.pi, np.pi, len(hz)) if modes.width else np.zeros(len(hz))
    spread = modes.width * rng.uniform(-1, 1, len(hz))
    sides = np.stack([np.sqrt((1 - spread) / 2), np.sqrt((1 + spread) / 2)])  # (2, modes)
    amplitudes = gains * from_db(modes.db) * sides * np.exp(1j * phases)
    sounding = min(frames, int(1.25 * t60_s.max() * rate))
    sound = np.zeros((2, frames), np.float32).T
    if modes.bend:
        sound[:sounding] = _bent_sines(modes, amplitudes, sounding, rate)
    else:
        sound[:sounding] = damped_sines(hz, t60_s, amplitudes, sounding, rate)
    rise = max(1, int(4 * modes.attack_s * rate))
    sound[:rise] *= np.sin(np.linspace(0, np.pi / 2, rise, dtype=np.float32)[:, None]) ** 2
    return sound


def damped_sines(
    hz: Array, t60_s: Array, amplitudes: NDArray[np.complex128], frames: int, rate: int
) -> Audio:
    """The sum of many damped sines, (frames, channels), by one product of two matrices.

    The pole z of a mode gives z^(block·n) · z^n, so n = 0..BLOCK-1 is computed once for all
    blocks. `amplitudes` is (channels, modes).
    """
    poles = 2j * np.pi * hz / rate - LN_60DB / (t60_s * rate)
    blocks = -(-frames // BLOCK)
    starts = np.exp(poles * BLOCK * np.arange(blocks)[:, None])  # (blocks, modes)
    steps = np.exp(poles[:, None] * np.arange(BLOCK))  # (modes, BLOCK)
    right = np.concatenate([steps.imag, steps.real]).astype(np.float32)
    out = np.empty((len(amplitudes), blocks * BLOCK), np.float32)
    for channel, gains in enumerate(amplitudes):
        at = starts * gains
        left = np.concatenate([at.real, at.imag], axis=1).astype(np.float32)
        out[channel] = (left @ right).ravel()
    return out[:, :frames].T


def _bent_sines(modes: Modes, amplitudes: NDArray[np.complex128], frames: int, rate: int) -> Audio:
    """The same for a few modes whose pitch falls back to its place."""
    seconds = np.arange(frames, dtype=np.float32) / np.float32(rate)
    warped = seconds + modes.bend * modes.bend_s * (1 - np.exp(-seconds / modes.bend_s))
    out = np.zeros((len(amplitudes), frames), np.float32)
    for hz, t60_s, gains in zip(modes.hz, modes.t60_s, amplitudes.T, strict=True):
        length = min(frames, int(1.25 * t60_s * rate))
        turn = np.float32(2 * np.pi * hz) * warped[:length] + np.float32(np.angle(gains[0]))
        sine = np.sin(turn) * np.exp(np.float32(-LN_60DB / t60_s) * seconds[:length])
        out[:, :length] += np.abs(gains).astype(np.float32)[:, None] * sine
    return out.T
