"""How a sequenced part is made to sound as played: the conditions of the bench."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
JITTER_S, SPREAD_S = 0.012, (0.010, 0.040)
WILD_JITTER = 0.4  # one deviation of its log, from player to player
VELOCITY_NOISE = 8.0
DRIFT, DRIFT_S = 0.04, 30.0
STEP, STEP_AT_S = 0.08, (25.0, 35.0)
TAP_JITTER_S = 0.012
CHORD_S = 0.010  # sequenced notes this near are one chord


@dataclass(frozen=True, slots=True)
class Played:
    """A part as played: notes (n,) in order of time, and the times of its beats."""

    time: Array
    pitch: NDArray[np.int64]
    velocity: NDArray[np.int64]
    beats: Array


def play(part: Played, condition: str, rng: np.random.Generator, *, wild: bool = False) -> Played:
    """The part under `clean`, `human` or `step`; `wild` draws the hand's
    jitter and the drift's depth and length too."""
    if condition == "clean":
        return part
    warp = _drift(part, rng, wild) if condition == "human" else _step(part, rng)
    jitter = JITTER_S * np.exp(rng.normal(0, WILD_JITTER)) if wild else JITTER_S
    time = _spread(warp(part.time), part, rng, jitter)
    velocity = part.velocity.astype(float)
    if condition == "human":
        velocity += rng.normal(0, VELOCITY_NOISE, len(time))
    order = np.argsort(time, kind="stable")
    whole = np.clip(np.round(velocity), 1, 127).astype(np.int64)
    return Played(time[order], part.pitch[order], whole[order], warp(part.beats))


def _drift(part: Played, rng: np.random.Generator, wild: bool) -> Callable[[Array], Array]:
    phase = rng.uniform(0, 2 * np.pi)
    depth, length = (rng.uniform(0.01, 0.05), rng.uniform(15, 45)) if wild else (DRIFT, DRIFT_S)
    first, last = part.time[0], max(part.time[-1], part.beats[-1])
    grid = np.arange(min(first, part.beats[0]) - 5, last + 5, 0.02)
    rate = 1 / (1 + depth * np.sin(2 * np.pi * grid / length + phase))
    warped = np.concatenate([[0], np.cumsum((rate[1:] + rate[:-1]) * 0.01)])
    warped += first - np.interp(first, grid, warped)
    return lambda times: np.interp(times, grid, warped)


def _step(part: Played, rng: np.random.Generator) -> Callable[[Array], Array]:
    at = part.time[0] + rng.uniform(*STEP_AT_S)
    stretch = 1 / (1 + rng.choice([-STEP, STEP]))
    return lambda times: np.where(times < at, times, at + (times - at) * stretch)


def _spread(warped: Array, part: Played, rng: np.random.Generator, jitter: float) -> Array:
    """Each chord a little early or late, its notes one after another, mostly from the bass up."""
    starts = np.flatnonzero(np.diff(part.time, prepend=-np.inf) >= CHORD_S)
    out = warped.copy()
    for start, stop in zip(starts, [*starts[1:], len(warped)], strict=True):
        out[start:stop] = warped[start] + rng.normal(0, jitter)
        if stop - start > 1:
            order = np.argsort(part.pitch[start:stop], kind="stable")
            offsets = np.linspace(0, rng.uniform(*SPREAD_S), stop - start)
            out[start:stop][order[::-1] if rng.random() < 0.3 else order] += offsets
    return out


def count_in(
    part: Played,
    beats: Array,
    is_one: NDArray[np.bool_],
    first: float,
    rng: np.random.Generator,
    condition: str,
) -> list[float]:
    """Four taps before the first downbeat that is not before the first onset."""
    start = int(np.searchsorted(beats, first - 0.03))
    ones = np.flatnonzero(is_one[start:])
    one = start + int(ones[0]) if len(ones) else start
    one = min(one, len(beats) - 2)
    gap = part.beats[one + 1] - part.beats[one]
    jitter = rng.normal(0, TAP_JITTER_S, 4) * (condition != "clean")
    taps: list[float] = (part.beats[one] - gap * np.arange(4, 0, -1) + jitter).tolist()
    return taps


def drawn(
    record: dict[str, Any], mode: str, condition: str, seed: int
) -> tuple[Played, NDArray[np.bool_], dict[str, Any]]:
    """One performance of a record, which of its beats are ones, and what the tracker is told."""
    rng = np.random.default_rng(seed)
    onsets = np.array(record["onsets"], float)
    pitch, velocity = onsets[:, 1].astype(int), onsets[:, 2].astype(int)
    beats = np.array(record["beats"], float)
    part = play(Played(onsets[:, 0], pitch, velocity, beats), condition, rng)
    is_one = np.isin(np.round(beats, 3), np.round(record["downbeats"], 3))
    taps = count_in(part, beats, is_one, float(onsets[0, 0]), rng, condition)
    hint = 60 / float(np.median(np.diff(part.beats))) * (1 + rng.choice([-0.08, 0.08]))
    told: dict[str, dict[str, Any]] = {"hint": {"bpm": hint}, "count-in": {"count_in": taps}}
    return part, is_one, told.get(mode, {})
