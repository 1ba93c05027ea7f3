"""What hands do to strings besides striking them: they damp, tap, thump and squeak."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.hearing.spectra import Floats

DAMPED_BEFORE, BEFORE_S = (0.2, 0.5, 0.9), (0.03, 0.11)  # share of a piece's strokes; how long
RELEASED, LONG_S = 0.3, 0.3  # share of the strokes that sound for so long at least
LEFT = (0.03, 0.8)  # of the sound on a damped string
FADE_S = 0.015
LANDS = 0.7  # share of the fingers that are heard as they land
NOISES = (0.3, 1.0, 2.0)  # a second
LANDING_DB, NOISE_DB = (-42, -14), (-50, -17)  # beside the piece's peak
KINDS = (  # lowest and highest Hz, seconds in which it falls
    (300, 5000, 0.008),  # a finger on a string
    (60, 350, 0.03),  # a hand on the body
    (1000, 4000, 0.1),  # a finger along a winding
)


def with_hands(
    samples: Floats, rate: int, strokes: NDArray[np.float64], rng: np.random.Generator
) -> Floats:
    """The piece with what else hands do in it."""
    out, peak = samples.copy(), float(np.quantile(np.abs(samples), 0.999))
    often = rng.choice(DAMPED_BEFORE)
    for stroke, after in zip(strokes, [*strokes[1:], strokes[-1] + 1], strict=True):
        spans = []
        if rng.random() < often:
            spans.append((stroke - rng.uniform(*BEFORE_S), stroke))
        if after - stroke > LONG_S and rng.random() < RELEASED:
            spans.append((stroke + rng.uniform(0.4, 0.8) * (after - stroke), after))
        for begin, end in spans:
            _damp(out[max(0, round(begin * rate)) : round((end - 0.001) * rate)], rate, rng)
            if rng.random() < LANDS:
                _add(out, begin, peak * _noise(KINDS[0], LANDING_DB, rate, rng), rate)
    seconds = len(out) / rate
    for _ in range(rng.poisson(rng.choice(NOISES) * seconds)):
        kind = KINDS[rng.integers(len(KINDS))]
        _add(out, rng.uniform(0, seconds), peak * _noise(kind, NOISE_DB, rate, rng), rate)
    return out


def _damp(part: Floats, rate: int, rng: np.random.Generator) -> None:
    left, count = rng.uniform(*LEFT), min(len(part), round(FADE_S * rate))
    part[:count] *= np.linspace(1, left, count)
    part[count:] *= left


def _noise(
    kind: tuple[float, float, float],
    level_db: tuple[float, float],
    rate: int,
    rng: np.random.Generator,
) -> Floats:
    """A burst in a band that is drawn around the kind's, of peak 1 and a drawn level less."""
    lowest, highest, fall_s = kind
    moved, fall = 2 ** rng.uniform(-1, 1), fall_s * rate * 2 ** rng.uniform(-1, 1)
    time = np.arange(round(6 * fall))
    spectrum = np.fft.rfft(rng.standard_normal(len(time)))
    hz = np.fft.rfftfreq(len(time), 1 / rate) / moved
    spectrum[(hz < lowest) | (hz > highest)] = 0
    swell = np.minimum(1, time / (0.2 * fall))
    burst = np.fft.irfft(spectrum, len(time)) * swell * np.exp(-time / fall)
    level = 10 ** (rng.uniform(*level_db) / 20)
    return np.asarray(level * burst / max(1e-9, float(np.abs(burst).max())), np.float32)


def _add(samples: Floats, time: float, noise: Floats, rate: int) -> None:
    part = samples[max(0, round(time * rate)) :][: len(noise)]
    part += noise[: len(part)]
