"""What the onset model learns from: parts as played, seen with right and wrong beat lengths."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from drumd.timing.pulse.chords import Chord, ChordMaker
from drumd.timing.pulse.inputs import Inputs
from drumd.timing.pulse.model import CLASSES, SLOTS
from tests.beat_bench.conditions import Array, play
from tests.beat_bench.songs import KnownPart

LONGEST_S, MOST_CHORDS = 75.0, 300
CONDITIONS = ("human", "human", "human", "clean", "step")
WRONG = (1, 1, 2, 0.5, 2, 0.5, 1.5, 2 / 3, 3, 1 / 3, 4 / 3, 0.75)  # times the true beat length
OTHERS_KEPT, COUNTED = 0.45, 0.4  # shares of the parts
PERIODS_S = (0.19, 1.75)
NO_LABEL = -1


@dataclass(frozen=True, slots=True)
class Example:
    """Inputs (chords, WIDTH) and for each chord its place in the beat, right length, is a one."""

    inputs: NDArray[np.float16]
    labels: NDArray[np.int8]


def examples_of(known: KnownPart, rng: np.random.Generator) -> list[Example]:
    """One performance of a stretch of a part, against two or three beat lengths."""
    part = known.part
    if not known.is_guitar and rng.random() > OTHERS_KEPT:
        return []
    start = part.time[0]
    if part.time[-1] - start > 40 and rng.random() > 0.4:
        start = rng.uniform(start, part.time[-1] - 35)
    kept = (part.time >= start) & (part.time < start + LONGEST_S)
    if kept.sum() < 60:
        return []
    stretch = np.exp(rng.normal(0, 0.08))
    pitch = part.pitch[kept] + rng.integers(-3, 4)
    velocity = part.velocity[kept] if rng.random() > 0.15 else np.full(kept.sum(), 90)
    cut = replace(part, time=part.time[kept] * stretch, pitch=pitch, velocity=velocity)
    cut = replace(cut, beats=part.beats * stretch)
    played = play(cut, str(rng.choice(CONDITIONS)), rng, wild=True)
    chords = chords_of(played.time, played.pitch, played.velocity)[:MOST_CHORDS]
    return _seen(chords, played.beats, known.is_one, rng)


def chords_of(time: Array, pitch: NDArray[np.int64], velocity: NDArray[np.int64]) -> list[Chord]:
    maker, chords = ChordMaker(), []
    for note in zip(time.tolist(), pitch.tolist(), velocity.tolist(), strict=True):
        if note[0] >= maker.closes_at:
            chords.append(maker.close())
        maker.add(*note)
    return [*chords, maker.close()]


def _seen(
    chords: list[Chord], beats: Array, is_one: NDArray[np.bool_], rng: np.random.Generator
) -> list[Example]:
    inside = (beats > chords[0].time - 1) & (beats < chords[-1].time + 1)
    if inside.sum() < 20:
        return []
    true = float(np.median(np.diff(beats[inside])))
    odd = np.exp(rng.uniform(-1.4, 1.4))
    ratios = [1.0, float(rng.choice(WRONG)), odd if abs(np.log(odd)) > 0.08 else 1.0]
    ratios = ratios[: 2 if rng.random() < 0.4 else 3]
    periods = np.array([true * r * np.exp(rng.uniform(-0.03, 0.03)) for r in ratios], np.float32)
    inputs = Inputs(periods)
    taps = [inputs.tap(time) for time in _taps(chords, beats, is_one, rng)]
    seen = np.stack([*taps, *(inputs.of(chord) for chord in chords)])
    place, one = _labels(chords, beats, is_one)
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


def _taps(
    chords: list[Chord], beats: Array, is_one: NDArray[np.bool_], rng: np.random.Generator
) -> list[float]:
    """Now and then four taps before the first one."""
    first = int(np.searchsorted(beats, chords[0].time - 0.03))
    ones = np.flatnonzero(is_one[first:])
    if rng.random() > COUNTED or not len(ones) or ones[0] > 5 or first + ones[0] + 1 >= len(beats):
        return []
    one = first + int(ones[0])
    gap = beats[one + 1] - beats[one]
    return list(beats[one] - gap * np.arange(4, 0, -1) + rng.normal(0, 0.01, 4))


def _labels(
    chords: list[Chord], beats: Array, is_one: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    time = np.array([chord.time for chord in chords])
    index = np.clip(np.searchsorted(beats, time) - 1, 0, len(beats) - 2)
    length = beats[index + 1] - beats[index]
    phase = (time - beats[index]) / length
    away = np.abs((phase[:, None] - np.array(SLOTS) + 0.5) % 1 - 0.5)
    loose = np.clip(0.03 / length, 0.05, 0.07)
    place = np.where(away.min(1) < loose, away.argmin(1), CLASSES - 1)
    nearest = np.clip(index + np.round(phase).astype(int), 0, len(beats) - 1)
    return place, is_one[nearest] & (place == 0)
