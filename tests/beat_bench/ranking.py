"""What the ranking model learns from: performances laid on a true beat and on its relatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drumd.timing.pulse.chords import FEATURES, Chord
from drumd.timing.pulse.relatives import (
    CHORD_WIDTH, FIRST_GAP_S, MEMORY, METRES, OCTAVES, RANK_WIDTH, SHIFTED, Rows, bar_inputs,
    beat_inputs, echo, lags_of, likeness,
)  # fmt: skip
from tests.beat_bench.performances import Performance

NEAR, FREE = Rows.of(SHIFTED, METRES), Rows.of(SHIFTED + OCTAVES, METRES)
FREE_SHARE = 0.5
PERIODS_S = (0.2, 1.7)
WANDER_S, STEADY = 0.010, 0.85  # how far the tracked beat is from the true one, and for how long
FIRST_OFF, SETTLES_S = 0.06, 2.0  # in beats, at the beginning


@dataclass(frozen=True, slots=True)
class Ranked:
    """Inputs (chords, rows, RANK_WIDTH); `log_weight` (rows,) says how many rows each stands for;
    `is_true` (rows,) marks the relative that is the true beat; `true_row` is the one with the true
    bar too, or -1; `in_bar` and `heard` (chords,) where that bar holds, and where it is no tap."""

    inputs: NDArray[np.float32]
    log_weight: NDArray[np.float32]
    is_true: NDArray[np.bool_]
    true_row: int
    in_bar: NDArray[np.bool_]
    heard: NDArray[np.bool_]


def ranked(played: Performance, rng: np.random.Generator) -> Ranked | None:
    """One performance laid on a few rows, the true one among them."""
    taps = played.taps
    chords = [c for c in played.chords if not taps or c.time > taps[-1] + 0.05]
    if len(chords) < 30:
        return None
    time = np.array(taps + [chord.time for chord in chords])
    heard = np.arange(len(time)) >= len(taps)
    true = played.beat_at(time)
    beat = float(np.median(np.diff(played.beats)))
    everything = FREE if rng.random() < FREE_SHARE else NEAR
    relatives = SHIFTED + OCTAVES if everything is FREE else SHIFTED
    usable = [
        k for k, (ratio, _) in enumerate(relatives)
        if PERIODS_S[0] < beat * ratio < PERIODS_S[1]
    ]  # fmt: skip
    if not usable:
        return None
    truth = 0 if taps and rng.random() < 0.7 else int(rng.choice(usable))
    if truth not in usable:
        return None
    ratio, shift = relatives[truth]
    period = beat * ratio
    metre, offset, in_bar = _bar_of(played, true)
    true = true + _wander(time, rng) / beat
    count = int(rng.integers(0, 12))
    base = (true + count - shift) / ratio
    offset -= count
    kept, weight, true_row = _choose(everything, truth, metre, offset, period, rng)
    rows = everything.take(kept)
    periods = np.full(len(time), period * np.exp(rng.normal(0, 0.01)))[:, None] / rows.ratio
    before = np.concatenate([[base[0] - FIRST_GAP_S / period], base[:-1]])
    place, earlier = (at[:, None] * rows.ratio + rows.shift for at in (base, before))
    lags, index = lags_of(rows)
    echoes = _echoes(base, chords, len(taps), period, lags)[:, index]
    inputs = np.empty((len(time), len(kept), RANK_WIDTH), np.float32)
    inputs[heard, :, :FEATURES] = np.array([chord.features for chord in chords])[:, None]
    inputs[~heard, :, :FEATURES] = 0
    inputs[:, :, FEATURES] = ~heard[:, None]
    inputs[:, :, CHORD_WIDTH:] = np.concatenate(
        [
            beat_inputs(place, earlier, periods),
            echoes[:, :, 0],
            bar_inputs(place, earlier, periods, rows.metre),
            echoes[:, :, 1],
        ],
        2,
    )
    return Ranked(
        inputs, np.log(weight).astype(np.float32), rows.relative == truth, true_row, in_bar, heard
    )


def _bar_of(played: Performance, true: NDArray[np.float64]) -> tuple[int, int, NDArray[np.bool_]]:
    """The metre, what to add to a position so that its bar begins at 0, and the chords for which
    that holds; metre 0 where no usual one does."""
    ones = np.flatnonzero(played.is_one)
    if len(ones) < 2:
        return 0, 0, np.zeros(len(true), bool)
    bar = np.clip(np.searchsorted(ones, true + 0.1, side="right") - 1, 0, len(ones) - 2)
    length = np.diff(ones)[bar]
    start = -ones[bar] % np.maximum(length, 1)
    known = np.isin(length, METRES)
    if not known.any():
        return 0, 0, known
    both, counts = np.unique(length[known] * 16 + start[known], return_counts=True)
    metre, offset = divmod(int(both[counts.argmax()]), 16)
    return metre, offset, known & (length == metre) & (start == offset)


def _wander(time: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """How far, in seconds, the tracked beat is from the true one at every chord."""
    steps = rng.normal(0, WANDER_S * np.sqrt(1 - STEADY**2), len(time))
    out, off = np.empty(len(time)), 0.0
    for k, step in enumerate(steps):
        off = STEADY * off + step
        out[k] = off
    settling = np.exp((time[0] - time) / SETTLES_S)
    return out + rng.normal(0, FIRST_OFF) * 0.5 * settling


def _choose(
    rows: Rows, truth: int, metre: int, offset: int, period: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.float64], int]:
    """Some rows, how many each stands for, and where among them the true one is (or -1)."""
    length = period / rows.ratio
    usable = (length > 0.15) & (length < 2.2)
    own = np.flatnonzero(rows.relative == truth)
    kept: list[int] = []
    if metre:
        place = np.round(rows.shift[own] - rows.shift[own[0]]).astype(int)
        kept = [int(own[(rows.metre[own] == metre) & (place == offset % metre)][0])]
    weights = [1.0] * len(kept)
    near = (rows.ratio == rows.ratio[own[0]]) & (
        np.abs((rows.shift - rows.shift[own[0]]) % 1 - 0.5) < 0.01
    )
    others = usable & ~near & (rows.relative != truth)
    for group, size in (
        (np.setdiff1d(own, kept), 3),
        (np.flatnonzero(near), 3),
        (np.flatnonzero(others), 5),
    ):
        size = min(size, len(group))
        kept += rng.choice(group, size, replace=False).tolist()
        weights += [len(group) / size] * size if size else []
    return np.array(kept), np.array(weights), 0 if metre else -1


def _echoes(
    base: NDArray[np.float64], chords: list[Chord], taps: int, period: float, lags: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(chords, lags, 2)"""
    out = np.zeros((len(base), len(lags), 2), np.float32)
    count = len(chords)
    classes = np.array([chord.classes for chord in chords])
    low = np.array([chord.low for chord in chords])
    place = base[taps:].astype(np.float32)
    back = np.arange(count)[:, None] - np.arange(1, MEMORY + 1)
    ago = np.where(back >= 0, place[:, None] - place[np.maximum(back, 0)], 1e3)
    back = np.maximum(back, 0)
    same = likeness(classes[back], low[back], classes[:, None], low[:, None])
    close, alike = echo(ago, same, np.full(count, period, np.float32), lags)
    out[taps:, :, 0], out[taps:, :, 1] = close, alike
    return out

