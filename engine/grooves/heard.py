"""What the guitar played in each bar, as the fit network hears it, in plain numpy.

Live and in training the same function lays a part's notes on the steps of its bars.

Shapes: n notes, k bars, t the steps of the longest bar (`MAX_BAR_STEPS`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.encoding.features import Floats
from engine.music.grid import MAX_BAR_STEPS, quantise
from engine.music.notes import Note
from engine.music.wishes import STYLES, Wishes

CHANNELS = 4  # of a step: notes, loudest velocity, lowest pitch (128 less it), longest duration
DURATION_UNITS = 16  # a beat
EARLY = 0.04  # beats by which a note before the bar line belongs to the bar
RECENT = (1, 2, 4)  # bars that a bar is compared with
BAR_NUMBERS = 3 + len(RECENT) + 1
TOLD = 4 + STYLES + 4  # what the player says; see `told`
FIT_INPUTS = (CHANNELS + 1) * MAX_BAR_STEPS + BAR_NUMBERS + TOLD
LONGEST = 64  # bars that the network looks back on

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class HeardBar:
    """One bar of the guitar."""

    steps: Bytes  # (t, CHANNELS)
    beats: float
    bpm: float


def heard_bar(notes: Sequence[Note], start: float, beats: float, bpm: float) -> HeardBar:
    """The bar that begins at beat `start`, of notes in beats of the song."""
    mine = [note for note in notes if start - EARLY <= note.onset < start + beats - EARLY]
    columns = np.array(
        [(note.onset - start, note.duration, note.pitch, note.velocity) for note in mine]
    ).reshape(-1, 4)
    return HeardBar(lay_notes(np.zeros(len(mine), np.int64), *columns.T, bars=1)[0], beats, bpm)


def lay_notes(
    bar: NDArray[np.integer],
    onset: NDArray[np.floating],
    duration: NDArray[np.floating],
    pitch: NDArray[np.number],
    velocity: NDArray[np.number],
    *,
    bars: int,
) -> Bytes:
    """Notes, each in `bar` (n,) at `onset` beats from its start, on steps, (bars, t, CHANNELS)."""
    laid = np.zeros((bars, MAX_BAR_STEPS, CHANNELS), np.uint8)
    step = np.minimum(quantise(np.maximum(onset, 0))[0], MAX_BAR_STEPS - 1)
    long = np.minimum(np.asarray(duration) * DURATION_UNITS, 255).astype(np.uint8)
    np.add.at(laid[..., 0], (bar, step), np.uint8(1))
    np.maximum.at(laid[..., 1], (bar, step), np.asarray(velocity).astype(np.uint8))
    np.maximum.at(laid[..., 2], (bar, step), (128 - np.asarray(pitch)).astype(np.uint8))
    np.maximum.at(laid[..., 3], (bar, step), long)
    return laid


def fit_inputs(
    laid: Bytes, beats: NDArray[np.floating], bpm: NDArray[np.floating], words: Floats
) -> Floats:
    """What the network sees, (b, k, FIT_INPUTS), of `laid` (b, k, t, CHANNELS).

    `beats` and `bpm` (b,) of the bars, `words` (b, TOLD).
    """
    count, loud, low, long = (laid[..., channel].astype(np.float32) for channel in range(CHANNELS))
    onset = count > 0
    bars = laid.shape[1]
    numbers = [
        np.repeat(np.log2(np.clip(bpm, 30, 300) / 120)[:, None], bars, axis=1),
        np.repeat((np.asarray(beats) / 4 - 1)[:, None], bars, axis=1),
        np.log1p(count).sum(axis=2) / 10,
        *(_like_before(onset, ago) for ago in RECENT),
        np.repeat(np.minimum(np.arange(bars) / 16, 2)[None], len(laid), axis=0),
    ]
    by_step = [
        np.log1p(count),
        loud / 127,
        np.where(low > 0, (low - 60) / 32, 0),
        np.log1p(long / DURATION_UNITS),
        onset,
    ]
    said = np.repeat(words[:, None], bars, axis=1)
    return np.concatenate([*by_step, np.stack(numbers, axis=2), said], axis=2, dtype=np.float32)


def told(wishes: Wishes, feel: int | None = None) -> Floats:
    """What the player says, (TOLD,): density and intensity (given or not, how much), style, feel.

    `feel` is a place in `engine.grooves.groove.FEELS`.
    """
    row = np.zeros(TOLD, np.float32)
    for place, value in enumerate((wishes.density, wishes.intensity)):
        if value is not None:
            row[2 * place : 2 * place + 2] = 1, value
    if wishes.style is not None:
        row[4 + wishes.style] = 1
    if feel is not None:
        row[4 + STYLES] = 1
        row[4 + STYLES + 1 + feel] = 1
    return row


def _like_before(onset: NDArray[np.bool_], ago: int) -> NDArray[np.float32]:
    """The F1 between the onsets of each bar and the bar so long before, (b, k)."""
    alike = np.zeros(onset.shape[:2], np.float32)
    now, then = onset[:, ago:], onset[:, :-ago]
    both = now.sum(axis=2) + then.sum(axis=2)
    alike[:, ago:] = 2 * (now & then).sum(axis=2) / np.maximum(1, both)
    return alike
