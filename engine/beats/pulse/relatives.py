"""The relatives of a beat, each with every bar it may have, and what the ranking model sees of a
chord in each of them.

Positions are in beats and count up without end. A relative is an affine map of the position in a
base beat: `ratio` times it, plus `shift`. A row is a relative with a bar of `metre` beats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.beats.pulse.chords import FEATURES

METRES = (4, 3, 2)
SHIFTED = ((1, 0), (1, 1 / 2), (1, 1 / 4), (1, 3 / 4), (1, 1 / 3), (1, 2 / 3))  # ratio, shift
DOUBLE, HALF = ((2, 0), (2, 1 / 2)), ((1 / 2, 0), (1 / 2, 1 / 2))
MEMORY = 48  # chords that echoes are looked for in
CHORD_WIDTH, ECHOES = FEATURES + 1, 2  # a chord's own inputs and whether it is a tap; of each lag
BEAT_WIDTH, BAR_WIDTH = 21, 4 + len(METRES)
RANK_WIDTH = CHORD_WIDTH + BEAT_WIDTH + ECHOES + BAR_WIDTH + ECHOES  # in this order
FIRST_GAP_S = 4.0  # taken to lie between the first chord and the one before
_METRES = np.array(METRES, np.float32)
_SLOTS = np.array((0, 1 / 2, 1 / 4, 3 / 4, 1 / 3, 2 / 3), np.float32) + np.float32(0.5)
_TURN = np.complex64(2j * np.pi)
_HARMONICS = _TURN * np.arange(1, 5, dtype=np.float32)
_LOOSE_S, _LOOSE_BEATS = 0.03, 0.015  # how far a chord may be from a place, an echo from its lag

Floats = NDArray[np.float32]
Reals = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Rows:
    """Every relative with every bar; each array is (rows,)."""

    relative: NDArray[np.int64]  # which one
    ratio: Floats
    shift: Floats  # with the offset of the bar: position = ratio * base + shift
    metre: Floats

    @classmethod
    def of(cls, relatives: Sequence[tuple[float, float]], metres: Sequence[int]) -> Rows:
        table = [
            (index, ratio, shift + place, metre)
            for index, (ratio, shift) in enumerate(relatives)
            for metre in metres
            for place in range(metre)
        ]
        relative, *columns = (np.array(column) for column in zip(*table, strict=True))
        return cls(relative, *(column.astype(np.float32) for column in columns))

    def take(self, kept: NDArray[np.int64]) -> Rows:
        return Rows(self.relative[kept], self.ratio[kept], self.shift[kept], self.metre[kept])


def beat_inputs(place: Reals, before: Reals, period: Reals) -> Floats:
    """What a chord is in a beat of `period` seconds: (..., BEAT_WIDTH). `place` and `before` are
    the positions of this chord and the last, each (...)."""
    out = np.empty((*place.shape, BEAT_WIDTH), np.float32)
    angles = np.empty((*place.shape, 6), np.complex64)
    angles[..., :4] = (place % 1)[..., None] * _HARMONICS
    angles[..., 4:] = (before % 1)[..., None] * _HARMONICS[:2]
    out[..., :12] = np.exp(angles).view(np.float32)  # cosine, sine, cosine, ...
    out[..., 12] = np.log2(np.clip(place - before, 0.02, 32)) / 2
    out[..., 13] = np.minimum(np.floor(place + 0.1) - np.floor(before + 0.1), 4) / 2
    out[..., 14] = np.log(period / 0.5) * 2
    away = (place[..., None] - _SLOTS) % 1 - 0.5
    out[..., 15:] = _bump(away / _loose(period)[..., None])
    return out


def bar_inputs(place: Reals, before: Reals, period: Reals, metre: Floats) -> Floats:
    """What a chord is in a bar of `metre` beats, that begins where `place` is 0: (...,
    BAR_WIDTH)."""
    out = np.empty((*place.shape, BAR_WIDTH), np.float32)
    half = metre / 2
    from_one = (place + half) % metre - half
    angle = from_one * (2 * np.pi / metre)
    out[..., 0], out[..., 1] = np.cos(angle), np.sin(angle)
    out[..., 2] = _bump(from_one / _loose(period))
    out[..., 3] = np.floor((place + 0.1) / metre) > np.floor((before + 0.1) / metre)
    out[..., 4:] = metre[..., None] == _METRES
    return out


def _loose(period: Floats) -> Floats:
    """How far from its place a chord may be, in beats."""
    return _LOOSE_S / period + _LOOSE_BEATS


def _bump(off: NDArray[np.floating]) -> NDArray[np.floating]:
    """1 at 0, and falling like a normal distribution; not to numbers so small that they are slow
    to reckon with."""
    return np.asarray(np.exp(np.maximum(-0.5 * off * off, -30)))


def lags_of(rows: Rows) -> tuple[Floats, NDArray[np.int64]]:
    """The different lags, in base beats, at which echoes are looked for, and which of them is a
    beat and which a bar of each row: (lags,), (rows, 2)."""
    wanted = np.stack([1 / rows.ratio, rows.metre / rows.ratio], 1).astype(np.float32)
    lags, index = np.unique(wanted.round(4), return_inverse=True)
    return lags, index.reshape(wanted.shape)


def echo(ago: Floats, same: Floats, period: Floats, lags: Floats) -> tuple[Floats, Floats]:
    """For every lag whether there was a chord so long ago, and whether it was the same one, each
    (..., lags). `ago`, in base beats, and `same`, 0..1, are (..., chords), `period` (...)."""
    loose = _LOOSE_S / period[..., None] + _LOOSE_BEATS * lags
    close = _bump((ago[..., None] - lags) / loose[..., None, :])
    return close.max(-2), (close * same[..., None]).max(-2)
