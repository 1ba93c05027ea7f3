"""Several takes of the same steps at once, and which of them is kept.

Each take is drawn step by step from the network's answers. Of those that are told a groove the
first is kept that keeps its time: what lets it go is not played, and all else is as it was drawn.
Without a groove the one is kept that would agree best, in expected F1, with what the network holds
likely at each place before any stroke is known.

Shapes: k takes, t steps, V voices, C combinations of voices.
"""

from __future__ import annotations

from math import erf, sqrt
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.encoding.features import (
    GRID_CHANNELS,
    OFFSET_EDGES,
    VELOCITY_EDGES,
    WIDEST_OFFSET,
    Floats,
)
from engine.encoding.fills import in_fill
from engine.grooves.groove import KEEPERS
from engine.music.kit import FILL_STROKES, Voice

TOMS = [Voice.LOW_TOM, Voice.MID_TOM, Voice.HIGH_TOM]
MOST_STRUCK = [Voice.KICK, Voice.SNARE, Voice.CLOSED_HAT]
KEEPING = [voice for voice in KEEPERS if voice not in TOMS]
ENOUGH = 0.75
LOUD = np.sqrt([0.25, 0.75])  # weights: the voice's habit, the stroke's own
LATE = np.sqrt([0.1, 0.4, 0.5])  # the voice's habit, what strokes of one step share, own


class StepChooser(Protocol):
    """Chooses what is struck at each step, given the network's logits."""

    @property
    def takes(self) -> int:
        """How many takes are played at once."""

    def __call__(self, step: int, voices: Floats, velocity: Floats, offset: Floats) -> Floats:
        """One step of k drum grids, (k, V, 3), from logits (k, C), (k, V, .), (k, V, .)."""


class Sampler:
    """Draws what is struck; `Playing` tells what the spreads mean.

    Strokes are not drawn each for itself, for a drummer has habits. Where in its distribution one
    lies is a normal number in two or three parts (a Gaussian copula, so that each distribution
    stays what it is): one that the voice keeps through the song, `habits` (2, V) for velocity and
    timing; for timing one that all strokes of the step share; and one of the stroke's own.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        temperature: float,
        takes: int,
        struck: Floats,
        *,
        floor: float = 0.0,
        velocity_spread: float,
        timing_spread: float,
        habits: NDArray[np.float64],
    ) -> None:
        self.takes = takes
        self._rng, self._temperature = rng, temperature
        self._floor = floor
        self._struck = struck  # (C, V), which voices each combination strikes
        self._loud, self._late = (
            spread if temperature else 0 for spread in (velocity_spread, timing_spread)
        )
        self._habits = habits

    def __call__(self, step: int, voices: Floats, velocity: Floats, offset: Floats) -> Floats:  # noqa: ARG002 (each step alike)
        return self.strike(
            self._struck[sample(self._rng, voices, self._temperature, self._floor)],
            velocity,
            offset,
        )

    def strike(self, struck: Floats, velocity: Floats, offset: Floats) -> Floats:
        """The strokes (k, V) of 0 and 1, with velocity and micro-timing drawn, (k, V, 3)."""
        take, voice = np.nonzero(struck)
        drawn = np.zeros((*struck.shape, GRID_CHANNELS), np.float32)
        if not len(take):  # as on most triplets
            return drawn
        drawn[take, voice, 0] = 1
        habit, own = self._habits[:, voice], self._rng.standard_normal((2, len(take)))
        shared = self._rng.standard_normal(len(struck))[take]
        hard = LOUD @ [habit[0], own[0]]
        loud = quantile(velocity[take, voice], VELOCITY_EDGES, normal_share(self._loud * hard))
        drawn[take, voice, 1] = np.clip(loud, 1, 127) / 127
        behind = LATE @ [habit[1], shared, own[1]]
        late = quantile(offset[take, voice], OFFSET_EDGES, normal_share(self._late * behind))
        drawn[take, voice, 2] = late / WIDEST_OFFSET
        return drawn


def habits_of(rng: np.random.Generator, voices: int) -> NDArray[np.float64]:
    """A drummer's habits, (2, V): how much harder and how much later each voice is struck.

    What is struck most is as loud as ever on the whole: strokes are told to the network again, and
    a lean of them all would grow from bar to bar.
    """
    habits = rng.standard_normal((2, voices))
    habits[0] -= habits[0, MOST_STRUCK].mean()
    return habits


class TouchSampler:
    """Strikes what it is told, as hard and as early as a sampler draws."""

    takes = 1

    def __init__(self, sampler: Sampler, grid: Floats) -> None:
        self._sampler, self._grid = sampler, grid  # (t, V, 3)

    def __call__(self, step: int, voices: Floats, velocity: Floats, offset: Floats) -> Floats:  # noqa: ARG002 (what is struck is told)
        return self._sampler.strike(self._grid[step : step + 1, :, 0], velocity[:1], offset[:1])


class TeacherForcing:
    """Plays the drums that it is given, and adds up how surprising they are, in bits."""

    takes = 1

    def __init__(self, grid: Floats, classes: NDArray[np.int64]) -> None:
        self.bits = 0.0
        self._grid, self._classes = grid, classes  # (t, V, 3), (t,)

    def __call__(self, step: int, voices: Floats, velocity: Floats, offset: Floats) -> Floats:  # noqa: ARG002 (only the choice of voices counts)
        logits = voices[0].astype(np.float64) / np.log(2)
        self.bits += float(np.logaddexp2.reduce(logits) - logits[self._classes[step]])
        return self._grid[step : step + 1]


def sample(
    rng: np.random.Generator, logits: Floats, temperature: float, floor: float = 0.0
) -> NDArray[np.int64]:
    """A class by its probability along the last axis: sharper below 1, the likeliest at 0.

    Classes less likely than `floor` of the likeliest are not drawn (min-p sampling; Nguyen et al.
    2024): a thousand odd ones together would come up in nearly every bar.
    """
    if temperature <= 0:
        return np.asarray(logits.argmax(axis=-1))
    scaled = (logits - logits.max(axis=-1, keepdims=True)) / np.float32(temperature)
    chance = np.exp(scaled)
    chance[chance < floor] = 0  # the likeliest has 1
    weight = np.cumsum(chance, axis=-1)
    mark = rng.random(weight.shape[:-1], np.float32)[..., None] * weight[..., -1:]
    weight[..., -1] = np.inf  # rounding leaves none without an answer
    return np.asarray((weight > mark).argmax(axis=-1))


def normal_share(numbers: NDArray[np.float64]) -> Floats:
    """The share of the normal distribution that lies below each of the numbers, 0..1."""
    return np.array([(1 + erf(one / sqrt(2))) / 2 for one in numbers], np.float32)


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


def kept_time(struck: Floats, groove: Floats) -> NDArray[np.float64]:
    """How well each take keeps the time that the groove keeps, (k,): 0 not at all, 1 well enough.

    Of the places at which the groove strikes a cymbal or what stands for one, the share at which a
    take (k, t, V) strikes any; `ENOUGH` of them are enough, for a drummer leaves some out.
    """
    asked = groove[:, KEEPING].max(axis=1)
    kept = struck[:, :, KEEPING].max(axis=2) @ asked / max(1.0, float(asked.sum()))
    return np.asarray(np.minimum(kept / ENOUGH, 1.0), np.float64)


def fills_out(struck: Floats, before: Floats) -> NDArray[np.float64]:
    """How much of a fill each take is, (k,): what snare and toms do in its second half, 0..1.

    `struck` (k, t, V) against the bar before, (t, V), both 0 or 1.
    """
    steps, voices = before.shape
    there = in_fill(np.arange(steps)[:, None], np.arange(voices), steps)
    more = struck[:, there].sum(axis=1) - before[there].sum()
    return np.asarray(np.clip(more / FILL_STROKES, 0, 1), np.float64)
