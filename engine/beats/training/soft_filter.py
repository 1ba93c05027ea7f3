"""The filter of `engine.beats.pulse.filter` in torch, for many performances at once: what it makes
of the onset model's opinions can be learnt through.

It holds what is learnt through: phases turn, the tempo walks, chords are weighed in, by hand and
reading, and tempos by how well the model likes them. Nobody is taken for a soloist.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.beats.pulse.filter import (
    HAND_MEMORY,
    LEAST,
    MOST_STEPS,
    MOST_WALK,
    PHASES,
    READ_ANEW,
    READINGS,
    RIGHT_MOST,
    RIGHT_SHARE,
    STEP_S,
    UNEXPLAINED,
    PulseFilter,
)

_WAVES = torch.arange(PHASES // 2 + 1)
_READINGS = torch.from_numpy(READINGS)[:, None, None]


class SoftFilter:
    """Begins as the `filters` stand, one for each performance; all grids are of one size. Hears one
    stretch of chords."""

    def __init__(self, filters: Sequence[PulseFilter]) -> None:
        alike = all(one is filters[0] for one in filters)  # one grid for all, laid out once

        def stacked(arrays: Sequence[NDArray[np.float32]]) -> Tensor:
            return torch.from_numpy(np.stack(arrays).astype(np.float32))

        kinds = filters[:1] if alike else filters
        self._filters = filters
        self._periods = stacked([one.periods for one in filters])
        self._blend = stacked([one.blend for one in kinds])
        self._shapes = stacked([one.shapes for one in kinds]).transpose(0, 1)  # hands first
        self._prior = stacked([one.prior for one in kinds])
        self._forget = _column([one.settings.forget for one in filters])
        self._power = _column([one.settings.right_power for one in filters])[:, :, 0, 0]
        self._joint = stacked([one.joint for one in filters])  # (batch, readings, periods, PHASES)
        self._hands = torch.zeros(len(self._shapes), len(filters))
        self._right = torch.zeros(len(filters), self._blend.shape[-1])

    def beliefs(
        self, places: Tensor, right: Tensor, gaps: NDArray[np.float64], heard: NDArray[np.bool_]
    ) -> Iterator[Tensor]:
        """How likely each beat length and phase is after each chord in turn: (batch, periods,
        PHASES), the sum over these two is 1.

        `places`, (batch, chords, asked, CLASSES), and `right`, (batch, chords, asked), are the
        opinions; `gaps` the seconds since the chord before, infinity where there is none, and
        `heard` which chords there are, both (batch, chords)."""
        for number in range(places.shape[1]):
            gap, there = gaps[:, number], torch.from_numpy(heard[:, number])
            self._advance(np.where(np.isfinite(gap), gap, 0))
            weight = self._weight(right[:, number], there)
            self._weigh(self._blended(places[:, number]), weight, gap, there)
            likely = self._joint.sum(1) * weight[..., None]
            yield likely / likely.sum((1, 2), keepdim=True)

    def _blended(self, asked: Tensor) -> Tensor:
        """Opinions on all periods: (batch, periods, ...)."""
        blend = self._blend.expand(len(asked), -1, -1)
        return torch.einsum("bpa,ba...->bp...", blend, asked)

    def _weight(self, right: Tensor, heard: Tensor) -> Tensor:
        """How well the model likes each tempo, 1 at most: (batch, periods)."""
        fresh = right.clamp(-RIGHT_MOST, RIGHT_MOST) - self._right
        self._right = self._right + RIGHT_SHARE * torch.where(heard[:, None], fresh, 0)
        odds = self._blended(self._right)
        return torch.exp(self._power * (odds - odds.amax(1, keepdim=True)))

    def _advance(self, gaps: NDArray[np.float64]) -> None:
        """Let so many seconds pass, each performance in its own steps."""
        steps = np.clip(np.ceil(gaps / STEP_S), 1, MOST_STEPS)
        turns = torch.from_numpy(gaps / steps).float()[:, None] / self._periods
        roots = torch.exp(-2j * np.pi * turns[..., None] * _WAVES)[:, None]
        walks = [
            min(MOST_WALK, 0.5 * (one.settings.walk_in(gap) / one.step) ** 2 * gap / count)
            for one, gap, count in zip(self._filters, gaps, steps, strict=True)
        ]
        self._joint = _turned(self._joint, roots, _column(walks))
        for number in range(1, int(steps.max())):
            resting = np.flatnonzero(steps > number)
            rows = torch.from_numpy(resting)
            turned = _turned(self._joint[rows], roots[rows], _column(walks)[rows])
            self._joint = self._joint.index_copy(0, rows, turned)

    def _weigh(
        self, places: Tensor, weight: Tensor, gaps: NDArray[np.float64], heard: Tensor
    ) -> None:
        """One chord of each performance that has one."""
        if self._shapes.shape[1] == 1:
            each = torch.einsum("bpc,hpcf->hbpf", places, self._shapes[:, 0])
        else:
            each = torch.einsum("bpc,hbpcf->hbpf", places, self._shapes)
        each = each + UNEXPLAINED
        hands = torch.softmax(self._hands, 0)[:, :, None, None]
        with torch.no_grad():
            both = self._joint[:, 0] + torch.roll(self._joint[:, 1], -PHASES // 2, -1)
            explained = (each * both).sum((2, 3)) / both.sum((1, 2))
            known = self._hands * HAND_MEMORY + torch.log(explained)
            self._hands = torch.where(heard, known, self._hands)
        pairs = zip(self._filters, gaps, strict=True)
        trust = _column([one.settings.trust_after(gap) for one, gap in pairs])[:, 0]
        likely = (hands * each).sum(0) ** trust
        joint = self._joint * torch.stack([likely, torch.roll(likely, PHASES // 2, -1)], 1)
        joint = joint * ((1 - self._forget) / joint.sum((1, 2, 3), keepdim=True))
        fresh = self._prior * weight
        fresh = (fresh / (fresh.sum(1, keepdim=True) * PHASES))[:, None, :, None]
        anew = READ_ANEW * joint.sum(1, keepdim=True) + self._forget * fresh
        joint = joint * (1 - READ_ANEW) + _READINGS * anew
        self._joint = torch.where(heard[:, None, None, None], joint, self._joint)


def _turned(joint: Tensor, roots: Tensor, walk: Tensor) -> Tensor:
    """Phases after some time, (batch, readings, periods, PHASES), the tempo walked."""
    turned = torch.fft.irfft(torch.fft.rfft(joint) * roots, PHASES).clamp(min=LEAST)
    faster = torch.cat([turned[:, :, :1], turned[:, :, :-1]], 2)
    slower = torch.cat([turned[:, :, 1:], turned[:, :, -1:]], 2)
    walked: Tensor = turned * (1 - 2 * walk) + walk * (faster + slower)
    return walked


def _column(numbers: Sequence[float] | NDArray[np.float64]) -> Tensor:
    """One number for each performance, to go with (batch, readings, periods, PHASES)."""
    return torch.as_tensor(numbers, dtype=torch.float32)[:, None, None, None]
