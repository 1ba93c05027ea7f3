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
from engine.music.grid import MAX_BAR_STEPS, STEPS_PER_BEAT, quantise
from engine.music.notes import Note
from engine.music.wishes import FEELS, STYLES, Wishes

CHANNELS = 4  # of a step: notes, loudest velocity, lowest pitch (128 less it), longest duration
DURATION_UNITS = 16  # a beat
EARLY = 0.04  # beats by which a note before the bar line belongs to the bar
BASS_BELOW = 48  # MIDI pitch
CELLS = MAX_BAR_STEPS // STEPS_PER_BEAT * 4  # sixteenths of the longest bar
OVERALL = 13  # numbers of all bars together
INTERVALS, SIZES, LEAPS, GAPS, LENGTHS, REGISTERS, PITCH_CLASSES = 12, 5, 13, 8, 5, 8, 12
COUNTS = (INTERVALS, SIZES, LEAPS, GAPS, LENGTHS, REGISTERS, PITCH_CLASSES, PITCH_CLASSES)
TALLY = sum(COUNTS)  # what is counted of each bar; see `tally_notes`
SUMMARY = 4 * CELLS + OVERALL + TALLY
TOLD = 5 + STYLES + FEELS  # what the player says; see `told`
FIT_INPUTS = SUMMARY + TOLD
LONGEST = 64  # bars that are looked back on
GAP_EDGES = (2, 3, 4, 6, 9, 12, 18)  # steps
LENGTH_EDGES = (0.2, 0.45, 0.9, 1.9)  # beats
LOWEST = 36  # MIDI pitch of the lowest register
_STEPS = np.arange(MAX_BAR_STEPS)
_CELL_OF = _STEPS // STEPS_PER_BEAT * 4 + np.array([0, 1, 1, 2, 3, 3])[_STEPS % STEPS_PER_BEAT]
_TRIPLETS = np.isin(_STEPS % STEPS_PER_BEAT, (2, 4))

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class HeardBar:
    """One bar of the guitar."""

    steps: Bytes  # (t, CHANNELS)
    tally: Floats  # (TALLY,)
    beats: float
    bpm: float


def heard_bar(notes: Sequence[Note], start: float, beats: float, bpm: float) -> HeardBar:
    """The bar that begins at beat `start`, of notes in beats of the song."""
    mine = [note for note in notes if start - EARLY <= note.onset < start + beats - EARLY]
    columns = np.array(
        [(note.onset - start, note.duration, note.pitch, note.velocity) for note in mine]
    ).reshape(-1, 4)
    laid = (np.zeros(len(mine), np.int64), *columns.T)
    return HeardBar(lay_notes(*laid, bars=1)[0], tally_notes(*laid[:4], bars=1)[0], beats, bpm)


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


def tally_notes(
    bar: NDArray[np.integer],
    onset: NDArray[np.floating],
    duration: NDArray[np.floating],
    pitch: NDArray[np.number],
    *,
    bars: int,
) -> Floats:
    """What kind of playing each bar is, counted, (bars, TALLY); arguments as of `lay_notes`.

    Notes on one step are a chord. In turn: intervals within chords, modulo the octave; notes in a
    chord; leaps from bass to bass, in semitones; steps from chord to chord; lengths of notes;
    registers; pitch classes; pitch classes of basses.
    """
    step = np.minimum(quantise(np.maximum(onset, 0))[0], MAX_BAR_STEPS - 1)
    order = np.lexsort((pitch, step, bar))
    bar, step, pitch = (np.asarray(one)[order].astype(np.int64) for one in (bar, step, pitch))
    length = np.asarray(duration)[order]
    place = bar * MAX_BAR_STEPS + step
    first = np.flatnonzero(np.diff(place, prepend=-1))  # the bass of each chord
    apart = [
        (bar[:-lag][same], (pitch[lag:] - pitch[:-lag])[same] % INTERVALS)
        for lag in range(1, SIZES)
        for same in [place[lag:] == place[:-lag]]
    ]
    size = np.diff(first, append=len(place))
    follows = bar[first][1:] == bar[first][:-1]
    after = bar[first][1:][follows]
    leap = np.abs(np.diff(pitch[first]))[follows]
    gap = np.diff(step[first])[follows]
    counted = (
        (np.concatenate([one for one, _ in apart]), np.concatenate([one for _, one in apart])),
        (bar[first], np.minimum(size, SIZES) - 1),
        (after, np.minimum(leap, LEAPS - 1)),
        (after, np.searchsorted(GAP_EDGES, gap, side="right")),
        (bar, np.searchsorted(LENGTH_EDGES, length, side="right")),
        (bar, np.clip((pitch - LOWEST) // 6, 0, REGISTERS - 1)),
        (bar, pitch % PITCH_CLASSES),
        (bar[first], pitch[first] % PITCH_CLASSES),
    )
    tally = np.zeros((bars, TALLY), np.float32)
    begin = 0
    for (row, column), width in zip(counted, COUNTS, strict=True):
        np.add.at(tally, (row, begin + column), np.float32(1))
        begin += width
    return tally


def summary(laid: Bytes, tally: Floats, beats: float, bpm: float) -> Floats:
    """What a guitarist's bars (k, t, CHANNELS) have in common, (SUMMARY,), nearly all in -2..2.

    By sixteenths of the bar: in how many bars a note begins there, how many notes at once, how
    often a bass, how loud. Then tempo, length of the bar, how often a bar equals the one before
    and the one before that, spread and mean of velocity, register, length of notes, share of
    triplets, onsets a bar. Then shares of what `tally` (k, TALLY) counts, pitch classes from the
    commonest bass on. Bars without a note count for nothing.
    """
    kinds = _shares(tally.sum(axis=0))
    count = laid[..., 0].astype(np.float32)
    played = (count > 0).any(axis=1)
    if not played.any():
        return _numbers(np.zeros((4, CELLS)), beats, bpm, np.zeros(OVERALL - 2), kinds)
    count, loud, low, long = (laid[played][..., channel].astype(np.float32) for channel in range(4))
    onset = count > 0
    notes, loudest, lowest = (_by_cell(one, how) for one, how in (
        (count, np.add), (loud, np.maximum), (low, np.maximum)
    ))  # fmt: skip
    struck = notes > 0
    times = struck.sum(axis=0) + 1e-6
    cells = np.stack(
        [
            struck.mean(axis=0),
            notes.sum(axis=0) / times / 3,
            ((lowest > 128 - BASS_BELOW) & struck).mean(axis=0),
            loudest.sum(axis=0) / times / 127,
        ]
    )
    pitch = 128 - low[onset]
    many = struck.sum(axis=1)
    overall = [
        _equal(struck, 1),
        _equal(struck, 2),
        loud[onset].std() / 20,
        loud[onset].mean() / 127,
        pitch.mean() / 60 - 1,
        pitch.std() / 12,
        np.log1p(long[onset].mean() / DURATION_UNITS),
        onset[:, _TRIPLETS].sum() / onset.sum(),
        many.mean() / 8,
        many.std() / 4,
        count.sum() / onset.sum() / 3,
    ]
    return _numbers(cells, beats, bpm, np.array(overall), kinds)


def told(wishes: Wishes) -> Floats:
    """What the player says, (TOLD,): density, intensity (given or not, how much), style, feel."""
    row = np.zeros(TOLD, np.float32)
    for place, value in enumerate((wishes.density, wishes.intensity)):
        if value is not None:
            row[2 * place : 2 * place + 2] = 1, value
    if wishes.style is not None:
        row[4 + wishes.style] = 1
    if wishes.feel is not None:
        row[4 + STYLES] = 1
        row[5 + STYLES + wishes.feel] = 1
    return row


def _numbers(
    cells: NDArray[np.floating],
    beats: float,
    bpm: float,
    overall: NDArray[np.floating],
    kinds: Floats,
) -> Floats:
    tempo = np.log2(np.clip(bpm, 30, 300) / 120)
    parts = (cells.ravel(), [tempo, beats / 4 - 1], overall, kinds)
    return np.concatenate(parts, dtype=np.float32)


def _shares(tally: Floats) -> Floats:
    """Counts (TALLY,) as shares of their kind, pitch classes from the commonest bass on."""
    kinds = np.split(tally, np.cumsum(COUNTS)[:-1])
    root = int(kinds[-1].argmax())
    kinds[-2:] = (np.roll(one, -root) for one in kinds[-2:])
    return np.concatenate([one / max(1.0, one.sum()) for one in kinds])


def _by_cell(steps: Floats, how: np.ufunc) -> Floats:
    """(k, t) of steps brought together on sixteenths, (k, CELLS)."""
    cells = np.zeros((len(steps), CELLS), np.float32)
    how.at(cells, (slice(None), _CELL_OF), steps)  # type: ignore[arg-type]
    return cells


def _equal(struck: NDArray[np.bool_], ago: int) -> float:
    """The share of bars that equal the bar so long before."""
    if len(struck) <= ago:
        return 0.0
    return float((struck[ago:] == struck[:-ago]).all(axis=1).mean())
