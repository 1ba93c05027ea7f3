"""The little room that the kit stands in: first reflections and a tail.

A stroke is so short that its reverberation is noise with the stroke's spectrum, which dies away
in the time of the room (Moorer, About This Reverberation Business, 1979); so the tail is noise
from the bank, and no convolution is needed.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from drumd.sound.synthesis.curves import Curve, to_db
from drumd.sound.synthesis.modes import LN_60DB, Audio
from drumd.sound.synthesis.noise import Noise, NoiseBank

SOUND_M_S = 343.0
WALLS_M = (5.6, 4.4, 2.7)
EARS_M = ((2.2, 1.6, 1.9), (3.4, 1.6, 1.9))  # a pair above and before the kit
KIT_M = (2.8, 2.9, 0.9)
REACH_M = 1.1  # from the middle of the kit to its far left
REFLECTED = 0.62  # of the amplitude, at each wall
TAIL_T60: Curve = ((60, 0.42), (300, 0.40), (2000, 0.34), (6000, 0.25), (14000, 0.15))  # seconds
TAIL_AT_S = 0.009
LOW_S = 0.004  # a mean over so long holds what lies below some 110 Hz
STRUCK_S = 0.15  # the part of a sound that the tail follows; a cymbal is its own tail


def first_reflections(pan: float) -> tuple[tuple[tuple[int, float, float], ...], ...]:
    """For each ear the (wall, delay in seconds, gain) of each wall's image, against no wall."""
    source = (KIT_M[0] + pan * REACH_M, KIT_M[1], KIT_M[2])
    found = []
    for ear in EARS_M:
        direct = float(np.linalg.norm(np.subtract(source, ear)))
        taps = []
        for wall, (axis, far) in enumerate(product(range(3), (0, 1))):
            image = list(source)
            image[axis] = 2 * WALLS_M[axis] * far - image[axis]
            way = float(np.linalg.norm(np.subtract(image, ear)))
            taps.append((wall, (way - direct) / SOUND_M_S, REFLECTED * direct / way))
        found.append(tuple(taps))
    return tuple(found)


def add_reflections(sound: Audio, pan: float, gain: float, rate: int) -> None:
    """Add what the walls send back: in place, (frames, 2).

    It is duller than what went there, and without the lowest octave, which a microphone in the
    drum hears alone: reflections would only take from it.
    """
    middle = 0.5 * (sound[:, 0] + sound[:, 1])
    dull = np.convolve(middle, np.array((0.1, 0.2, 0.4, 0.2, 0.1), np.float32))[: len(sound)]
    dull -= _mean_before(dull, int(LOW_S * rate))
    for ear, taps in enumerate(first_reflections(pan)):
        for _, delay_s, strength in taps:
            late = round(delay_s * rate)
            if 0 < late < len(sound):
                sound[late:, ear] += np.float32(gain * strength) * dull[:-late]


def _mean_before(sound: Audio, frames: int) -> Audio:
    """The mean of the last frames at each frame."""
    sums = np.concatenate([np.zeros(frames), np.cumsum(sound, dtype=np.float64)])
    return np.asarray((sums[frames:] - sums[:-frames]) / frames, np.float32)


def tail(
    sound: Audio, room_db: float, bank: NoiseBank, rng: np.random.Generator, frames: int
) -> Audio:
    """What the room answers to a sound, as strong as its first part and `room_db`: (frames, 2)."""
    level = tuple(zip(bank.centres.tolist(), (to_db(_powers(sound, bank)) + room_db), strict=True))
    answer = Noise(level, TAIL_T60, attack_s=0.004, width=1.0)
    late = int(TAIL_AT_S * bank.rate)
    out = np.zeros((2, frames), np.float32).T
    out[late:] = bank.shape(answer, np.ones(len(bank.centres)), rng, frames - late)
    return out


def _powers(sound: Audio, bank: NoiseBank) -> NDArray[np.float64]:
    """The power of noise of the room's decay with the energy of the sound, a band."""
    struck = sound[: int(STRUCK_S * bank.rate)].mean(axis=1)
    size = 8192
    spectrum = np.abs(np.fft.rfft(struck, size)) ** 2 * 2 / size
    hz = np.fft.rfftfreq(size, 1 / bank.rate)
    edges = np.searchsorted(hz, np.append(bank.centres * 2**-0.25, bank.centres[-1] * 2**0.25))
    sums = np.concatenate([[0.0], np.cumsum(spectrum)])
    points, seconds = zip(*TAIL_T60, strict=True)
    t60_s = np.interp(np.log2(bank.centres), np.log2(points), seconds)
    return np.asarray((sums[edges[1:]] - sums[edges[:-1]]) / (t60_s * bank.rate / (2 * LN_60DB)))
