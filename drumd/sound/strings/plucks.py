"""Plucked strings: the guitar and bass that the drums are heard with.

A plucked string moves in harmonics whose strengths follow from where it is plucked and where it
is listened to, each of which dies away in its own time: the loop of Karplus and Strong (Computer
Music Journal 7(2), 1983) with its filters, solved for its modes, so that a note is one product of
matrices, in tune, and stretched as stiff steel is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drumd.sound.synthesis.curves import Curve, from_db
from drumd.sound.synthesis.modes import Audio, damped_sines

HIGHEST_HZ = 9_000.0
PICK_S = 0.004
VARIANTS = 2
LAYERS = 3
STEP_S = 0.5  # notes are computed in lengths of that,
LONGEST_S = 5.0  # and none is longer: it fades out over the last second


@dataclass(frozen=True, slots=True)
class StringVoice:
    """How an instrument plucks, and what its strings sound through."""

    name: str
    response: Curve  # of the body, or of pickup and speaker, in dB
    loudness_db: float
    pan: float = 0.0
    room: float = 0.35
    plucked_at: float = 0.17  # part of the string from the bridge
    heard_at: float | None = None  # where a pickup lies; None: at the bridge, by a body
    t60_s: float = 7.0  # of the lowest harmonic of E2
    damping_hz: float = 900.0  # above it harmonics die ever sooner
    stiffness: float = 6e-5
    dark_db: float = 2.5  # what each octave above the lowest harmonic loses in a soft pluck
    drive: float = 0.0  # into the amplifier; 0: none of it
    release_s: float = 0.09


ACOUSTIC = StringVoice(
    "acoustic guitar",
    ((60, -14), (95, 3), (130, -2), (190, 4), (260, -1), (400, 1), (900, -2), (2500, 0), (5000, -3),
     (9000, -12), (16000, -30)),
    loudness_db=-14, pan=0.2, plucked_at=0.22, t60_s=5.5, damping_hz=2000,
)  # fmt: skip
CLEAN = StringVoice(
    "electric guitar",
    ((60, -8), (120, 0), (400, -1), (1200, 0), (2800, 4), (4200, 1), (5500, -9), (8000, -26),
     (16000, -50)),
    loudness_db=-15, pan=0.2, heard_at=0.24, t60_s=8.0,
)  # fmt: skip
DRIVEN = StringVoice(
    "overdriven guitar",
    ((50, -16), (90, 0), (130, 3), (400, -2), (900, -1), (2200, 3), (3600, 2), (4800, -8),
     (7000, -26), (16000, -60)),
    loudness_db=-22.5, pan=-0.2, heard_at=0.13, t60_s=9.0, drive=9.0, release_s=0.05,
)  # fmt: skip
BASS = StringVoice(
    "bass",
    ((25, -12), (45, 0), (90, 2), (250, 0), (700, 1), (1500, -2), (3000, -8), (6000, -26),
     (16000, -60)),
    loudness_db=-12, room=0.1, plucked_at=0.2, heard_at=0.22, t60_s=8.0, damping_hz=600,
    stiffness=1e-4, release_s=0.07,
)  # fmt: skip


def voice_of(program: int) -> StringVoice:
    """The strings that stand for a General MIDI program, counted from 0."""
    if program in (29, 30):
        return DRIVEN
    if 32 <= program < 40:
        return BASS
    return CLEAN if program in (26, 27, 28, 31) else ACOUSTIC


class Plucks:
    """The notes of one voice, each computed when it is first played and kept."""

    def __init__(self, voice: StringVoice, rate: int) -> None:
        self.voice, self.rate = voice, rate
        self._kept: dict[tuple[int, int, int], Audio] = {}
        self._turn = 0

    def sound(self, pitch: int, velocity: int, seconds: float) -> Audio:
        """A note that sounds at least so long, unless it has died away before: (frames, 1)."""
        self._turn += 1
        layer, variant = min(LAYERS - 1, velocity * LAYERS // 128), self._turn % VARIANTS
        key = (pitch, layer, variant)
        wanted = STEP_S * np.ceil((seconds + self.voice.release_s) / STEP_S)
        most = min(LONGEST_S, 1.1 * self._t60_s(hz_of(pitch)))
        frames = int(min(wanted, most) * self.rate)
        kept = self._kept.get(key)
        if kept is None or len(kept) < frames:
            rng = np.random.default_rng(pitch * 100 + layer * 10 + variant)
            kept = self._kept[key] = self._pluck(pitch, layer / (LAYERS - 1), frames, rng)
        return kept

    def _pluck(self, pitch: int, hardness: float, frames: int, rng: np.random.Generator) -> Audio:
        voice, lowest = self.voice, hz_of(pitch)
        n = np.arange(1, max(2, int(min(HIGHEST_HZ, 0.45 * self.rate) / lowest) + 1))
        hz = n * lowest * np.sqrt((1 + voice.stiffness * n**2) / (1 + voice.stiffness))
        gains = self._strengths(n, voice.plucked_at * rng.uniform(0.9, 1.1))
        gains *= from_db(-voice.dark_db * (1 - hardness) * np.log2(n))
        t60_s = self._t60_s(lowest) / (1 + (hz / voice.damping_hz) ** 1.5)
        fits = hz < 0.45 * self.rate
        out = damped_sines(
            hz[fits], t60_s[fits], gains[None, fits].astype(np.complex128), frames, self.rate
        )
        self._add_pick(out, hardness, rng)
        if frames == int(LONGEST_S * self.rate):
            out[-self.rate :, 0] *= np.linspace(1, 0, self.rate, dtype=np.float32)
        return out

    def _strengths(self, n: NDArray[np.int64], plucked_at: float) -> NDArray[np.float64]:
        """Of each harmonic in what is heard, with all of them together at power 1."""
        at = self.voice.heard_at
        gains = np.sin(np.pi * n * plucked_at) / n
        if at is not None:
            gains = gains * np.sin(np.pi * n * at)
        return np.asarray(gains / np.sqrt((gains**2).sum() / 2))

    def _add_pick(self, out: Audio, hardness: float, rng: np.random.Generator) -> None:
        """The scrape of the pick; (frames, 1), in place."""
        frames = min(len(out), int(6 * PICK_S * self.rate))
        fall = np.exp(-np.arange(frames) / (PICK_S * self.rate))
        scrape = np.convolve(rng.standard_normal(frames), (0.25, 0.5, 0.25), "same") * fall
        out[:frames, 0] += np.float32(0.1 + 0.25 * hardness) * scrape.astype(np.float32)

    def _t60_s(self, hz: float) -> float:
        return float(self.voice.t60_s * (82.4 / hz) ** 0.35)


def hz_of(pitch: int) -> float:
    return float(440.0 * 2 ** ((pitch - 69) / 12))
