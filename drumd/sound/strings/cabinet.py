"""What a string sounds through: a body or a speaker, and the room, as one filter.

The filter is a short impulse response for each ear, applied block by block by overlap-add of
fast Fourier transforms.
"""

from __future__ import annotations

import numpy as np

from drumd.sound.synthesis.curves import Curve, from_db, read_curve
from drumd.sound.synthesis.modes import Audio
from drumd.sound.synthesis.room import first_reflections

BODY_TAPS = 512
TAPS = 2048


class Cabinet:
    """Filters one channel into two; belongs to the thread that mixes."""

    def __init__(self, response: Curve, pan: float, room: float, rate: int) -> None:
        self._taps = impulse(response, pan, room, rate)
        self._tail = np.zeros((2, TAPS), np.float32)
        self._spectra: dict[int, np.ndarray] = {}  # of the impulses, by size of the transform

    def __call__(self, block: Audio) -> Audio:
        """The block, (frames,), as it is heard: (frames, 2)."""
        frames = len(block)
        size = 1 << int(np.ceil(np.log2(frames + TAPS)))
        if size not in self._spectra:
            self._spectra[size] = np.fft.rfft(self._taps, size)
        spectrum = np.fft.rfft(block, size) * self._spectra[size]
        heard = np.asarray(np.fft.irfft(spectrum, size), np.float32)
        heard[:, :TAPS] += self._tail
        self._tail = heard[:, frames : frames + TAPS].copy()  # a block may be shorter than it
        return np.asarray(heard[:, :frames].T)


def impulse(response: Curve, pan: float, room: float, rate: int) -> Audio:
    """The answer of each ear to a click: (2, TAPS)."""
    body = minimum_phase(response, rate)
    angle = np.pi / 4 * (1 + pan)
    out = np.zeros((2, TAPS), np.float32)
    for ear, taps in enumerate(first_reflections(pan)):
        out[ear, :BODY_TAPS] += (np.cos(angle), np.sin(angle))[ear] * np.sqrt(2) * body
        for _, delay_s, strength in taps:
            late = max(1, round(delay_s * rate))
            if late + BODY_TAPS <= TAPS:
                out[ear, late : late + BODY_TAPS] += room * strength * body
    return out


def minimum_phase(response: Curve, rate: int) -> Audio:
    """The quickest impulse with this response in dB, by folding its cepstrum: (BODY_TAPS,).

    Oppenheim and Schafer, Discrete-Time Signal Processing, section 13.
    """
    size = 8 * BODY_TAPS
    hz = np.maximum(np.fft.rfftfreq(size, 1 / rate), 1.0)
    cepstrum = np.fft.irfft(np.log(from_db(read_curve(response, hz))), size)
    cepstrum[1 : size // 2] *= 2
    cepstrum[size // 2 + 1 :] = 0
    taps = np.fft.irfft(np.exp(np.fft.rfft(cepstrum)), size)[:BODY_TAPS]
    taps[-64:] *= np.linspace(1, 0, 64)
    return np.asarray(taps, np.float32)
