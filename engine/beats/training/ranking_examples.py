"""What the ranking model learns from: performances laid on a true beat and on its relatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.beats.pulse.chords import FEATURES, Chord, likeness
from engine.beats.pulse.relatives import (
    CHORD_WIDTH,
    DOUBLE,
    FIRST_GAP_S,
    HALF,
    MEMORY,
    METRES,
    RANK_WIDTH,
    SHIFTED,
    Rows,
    bar_inputs,
    beat_inputs,
    echo,
    lags_of,
)
from engine.beats.training.conditions import Array
from engine.beats.training.performances import Performance

TRIPLE, THIRD = ((3, 0),), ((1 / 3, 0), (1 / 3, 1 / 3), (1 / 3, 2 / 3))
DOTTED, HEMIOLA = ((2 / 3, 0), (2 / 3, 1 / 3), (2 / 3, 2 / 3)), ((3 / 2, 0), (3 / 2, 1 / 2))
OCTAVES = DOUBLE + HALF + TRIPLE + THIRD + DOTTED + HEMIOLA
NEAR, FREE = Rows.of(SHIFTED, METRES), Rows.of(SHIFTED + OCTAVES, METRES)
FREE_SHARE = 0.5
PERIODS_S = (0.2, 1.7)
WANDER_S, STEADY = 0.010, 0.85  # how far the tracked beat is from the true one, and for how long
FIRST_OFF, SETTLES_S = 0.06, 2.0  # in beats, at the beginning
SLIPS, REST_S = 0.4, 1.2  # share of the performances in which the tracked beat slips; in rests
SETTLED = 0.08  # beats off


@dataclass(frozen=True, slots=True)
class Ranked:
    """Inputs (chords, rows, RANK_WIDTH); `log_weight` (rows,) says how many rows each stands
    for, or (chords, rows) that and what the filter thinks of each;
    `is_true` (chords, rows) marks the relative that is the true beat; `true_row` (chords,) is the
    one with the true bar too, or -1; `counts` (chords,) where something is to be learned."""

    inputs: NDArray[np.float32]
    log_weight: NDArray[np.float32]
    is_true: NDArray[np.bool_]
    true_row: NDArray[np.int64]
    counts: NDArray[np.bool_]


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
    free = rng.random() < FREE_SHARE
    everything, relatives = (FREE, SHIFTED + OCTAVES) if free else (NEAR, SHIFTED)
    usable = [
        k for k, (ratio, _) in enumerate(relatives)
        if PERIODS_S[0] < beat * ratio < PERIODS_S[1]
    ]  # fmt: skip
    truth = 0 if taps and rng.random() < 0.7 else int(rng.choice(usable)) if usable else -1
    if truth not in usable:
        return None
    ratio, shift = relatives[truth]
    period = beat * ratio
    metre, offset, in_bar = bar_of(played, true)
    after, slid, whole = _slip(time, truth, relatives, rng)
    count = int(rng.integers(0, 12))
    base = (true + _wander(time, rng) / beat + slid + count - shift) / ratio
    truths = [(truth, offset - count), (after, offset - count - whole)]
    kept, weight, rows_at = _choose(everything, truths, metre, period, rng)
    rows = everything.take(kept)
    inputs = inputs_of(chords, len(taps), base, period * np.exp(rng.normal(0, 0.01)), rows)
    end = shift - relatives[after][1] + whole
    has_slipped = np.abs(slid) > abs(end) / 2
    is_true = rows.relative == np.where(has_slipped, after, truth)[:, None]
    true_row = np.where(in_bar, np.where(has_slipped, *rows_at[::-1]), -1)
    settled = np.minimum(np.abs(slid), np.abs(slid - end)) < SETTLED
    return Ranked(inputs, np.log(weight).astype(np.float32), is_true, true_row, heard & settled)


def inputs_of(
    chords: list[Chord], taps: int, base: Array, period: float | Array, rows: Rows
) -> NDArray[np.float32]:
    """What the model sees of some taps, then chords, at positions `base`, (taps and chords,), in a
    base beat of `period` seconds: (taps and chords, rows, RANK_WIDTH)."""
    period = np.broadcast_to(period, base.shape)
    before = np.concatenate([[base[0] - FIRST_GAP_S / period[0]], base[:-1]])
    place, earlier = (at[:, None] * rows.ratio + rows.shift for at in (base, before))
    periods = period[:, None] / rows.ratio
    lags, index = lags_of(rows)
    echoes = _echoes(base, chords, taps, period, lags)[:, index]
    inputs = np.zeros((len(base), len(rows.ratio), RANK_WIDTH), np.float32)
    inputs[taps:, :, :FEATURES] = np.array([chord.features for chord in chords])[:, None]
    inputs[:taps, :, FEATURES] = 1
    inputs[:, :, CHORD_WIDTH:] = np.concatenate(
        [
            beat_inputs(place, earlier, periods),
            echoes[:, :, 0],
            bar_inputs(place, earlier, periods, rows.metre),
            echoes[:, :, 1],
        ],
        2,
    )
    return inputs


def _slip(
    time: Array, truth: int, relatives: Sequence[tuple[float, float]], rng: np.random.Generator
) -> tuple[int, Array, int]:
    """Now and then the tracked beat slides off the true one: which relative is then the true one,
    how far it is off at every chord, in true beats, and the whole beats in that."""
    ratio, shift = relatives[truth]
    others = [k for k, other in enumerate(relatives) if other[0] == ratio and k != truth]
    if rng.random() > SLIPS or not others or len(time) < 40:
        return truth, np.zeros(len(time)), 0
    after = int(rng.choice(others))
    distance = shift - relatives[after][1]
    whole = -round(distance)
    if abs(distance + whole) == 0.5 and rng.random() < 0.5:
        whole += 1 if distance + whole < 0 else -1
    gaps = np.diff(time)
    rests = np.flatnonzero(gaps[12:-12] > REST_S) + 12
    if len(rests) and rng.random() < 0.6:
        at = int(rng.choice(rests))
        start, end = time[at], time[at + 1]
    else:
        start = time[int(rng.integers(12, len(time) - 12))]
        end = start + rng.uniform(0.3, 4.0)
    return after, np.interp(time, [start, end], [0.0, distance + whole]), whole


def bar_of(played: Performance, true: NDArray[np.float64]) -> tuple[int, int, NDArray[np.bool_]]:
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
    spread = WANDER_S * np.exp(rng.normal(0, 0.5)) * np.sqrt(1 - STEADY**2)
    steps = rng.normal(0, spread, len(time))
    out, off = np.empty(len(time)), 0.0
    for k, step in enumerate(steps):
        off = STEADY * off + step
        out[k] = off
    settling = np.exp((time[0] - time) / SETTLES_S)
    return np.asarray(out + rng.normal(0, FIRST_OFF) * 0.5 * settling)


def _choose(
    rows: Rows,
    truths: Sequence[tuple[int, int]],
    metre: int,
    period: float,
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.float64], list[int]]:
    """Some rows, how many each stands for, and where among them the rows of the truths are (-1
    where the metre is not known)."""
    length = period / rows.ratio
    usable = (length > 0.15) & (length < 2.2)
    kept: list[int] = []
    weights: list[float] = []
    at = []
    taken = np.zeros(len(rows.ratio), bool)

    def some(group: NDArray[np.int64], size: int) -> None:
        size = min(size, len(group))
        kept.extend(rng.choice(group, size, replace=False).tolist())
        weights.extend([len(group) / max(size, 1)] * size)

    for relative, offset in truths:
        own = np.flatnonzero(rows.relative == relative)
        if metre:
            place = np.round(rows.shift[own] - rows.shift[own[0]]).astype(int)
            row = int(own[(rows.metre[own] == metre) & (place == offset % metre)][0])
            at.append(kept.index(row) if row in kept else len(kept))
            if row in kept:
                continue
            kept.append(row)
            weights.append(1.0)
        else:
            at.append(-1)
        if not taken[own[0]]:
            some(np.setdiff1d(own, kept), 3)
        taken[own] = True
    first = np.flatnonzero(rows.relative == truths[0][0])[0]
    near = (rows.ratio == rows.ratio[first]) & (
        np.abs((rows.shift - rows.shift[first]) % 1 - 0.5) < 0.01
    )
    some(np.flatnonzero(near & ~taken), 3)
    some(np.flatnonzero(usable & ~near & ~taken), 5)
    return np.array(kept), np.array(weights), at


def _echoes(
    base: NDArray[np.float64],
    chords: list[Chord],
    taps: int,
    period: Array,
    lags: NDArray[np.float32],
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
    close, alike = echo(ago, same, period[taps:].astype(np.float32), lags)
    out[taps:, :, 0], out[taps:, :, 1] = close, alike
    return out
