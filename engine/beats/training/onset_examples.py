"""What the onset model learns from: parts as played, seen with right and wrong beat lengths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.beats.pulse.inputs import Inputs
from engine.beats.pulse.model import CLASSES, SLOTS
from engine.beats.training.parts import KnownPart
from engine.beats.training.performances import Performance, perform

WRONG = (1, 1, 2, 0.5, 2, 0.5, 1.5, 2 / 3, 3, 1 / 3, 4 / 3, 0.75)  # times the true beat length
OTHERS_KEPT = 0.45  # share of the parts
PERIODS_S = (0.19, 1.75)
NO_LABEL = -1


@dataclass(frozen=True, slots=True)
class Example:
    """Inputs (chords, WIDTH) and for each chord its place in the beat, right length, is a one."""

    inputs: NDArray[np.float16]
    labels: NDArray[np.int8]


def examples_of(known: KnownPart, rng: np.random.Generator) -> list[Example]:
    """One performance of a stretch of a part, against two or three beat lengths."""
    if not known.is_guitar and rng.random() > OTHERS_KEPT:
        return []
    played = perform(known, rng)
    return [] if played is None else _seen(played, rng)


def _seen(played: Performance, rng: np.random.Generator) -> list[Example]:
    chords, beats = played.chords, played.beats
    true = float(np.median(np.diff(beats)))
    odd = np.exp(rng.uniform(-1.4, 1.4))
    ratios = [1.0, float(rng.choice(WRONG)), odd if abs(np.log(odd)) > 0.08 else 1.0]
    ratios = ratios[: 2 if rng.random() < 0.4 else 3]
    periods = np.array([true * r * np.exp(rng.uniform(-0.03, 0.03)) for r in ratios], np.float32)
    inputs = Inputs(periods)
    taps = [inputs.tap(time) for time in played.taps]
    seen = np.stack([*taps, *(inputs.of(chord) for chord in chords)])
    place, one = _labels(played)
    out = []
    for column, ratio in enumerate(ratios):
        if PERIODS_S[0] < periods[column] < PERIODS_S[1]:
            right = ratio == 1.0
            on_beat = right & (place == 0)
            labels = np.stack(
                [
                    np.where(right, place, NO_LABEL),
                    np.full(len(chords), right),
                    np.where(on_beat, one, NO_LABEL),
                ],
                1,
            )
            labels = np.concatenate([np.full((len(taps), 3), NO_LABEL), labels])
            out.append(Example(seen[:, column].astype(np.float16), labels.astype(np.int8)))
    return out


def _labels(played: Performance) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Of every chord its place in the beat, and whether it is a one."""
    beats, is_one = played.beats, played.is_one
    position = played.beat_at(np.array([chord.time for chord in played.chords]))
    index = np.clip(np.floor(position).astype(int), 0, len(beats) - 2)
    phase = position - index
    away = np.abs((phase[:, None] - np.array(SLOTS) + 0.5) % 1 - 0.5)
    loose = np.clip(0.03 / np.diff(beats)[index], 0.05, 0.07)
    place = np.where(away.min(1) < loose, away.argmin(1), CLASSES - 1)
    nearest = np.clip(index + np.round(phase).astype(int), 0, len(beats) - 1)
    return place, is_one[nearest] & (place == 0)
