"""Several takes of the same steps at once, and which of them is kept.

Each take is drawn step by step from the network's answers. The one that is kept is the one that
would agree best, in expected F1, with what the network holds likely at each place before any
stroke is known: a take that strayed is not played.

Shapes: k takes, t steps, V voices, C combinations of voices.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.encoding.features import (
    COMBINATIONS,
    GRID_CHANNELS,
    OFFSET_EDGES,
    VELOCITY_EDGES,
    WIDEST_OFFSET,
    Floats,
    combination,
)
from engine.music.kit import VOICES, Voice

FILL_VOICES = [Voice.SNARE, Voice.LOW_TOM, Voice.MID_TOM, Voice.HIGH_TOM]
GOLDEN = np.float32(0.618034)  # its multiples, less whole numbers, fill 0..1 evenly
FILL_STROKES = 4  # more of them than the bar before has make a fill in full
STRUCK = (np.arange(COMBINATIONS)[:, None] >> np.arange(VOICES) & 1).astype(np.float32)  # (C, V)


class StepChooser(Protocol):
    """Chooses what is struck at each step, given the network's logits."""

    @property
    def takes(self) -> int:
        """How many takes are played at once."""

    def __call__(self, step: int, voices: Floats, velocity: Floats, offset: Floats) -> Floats:
        """One step of k drum grids, (k, V, 3), from logits (k, C), (k, V, .), (k, V, .)."""


class Sampler:
    """Draws what is struck; `Playing` tells what the spreads mean.

    The strokes of a voice come from all over their distributions in turn, not by chance each: so
    a bar is about as loud as it is likely to be, and the drums do not wander off with a few hard
    strokes. What is struck together is as early or late.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        temperature: float,
        takes: int,
        *,
        velocity_spread: float,
        timing_spread: float,
    ) -> None:
        self.takes = takes
        self._rng, self._temperature = rng, temperature
        self._loud, self._late = (
            np.float32(spread if temperature else 0) for spread in (velocity_spread, timing_spread)
        )
        self._turn = rng.random((takes, VOICES), np.float32)

    def __call__(self, step: int, voices: Floats, velocity: Floats, offset: Floats) -> Floats:  # noqa: ARG002 (each step alike)
        struck = STRUCK[sample(self._rng, voices, self._temperature)]
        take, voice = np.nonzero(struck)
        drawn = np.zeros((len(struck), VOICES, GRID_CHANNELS), np.float32)
        if not len(take):  # as on most triplets
            return drawn
        drawn[take, voice, 0] = 1
        marks = _inner(self._turn[take, voice], self._loud)
        self._turn[take, voice] = (self._turn[take, voice] + GOLDEN) % 1
        loud = quantile(velocity[take, voice], VELOCITY_EDGES, marks)
        drawn[take, voice, 1] = np.clip(loud, 1, 127) / 127
        marks = _inner(self._rng.random(len(struck), np.float32), self._late)[take]
        late = quantile(offset[take, voice], OFFSET_EDGES, marks)
        drawn[take, voice, 2] = late / WIDEST_OFFSET
        return drawn


class TeacherForcing:
    """Plays the drums that it is given, and adds up how surprising they are, in bits."""

    takes = 1

    def __init__(self, grid: Floats) -> None:
        self.bits = 0.0
        self._grid, self._struck = grid, combination(grid)

    def __call__(self, step: int, voices: Floats, velocity: Floats, offset: Floats) -> Floats:  # noqa: ARG002 (only the choice of voices counts)
        logits = voices[0].astype(np.float64) / np.log(2)
        self.bits += float(np.logaddexp2.reduce(logits) - logits[self._struck[step]])
        return self._grid[step : step + 1]


def sample(rng: np.random.Generator, logits: Floats, temperature: float) -> NDArray[np.int64]:
    """A class by its probability along the last axis: sharper below 1, the likeliest at 0."""
    if temperature <= 0:
        return np.asarray(logits.argmax(axis=-1))
    scaled = (logits - logits.max(axis=-1, keepdims=True)) / np.float32(temperature)
    weight = np.cumsum(np.exp(scaled), axis=-1)
    mark = rng.random(weight.shape[:-1], np.float32)[..., None] * weight[..., -1:]
    weight[..., -1] = np.inf  # rounding leaves none without an answer
    return np.asarray((weight > mark).argmax(axis=-1))


def _inner(marks: Floats, spread: np.float32) -> Floats:
    """Marks in 0..1 drawn together about the middle."""
    return np.float32(0.5) + spread * (marks - np.float32(0.5))


def quantile(logits: Floats, edges: Floats, marks: Floats) -> Floats:
    """The value below which a share `marks` (h,) of each distribution lies, (h,).

    `logits` (h, c) are of classes that reach from one of the `edges` (c + 1,) to the next; inside
    a class all values are as likely.
    """
    weight = np.exp(logits - logits.max(axis=-1, keepdims=True))
    share = np.cumsum(weight, axis=-1) / weight.sum(axis=-1, keepdims=True)
    row = np.arange(len(logits))
    place = np.minimum((share <= marks[:, None]).sum(axis=-1), logits.shape[-1] - 1)
    below = np.where(place > 0, share[row, place - 1], 0)
    inside = (marks - below) / np.maximum(1e-9, share[row, place] - below)
    low, high = edges[place], edges[place + 1]
    return np.asarray(low + (high - low) * np.clip(inside, 0, 1), np.float32)


def expected_f1(struck: Floats, voice_marginals: Floats) -> NDArray[np.float64]:
    """The F1 that each take may hope for, (k,).

    `struck` (k, t, V) is 0 or 1, `voice_marginals` (t, V) the chance of each stroke; the mean of a
    ratio is taken as the ratio of means.
    """
    hit = (struck * voice_marginals).sum(axis=(1, 2))
    both = struck.sum(axis=(1, 2)) + voice_marginals.sum()
    return np.asarray(2 * hit / np.maximum(1e-9, both), np.float64)


def fills_out(struck: Floats, before: Floats) -> NDArray[np.float64]:
    """How much of a fill each take is, (k,), 0..1: what snare and toms do in its second half.

    `struck` (k, t, V) against the bar before, (t, V), both 0 or 1.
    """
    late = struck.shape[1] // 2
    strokes = struck[:, late:, FILL_VOICES].sum(axis=(1, 2))
    more = strokes - before[late:, FILL_VOICES].sum()
    return np.asarray(np.clip(more / FILL_STROKES, 0, 1), np.float64)
