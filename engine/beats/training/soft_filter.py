"""The filter of `engine.beats.pulse.filter` in torch, for many performances at once: what it makes
of the onset model's opinions can be learnt through.

It holds what is learnt through: phases turn, the tempo walks, chords are weighed in, by hand and
reading. Nobody is taken for a soloist, and what the model says of the tempo is not weighed in.
"""

from __future__ import annotations

from collections.abc import Sequence

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
        def stacked(arrays: Sequence[NDArray[np.float32]]) -> Tensor:
            return torch.from_numpy(np.stack(arrays).astype(np.float32))

        self._filters = filters
        self._periods = stacked([one.periods for one in filters])
        self._blend = stacked([one.blend for one in filters])
        self._shapes = stacked([one.shapes for one in filters]).transpose(0, 1)  # hands first
        self._anew = stacked([one.prior for one in filters])[:, None, :, None] / PHASES
        self._forget = _column([one.settings.forget for one in filters])
        self._joint = stacked([one.joint for one in filters])  # (batch, readings, periods, PHASES)
        self._hands = torch.zeros(self._shapes.shape[:2])

    def phases(self, places: Tensor, gaps: NDArray[np.float64], heard: NDArray[np.bool_]) -> Tensor:
        """How likely each phase of the beat is after every chord, (batch, chords, PHASES).

        `places` is (batch, chords, asked, CLASSES), the opinions; `gaps` the seconds since the
        chord before, infinity where there is none, and `heard` which chords there are, both
        (batch, chords)."""
        places = torch.einsum("bpa,btac->tbpc", self._blend, places)
        out = []
        for number, opinion in enumerate(places):
            self._advance(np.where(np.isfinite(gaps[:, number]), gaps[:, number], 0))
            self._weigh(opinion, gaps[:, number], torch.from_numpy(heard[:, number]))
            out.append(self._joint.sum((1, 2)))
        phases = torch.stack(out, 1)
        return phases / phases.sum(-1, keepdim=True)

    def _advance(self, gaps: NDArray[np.float64]) -> None:
        """Let so many seconds pass, each performance in its own steps."""
        steps = np.clip(np.ceil(gaps / STEP_S), 1, MOST_STEPS)
        turns = torch.from_numpy(gaps / steps).float()[:, None] / self._periods
        roots = torch.exp(-2j * np.pi * turns[..., None] * _WAVES)[:, None]
        walks = [
            min(MOST_WALK, 0.5 * (one.settings.walk_in(gap) / one.step) ** 2 * gap / count)
            for one, gap, count in zip(self._filters, gaps, steps, strict=True)
        ]
        walk = _column(walks)
        for number in range(int(steps.max())):
            turned = torch.fft.irfft(torch.fft.rfft(self._joint) * roots, PHASES).clamp(min=LEAST)
            faster = torch.cat([turned[:, :, :1], turned[:, :, :-1]], 2)
            slower = torch.cat([turned[:, :, 1:], turned[:, :, -1:]], 2)
            walked = turned * (1 - 2 * walk) + walk * (faster + slower)
            self._joint = torch.where(_column(steps) > number, walked, self._joint)

    def _weigh(self, places: Tensor, gaps: NDArray[np.float64], heard: Tensor) -> None:
        """One chord of each performance that has one."""
        each = torch.einsum("bpc,hbpcf->hbpf", places, self._shapes) + UNEXPLAINED
        each = torch.stack([each, torch.roll(each, PHASES // 2, -1)], 2)
        hands = torch.softmax(self._hands, 0)
        with torch.no_grad():
            explained = (each * self._joint).sum((2, 3, 4)) / self._joint.sum((1, 2, 3))
            known = self._hands * HAND_MEMORY + torch.log(explained)
            self._hands = torch.where(heard, known, self._hands)
        likely = (hands[:, :, None, None, None] * each).sum(0)
        pairs = zip(self._filters, gaps, strict=True)
        trust = _column([one.settings.trust_after(gap) for one, gap in pairs])
        joint = self._joint * likely**trust
        joint = joint * ((1 - self._forget) / joint.sum((1, 2, 3), keepdim=True))
        anew = READ_ANEW * joint.sum(1, keepdim=True) + self._forget * self._anew
        joint = joint * (1 - READ_ANEW) + _READINGS * anew
        self._joint = torch.where(heard[:, None, None, None], joint, self._joint)


def _column(numbers: Sequence[float] | NDArray[np.float64]) -> Tensor:
    """One number for each performance, to go with (batch, readings, periods, PHASES)."""
    return torch.as_tensor(numbers, dtype=torch.float32)[:, None, None, None]
