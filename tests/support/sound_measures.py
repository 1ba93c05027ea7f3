"""What the ear tells drums apart by, measured on a sound: pitch, brightness, decay, loudness.

Sounds are (frames,) or (frames, 2) at `rate` frames a second and begin with their stroke.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]

ATTACK_S = 0.1  # the centroid is that of the first tenth of a second
FLOOR = 1e-9
EDGES_HZ = tuple(float(hz) for hz in np.geomspace(40, 16_000, 14))  # 13 bands of 2/3 octave


@dataclass(frozen=True, slots=True)
class Measures:
    """One sound in figures."""

    pitch_hz: float  # the strongest partial below 1 kHz once the stroke itself is over
    centroid_hz: float  # the mean frequency by power of the first 100 ms
    brightness_hz: float  # the same by magnitude, which weighs the quiet highs more
    t60_s: float  # the time to fall by 60 dB, as the first 30 dB of the decay go
    t20_s: float  # the time until it stays 20 dB below its loudest 10 ms
    peak_db: float
    loudness_db: float  # mean power of the first 100 ms after A-weighting
    bands_db: tuple[float, ...]  # power of the first 100 ms between EDGES_HZ, against all


def measure(sound: Sound, rate: int) -> Measures:
    mono = np.asarray(sound, np.float64)
    both = mono.mean(axis=1) if mono.ndim == 2 else mono
    attack = both[: int(ATTACK_S * rate)]
    power = np.abs(np.fft.rfft(attack, 4 * len(attack))) ** 2
    hz = np.fft.rfftfreq(4 * len(attack), 1 / rate)
    audible = (hz > 20) & (hz < 18_000)
    weighted = power * audible * a_weights(hz) ** 2
    total = power[audible].sum() + FLOOR
    return Measures(
        pitch_hz=_pitch(both, rate),
        centroid_hz=_mean(hz[audible], power[audible]),
        brightness_hz=_mean(hz[audible], np.sqrt(power[audible])),
        t60_s=t60(both, rate),
        t20_s=time_above(both, rate, -20),
        peak_db=_db(np.abs(mono).max() ** 2),
        loudness_db=_db(weighted.sum() / (4 * len(attack)) / len(attack) * 2),
        bands_db=tuple(
            _db(power[(hz >= low) & (hz < high)].sum() / total) for low, high in pairwise(EDGES_HZ)
        ),
    )


def levels(sound: NDArray[np.float64], rate: int, *, hop_s: float = 0.005) -> NDArray[np.float64]:
    """The level in dB every `hop_s`, of windows of twice that length."""
    hop = int(hop_s * rate)
    padded = np.concatenate([sound, np.zeros(2 * hop)])
    squares = np.concatenate([[0.0], np.cumsum(padded**2)])
    starts = np.arange(0, len(sound), hop)
    return 10 * np.log10((squares[starts + 2 * hop] - squares[starts]) / (2 * hop) + FLOOR)


def t60(sound: NDArray[np.float64], rate: int) -> float:
    """By Schroeder's backward integration, from the slope between -3 and -33 dB."""
    energy = np.cumsum((sound**2)[::-1])[::-1]
    fall = 10 * np.log10(energy / (energy[0] + FLOOR) + FLOOR)
    begin, end = int(np.argmax(fall < -3)), int(np.argmax(fall < -33))
    return 2.0 * (end - begin) / rate if end > begin else float("nan")


def time_above(sound: NDArray[np.float64], rate: int, drop_db: float) -> float:
    shape = levels(sound, rate)
    loud = np.nonzero(shape > shape.max() + drop_db)[0]
    return float((loud[-1] + 1) * 0.005)


def a_weights(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """The gain of the A curve of IEC 61672, 1 at 1 kHz."""
    square = hz**2
    gain = (
        12_194**2 * square**2
        / (
            (square + 20.6**2)
            * np.sqrt((square + 107.7**2) * (square + 737.9**2))
            * (square + 12_194**2)
        )
    )  # fmt: skip
    return np.asarray(gain * 10 ** (2.0 / 20))


def _pitch(sound: NDArray[np.float64], rate: int) -> float:
    part = sound[int(0.03 * rate) : int(0.33 * rate)]
    size = 1 << 17
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), size))
    hz = np.fft.rfftfreq(size, 1 / rate)
    low = (hz > 35) & (hz < 1000)
    return float(hz[low][spectrum[low].argmax()])


def _mean(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    return float((values * weights).sum() / (weights.sum() + FLOOR))


def _db(power: float) -> float:
    return float(10 * np.log10(power + FLOOR))
