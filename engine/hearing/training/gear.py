"""What a guitar is heard through, drawn anew each time: a room and microphone, or an amplifier."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.hearing.spectra import Floats

CORNERS_HZ = (60, 150, 400, 1000, 2500, 5000, 10_000, 20_000)
SPEAKER_DB = (-8, 0, 0, 0, 2, -6, -30, -50)  # at the corners
UNEVEN_DB = 4.0  # one deviation, of a microphone's or a speaker's curve
TAIL_S, TAIL_LEVEL = (0.05, 0.5), (-1.5, -0.4)  # a room's; powers of ten beside the direct sound
DRIVE = (2.5, 5.0)  # of a valve, powers of two
HISS, AMP_HISS, HUM = (-4.3, -2.6), (-3.5, -2.5), (-3.5, -2.2)  # powers of ten below the peak
TAPS = 1024


def before_microphone(samples: Floats, rate: int, rng: np.random.Generator) -> Floats:
    """In a room, with some hiss."""
    played = _filtered(samples, _curve(rate, rng.normal(0, UNEVEN_DB, len(CORNERS_HZ))))
    count = round(rng.uniform(*TAIL_S) * rate)
    tail = rng.standard_normal(count) * np.exp(-7 * np.arange(count) / count)
    tail *= 10 ** rng.uniform(*TAIL_LEVEL) / np.sqrt((tail**2).sum())
    heard = _filtered(played, np.concatenate([[1.0], tail]))
    hiss = 10 ** rng.uniform(*HISS) * rng.standard_normal(len(heard))
    return np.asarray(heard / _peak(heard) + hiss, np.float32)


def through_amplifier(samples: Floats, rate: int, rng: np.random.Generator) -> Floats:
    """A driven valve and a speaker without a top, with hum and hiss."""
    lean, drive = rng.uniform(0, 0.4), 2 ** rng.uniform(*DRIVE)
    driven = np.tanh(drive * samples / _peak(samples) + lean) - np.tanh(lean)
    uneven = rng.normal(0, UNEVEN_DB, len(CORNERS_HZ))
    played = _filtered(driven, _curve(rate, SPEAKER_DB + uneven))
    mains = 2 * np.pi * rng.choice([50, 60]) * np.arange(len(played)) / rate
    hum = 10 ** rng.uniform(*HUM) * (np.sin(mains) + np.sin(3 * mains) / 2)
    hiss = 10 ** rng.uniform(*AMP_HISS) * rng.standard_normal(len(played))
    return np.asarray(played / _peak(played) + hum + hiss, np.float32)


def _peak(samples: NDArray[np.floating]) -> float:
    """The level that hardly a sample exceeds."""
    return max(1e-6, float(np.quantile(np.abs(samples), 0.999)))


def _curve(rate: int, gains_db: NDArray[np.float64]) -> NDArray[np.float64]:
    """The quickest answer to a click with those gains at the corners, by folding its cepstrum."""
    size = 4 * TAPS
    hz = np.maximum(np.fft.rfftfreq(size, 1 / rate), CORNERS_HZ[0])
    gains = np.interp(np.log(hz), np.log(CORNERS_HZ), gains_db) * np.log(10) / 20
    cepstrum = np.fft.irfft(gains, size)
    cepstrum[1 : size // 2] *= 2
    cepstrum[size // 2 + 1 :] = 0
    return np.asarray(np.fft.irfft(np.exp(np.fft.rfft(cepstrum)), size)[:TAPS])


def _filtered(samples: NDArray[np.floating], taps: NDArray[np.float64]) -> NDArray[np.float64]:
    size = 1 << (len(samples) + len(taps)).bit_length()
    product = np.fft.rfft(samples, size) * np.fft.rfft(taps, size)
    return np.asarray(np.fft.irfft(product, size)[: len(samples)])
