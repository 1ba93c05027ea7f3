"""A timbre: what one piece of the kit sounds like, and how that changes with the stroke.

The harder a stroke, the shorter the stick stays on the skin and the more of the high modes it
sets off; so a soft stroke is not a hard one turned down, but a darker one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from drumd.sound.synthesis.curves import from_db
from drumd.sound.synthesis.modes import Audio, Modes, ring
from drumd.sound.synthesis.noise import Noise, NoiseBank
from drumd.sound.synthesis.room import add_reflections, tail

DARK_FROM_HZ = 300.0
SILENT = 3e-4  # of the peak, -70 dB: there a sound is cut
FADE_S = 0.01
BEND_AT_SOFTEST = 0.35  # of the bend of the hardest stroke


@dataclass(frozen=True, slots=True)
class Timbre:
    """One piece as its parts, which sound together."""

    parts: tuple[Modes | Noise, ...]
    seconds: float  # the longest that it sounds
    loudness_db: float  # of the hardest stroke: mean power of 100 ms, A-weighted, full scale 0
    pan: float = 0.0  # -1 left .. 1 right, as the drummer's audience sees a right-handed kit
    dark_db: float = 3.0  # what each octave above DARK_FROM_HZ loses in the softest stroke
    room_db: float = -8.0  # the energy of the room's tail against that of the stroke
    layers: int = 4
    variants: int = 3


def strike(timbre: Timbre, hardness: float, bank: NoiseBank, rng: np.random.Generator) -> Audio:
    """The sound of a stroke of hardness 0..1 in the room, not yet at its loudness: (frames, 2)."""
    frames = int(timbre.seconds * bank.rate)
    dry = np.zeros((2, frames), np.float32).T  # each channel in one piece
    for part in timbre.parts:
        late = int(part.at_s * bank.rate)
        dry[late:] += _part_sound(part, timbre, hardness, bank, rng, frames - late)
    wet = dry.copy(order="K")
    add_reflections(wet, timbre.pan, float(from_db(timbre.room_db / 2)), bank.rate)
    wet += tail(dry, timbre.room_db, bank, rng, frames)
    angle = np.pi / 4 * (1 + timbre.pan)
    wet *= np.array([np.cos(angle), np.sin(angle)], np.float32) * np.float32(np.sqrt(2))
    return cut(wet, bank.rate)


def cut(sound: Audio, rate: int) -> Audio:
    """The sound up to where it cannot be heard any more, faded out."""
    size = np.maximum(np.abs(sound[:, 0]), np.abs(sound[:, 1]))
    loud = np.nonzero(size > SILENT * size.max())[0]
    end = min(len(sound), int(loud[-1]) + 1 if len(loud) else 1)
    fade = min(end, int(FADE_S * rate))
    out = sound[:end].copy(order="C")
    out[end - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    return out


def _part_sound(
    part: Modes | Noise,
    timbre: Timbre,
    hardness: float,
    bank: NoiseBank,
    rng: np.random.Generator,
    frames: int,
) -> Audio:
    soft = 1.0 - hardness
    weaker = soft * part.soft_db - rng.uniform(0, 0.8)
    if isinstance(part, Noise):
        gains = from_db(_dark(bank.centres, timbre.dark_db * soft) - weaker)
        gains *= from_db(rng.normal(0, 0.6, len(gains)))
        return bank.shape(part, gains, rng, frames)
    bend = part.bend * (BEND_AT_SOFTEST + (1 - BEND_AT_SOFTEST) * hardness)
    tuned = np.array(part.hz) * (1 + rng.normal(0, 0.001))
    gains = from_db(_dark(tuned, timbre.dark_db * soft) - weaker)
    gains *= from_db(rng.normal(0, 0.4, len(gains)))
    return ring(replace(part, hz=tuple(tuned), bend=bend), gains, rng, frames, bank.rate)


def _dark(hz: ArrayLike, db_an_octave: float) -> NDArray[np.float64]:
    octaves = np.maximum(0.0, np.log2(np.asarray(hz, np.float64) / DARK_FROM_HZ))
    return np.asarray(-db_an_octave * octaves)
