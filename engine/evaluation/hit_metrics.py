"""Measures of drums against the drums that were really played.

Conventions
-----------
- Times are beats (quarter notes) from the start of the song; bars are their starts and lengths in
  beats, and lengths are at most 6.
- A *roll* is a boolean array (bars, 24, 9): sixteenth of the bar, then row; or (bars, 36, 9) on the
  finer grid of `engine.music.grid` (straight sixteenths and triplets, 24 steps to a bar of 4/4). A
  hit counts in the nearest cell; one less than a 32nd before a bar line in the bar that begins
  there.
- The 9 rows are what a judge who knows the kit of General MIDI alone would hear: the pedal hat
  counts as closed hat (both keep the same time), side stick and clap as snare, the ride's bell as
  ride, the half-open hat as open hat. Cowbell, tambourine and shaker are left out. Velocity and
  micro-timing are not measured here.
- F1 is counted over the cells of all bars of a song together; a silent answer to a silent truth
  is perfect. A row is None where neither side plays it. Songs weigh the same in a mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.music.grid import MAX_BAR_BEATS, MAX_BAR_STEPS, STEPS_PER_BEAT, quantise
from engine.music.kit import PITCH_OF, VOICES, Voice
from engine.music.notes import Hit, Metre, Pattern

SIXTEENTHS_PER_BEAT = 4
CELLS = int(MAX_BAR_BEATS * SIXTEENTHS_PER_BEAT)
ROWS = (
    Voice.KICK,
    Voice.SNARE,
    Voice.CLOSED_HAT,
    Voice.OPEN_HAT,
    Voice.LOW_TOM,
    Voice.MID_TOM,
    Voice.HIGH_TOM,
    Voice.CRASH,
    Voice.RIDE,
)
# By name: a kit need not have them all.
HEARD_AS = {
    "PEDAL_HAT": Voice.CLOSED_HAT,
    "SIDE_STICK": Voice.SNARE,
    "CLAP": Voice.SNARE,
    "RIDE_BELL": Voice.RIDE,
    "HALF_OPEN_HAT": Voice.OPEN_HAT,
}
NO_ROW = -1  # of voices that are left out
RESAMPLES = 2000  # of the songs, for an interval


def _row_of(voice: Voice) -> int:
    heard = HEARD_AS.get(voice.name, voice)
    return ROWS.index(heard) if heard in ROWS else NO_ROW


ROW_OF = np.array([_row_of(voice) for voice in Voice], np.int64)  # (VOICES,)

Roll = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class HitScore:
    """How near an answer came to the truth in one song."""

    f1: float
    precision: float
    recall: float
    voice_f1: tuple[float | None, ...]  # one a row of ROWS
    jaccard: float  # of the sixteenths where any drum is hit
    hits_per_bar: float
    true_hits_per_bar: float


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over songs and the interval that holds it with 95 % confidence."""

    mean: float
    low: float
    high: float
    songs: int

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


def roll(
    beats: ArrayLike,
    voices: ArrayLike,
    bar_starts: ArrayLike,
    bar_beats: ArrayLike,
    *,
    fine: bool = False,
) -> Roll:
    """The hits as a boolean array (bars, 24 or 36, 9); hits outside the bars are left out.

    `beats` and `voices` (values of `Voice`) are one a hit, in any order; bars are in order.
    """
    at, voice = np.asarray(beats, np.float64), np.asarray(voices, np.int64)
    starts, lengths = np.asarray(bar_starts, np.float64), np.asarray(bar_beats, np.float64)
    _check_hits(at, voice)
    _check_bars(starts, lengths)
    cells = np.zeros((len(starts), MAX_BAR_STEPS if fine else CELLS, len(ROWS)), np.bool_)
    bar, cell, inside = place(at, starts, lengths, fine=fine)
    row = ROW_OF[voice]
    heard = inside & (row != NO_ROW)
    cells[bar[heard], cell[heard], row[heard]] = True
    return cells


def place(
    at: NDArray[np.float64],
    starts: NDArray[np.float64],
    lengths: NDArray[np.float64],
    *,
    fine: bool,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """The bar and the cell of each time, and whether it lies in a bar at all; (times,) each."""
    if not len(starts):
        nowhere = np.zeros(len(at), np.int64)
        return nowhere, nowhere, np.zeros(len(at), np.bool_)
    early = 0.5 / SIXTEENTHS_PER_BEAT
    bar = np.searchsorted(starts - early, at, side="right") - 1
    since = at - starts[bar]
    if fine:
        cell, size = quantise(since)[0], STEPS_PER_BEAT
    else:
        cell, size = (
            np.floor(since * SIXTEENTHS_PER_BEAT + 0.5).astype(np.int64),
            SIXTEENTHS_PER_BEAT,
        )
    return bar, cell, (bar >= 0) & (cell >= 0) & (cell < np.ceil(lengths[bar] * size))


def score(truth: Roll, answer: Roll) -> HitScore:
    """Compare an answer with the truth; both (bars, 24 or 36, 9), at least one bar."""
    _check_rolls(truth, answer)
    right = truth & answer
    hit, told, asked = (x.sum(axis=(0, 1)) for x in (right, answer, truth))  # (9,)
    any_truth, any_answer = truth.any(axis=2), answer.any(axis=2)
    return HitScore(
        f1=_f1(hit.sum(), told.sum(), asked.sum()),
        precision=_ratio(hit.sum(), told.sum()),
        recall=_ratio(hit.sum(), asked.sum()),
        voice_f1=tuple(
            _f1(h, t, a) if t + a else None for h, t, a in zip(hit, told, asked, strict=True)
        ),
        jaccard=_ratio((any_truth & any_answer).sum(), (any_truth | any_answer).sum()),
        hits_per_bar=float(told.sum() / len(truth)),
        true_hits_per_bar=float(asked.sum() / len(truth)),
    )


def mean_over_songs(values: Sequence[float]) -> Mean:
    """The mean of one number a song with its bootstrap interval (songs drawn with replacement)."""
    numbers = np.asarray(values, np.float64)
    if numbers.ndim != 1 or not len(numbers) or not np.isfinite(numbers).all():
        raise ValueError("a mean over songs needs one finite number a song, at least one")
    draws = np.random.default_rng(0).integers(len(numbers), size=(RESAMPLES, len(numbers)))
    low, high = np.percentile(numbers[draws].mean(axis=1), [2.5, 97.5])
    return Mean(float(numbers.mean()), float(low), float(high), len(numbers))


def rock_beat(metre: Metre) -> Pattern:
    """The fixed beat to measure against: kick on 1 and 3, snare on 2 and 4, closed hat in eighths.

    In other metres the pulses take turns in the same way; the pulse of 6/8, 9/8 and 12/8 is the
    dotted quarter, that of every other metre the quarter note.
    """
    compound = metre.denominator >= 8 and metre.numerator % 3 == 0
    pulse = 12 / metre.denominator if compound else 1.0
    pulses = np.arange(0, metre.beats, pulse)
    drums = [PITCH_OF[Voice.KICK], PITCH_OF[Voice.SNARE]]
    hats = np.arange(0, metre.beats, 0.5)
    hits = [Hit(float(beat), drums[i % 2]) for i, beat in enumerate(pulses)]
    hits += [Hit(float(beat), PITCH_OF[Voice.CLOSED_HAT]) for beat in hats]
    return Pattern.of(hits, metre.beats)


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else 1.0


def _f1(hit: int, told: int, asked: int) -> float:
    return _ratio(2 * hit, told + asked)


def _check_hits(at: NDArray[np.float64], voice: NDArray[np.int64]) -> None:
    if at.ndim != 1 or at.shape != voice.shape:
        raise ValueError("hits need one beat and one voice each")
    if not np.isfinite(at).all() or ((voice < 0) | (voice >= VOICES)).any():
        raise ValueError(f"hits need finite beats and voices in 0..{VOICES - 1}")


def _check_bars(starts: NDArray[np.float64], lengths: NDArray[np.float64]) -> None:
    if starts.ndim != 1 or starts.shape != lengths.shape or (np.diff(starts) <= 0).any():
        raise ValueError("bars need one start and one length each, in order of time")
    if not ((lengths > 0) & (lengths <= MAX_BAR_BEATS)).all():
        raise ValueError(f"bars must be longer than 0 and at most {MAX_BAR_BEATS:g} beats")


def _check_rolls(truth: Roll, answer: Roll) -> None:
    sizes = {(CELLS, len(ROWS)), (MAX_BAR_STEPS, len(ROWS))}
    if truth.shape != answer.shape or truth.shape[1:] not in sizes or not len(truth):
        raise ValueError(
            f"truth {truth.shape} and answer {answer.shape} must both be (bars, {CELLS} or"
            f" {MAX_BAR_STEPS}, {len(ROWS)}) with at least one bar"
        )
    if truth.dtype != np.bool_ or answer.dtype != np.bool_:
        raise ValueError("rolls are boolean arrays")
