"""The beats of a whole recording, when all of it is known: nothing here is live.

A tracker hears it all, and so the tempo is known. Then a filter goes over the chords forwards and
another backwards; the beat is where both are likely. Which of its relatives is the true beat, and
where its bar begins, is what the ranking model says on the mean of all chords, and where the first
chord falls: most people begin on a beat, and most of these on a one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from engine.beats.pulse.chords import Chord, chords_of
from engine.beats.pulse.filter import PHASES, Grid, PulseFilter, near_grid
from engine.beats.pulse.hypothesis import Hypothesis, around, leader
from engine.beats.pulse.inputs import Inputs
from engine.beats.pulse.model import CLASSES, GENERAL_MODEL, SLOTS, OnsetModel, Opinion
from engine.beats.pulse.ranking import Ranking
from engine.beats.pulse.relatives import METRES, SHIFTED, Rows
from engine.beats.records import Onset
from engine.beats.tracker import BeatTracker

SPREAD = 0.06  # of the tempo round the one found: log, one deviation
SAME_TEMPO = 0.08  # log
SETTLED = 16  # chords after which the ranking's word counts
FILTER_POWER = 0.4  # of the filters' opinion against the ranking's
LEAST = 1e-6  # share
FEWEST_CHORDS = 4
BEGUN_ON_BEAT, BEGUN_ON_ONE = 2.0, 1.0  # how much likelier it is, and that on top of it: logs
ON_PLACE = 0.15  # beats that a first chord may be off
NEAR_ONE = 0.2  # beats that a told bar line may be off
AFTER_S = 1.0  # beats go on so long after the last chord
_BACKWARDS = [
    *(SLOTS.index(place) for place in (0, 1 / 2, 3 / 4, 1 / 4, 2 / 3, 1 / 3)),
    CLASSES - 1,
]
_TURNED = -np.arange(PHASES) % PHASES

Reals = NDArray[np.float64]
Mass = NDArray[np.float16]  # (periods, PHASES)


@dataclass(frozen=True, slots=True)
class FoundBeats:
    """Rising times in seconds; every `metre`th of them, from the first on, begins a bar."""

    times: Reals
    metre: int

    @property
    def ones(self) -> Reals:
        return self.times[:: self.metre]


@dataclass(frozen=True, slots=True)
class _Path:
    """A beat through all chords: its position at each, which counts up, and its length."""

    positions: Reals
    periods: Reals

    def position(self, time: float, times: Reals) -> float:
        """Where a moment lies, by the chords' `times`."""
        nearest = int(np.abs(times - time).argmin())
        if times[0] <= time <= times[-1]:
            return float(np.interp(time, times, self.positions))
        return float(self.positions[nearest] + (time - times[nearest]) / self.periods[nearest])


def find_beats(
    onsets: Sequence[Onset],
    *,
    bpm: float | None = None,
    metre: int | None = None,
    one: float | None = None,
) -> FoundBeats | None:
    """The beats of what was played, from the last bar line before it on; None where that is too
    little. `bpm`, within some 8 %, `metre` and `one`, about when some bar begins, hold where they
    are known."""
    chords = chords_of(onsets)
    period = _period_of(onsets, bpm) if len(chords) >= FEWEST_CHORDS else None
    if period is None:
        return None
    grid = near_grid(period, SPREAD)
    opinions = _opinions(chords, grid)
    times = np.array([chord.time for chord in chords])
    masses = _smoothed(times, opinions, grid)
    path = _follow(times, masses, grid)
    at = None if one is None else path.position(one, times)
    return _lay_bars(times, path, *_rank(chords, path, masses, grid, metre, at))


def _period_of(onsets: Sequence[Onset], bpm: float | None) -> float | None:
    """The length of the beat that a tracker follows for most of the time, in seconds."""
    tracker = BeatTracker(bpm=bpm)
    heard: list[tuple[float, float]] = []  # when, how long
    for onset in onsets:
        tracker.hear(*onset)
        tracker.beats(onset[0])
        if tracker.period is not None:
            heard.append((onset[0], tracker.period))
    if not heard:
        return None
    lasted = np.diff([time for time, _ in heard], append=heard[-1][0] + 1)
    logs = np.log([period for _, period in heard])
    candidates = np.arange(logs.min(), logs.max() + 0.01, 0.01)
    near = np.abs(logs - candidates[:, None]) < SAME_TEMPO
    chosen = near[int((near @ lasted).argmax())]
    return float(np.exp(np.average(logs[chosen], weights=lasted[chosen] + 1e-6)))


def _opinions(chords: Sequence[Chord], grid: Grid) -> list[Opinion]:
    inputs, model = Inputs(grid.asked), OnsetModel(len(grid.asked), GENERAL_MODEL)
    return [model.hear(inputs.of(chord)) for chord in chords]


def _smoothed(times: Reals, opinions: Sequence[Opinion], grid: Grid) -> list[Mass]:
    """How likely every tempo and phase is at each chord, by what came before, itself and what
    comes after."""
    before = _filtered(times, opinions, grid, heard=True)
    turned = [Opinion(o.places[:, _BACKWARDS], o.right, o.one) for o in reversed(opinions)]
    after = _filtered(-times[::-1], turned, grid, heard=False)[::-1]
    return [_product(one, other[:, _TURNED]) for one, other in zip(before, after, strict=True)]


def _filtered(times: Reals, opinions: Sequence[Opinion], grid: Grid, *, heard: bool) -> list[Mass]:
    """A filter's masses at each chord, when that is `heard` or just before."""
    pulse, out = PulseFilter(grid), []
    for time, opinion in zip(times.tolist(), opinions, strict=True):
        pulse.advance(time)
        expected = pulse.mass
        pulse.update(opinion)
        mass = pulse.mass if heard else expected
        out.append((mass / mass.max()).astype(np.float16))
    return out


def _product(one: Mass, other: Mass) -> Mass:
    both = one.astype(np.float32) * other
    return np.asarray(both / max(float(both.max()), 1e-12), np.float16)


def _follow(times: Reals, masses: Sequence[Mass], grid: Grid) -> _Path:
    """From the chord where one beat is likeliest, on to both ends."""
    pulse = PulseFilter(grid)
    start = int(np.argmin([mass.sum(dtype=np.float32) for mass in masses]))
    pulse.mass = masses[start].astype(np.float32)
    first = leader(pulse)
    positions, periods = np.zeros(len(times)), np.full(len(times), first.period)
    positions[start] = first.phase
    for step in (1, -1):
        for k in range(start + step, len(times) if step > 0 else -1, step):
            pulse.mass = masses[k].astype(np.float32)
            was, period = k - step, periods[k - step]
            expected = positions[was] + (times[k] - times[was]) / period
            found = around(pulse, Hypothesis(period, expected % 1, 0.0))
            off = (found.phase - expected + 0.5) % 1 - 0.5
            positions[k], periods[k] = expected + off, found.period
    return _Path(positions, periods)


def _rank(
    chords: Sequence[Chord],
    path: _Path,
    masses: Sequence[Mass],
    grid: Grid,
    metre: int | None,
    one: float | None,
) -> tuple[float, int]:
    """What to add to a position so that bars begin at 0, and how many beats they have; near the
    position `one` a bar begins."""
    ranking = Ranking(SHIFTED, (metre,) if metre in METRES else METRES)
    pulse, rows = PulseFilter(grid), ranking.rows
    shifts = np.array([shift for _, shift in SHIFTED], np.float32)
    same = np.zeros(len(shifts), np.int64)
    chances, opinion = np.zeros((2, len(rows.relative)))  # of the ranking; of the filters, a log
    kept = min(SETTLED, len(chords) // 2)
    for k, (chord, at, period) in enumerate(
        zip(chords, path.positions.tolist(), path.periods.tolist(), strict=True)
    ):
        ranking.hear(chord, at, period)
        if k < kept:
            continue
        pulse.mass = masses[k].astype(np.float32)
        shares = pulse.shares(np.array([period], np.float32), (at + shifts) % 1, same)
        chances += np.exp(ranking.energy - np.logaddexp.reduce(ranking.energy))
        opinion += np.log(np.maximum(shares, LEAST))[rows.relative]
    heard = len(chords) - kept
    likely = np.log(chances / heard + LEAST) + FILTER_POWER * opinion / heard
    likely += _begun(rows, float(path.positions[0]))
    best = int(likely.argmax())
    if one is not None:
        fits = (_from_one(rows, one) < NEAR_ONE) & (rows.metre == rows.metre[best])
        best = int(np.where(fits, likely, -np.inf).argmax())
    return float(rows.shift[best]), int(rows.metre[best])


def _begun(rows: Rows, first: float) -> Reals:
    """How likely each row is by where the first chord falls in it, a log."""
    on_beat = np.abs((first + rows.shift + 0.5) % 1 - 0.5) < ON_PLACE
    on_one = _from_one(rows, first) < ON_PLACE
    return np.asarray(BEGUN_ON_BEAT * on_beat + BEGUN_ON_ONE * on_one)


def _from_one(rows: Rows, at: float) -> Reals:
    """How far a position of the path is from the nearest bar line of each row, in beats."""
    return np.asarray(np.abs((at + rows.shift + rows.metre / 2) % rows.metre - rows.metre / 2))


def _lay_bars(times: Reals, path: _Path, shift: float, metre: int) -> FoundBeats:
    """Beats from the last bar line before the first chord to a second after the last one."""
    positions = np.maximum.accumulate(path.positions + shift + 1e-6 * np.arange(len(times)))
    first = metre * floor(positions[0] / metre + 0.02)
    last = ceil(positions[-1] + AFTER_S / path.periods[-1])
    counts = np.arange(first, last + 1)
    found = np.interp(counts, positions, times)
    early, late = counts < positions[0], counts > positions[-1]
    found[early] = times[0] + (counts[early] - positions[0]) * path.periods[0]
    found[late] = times[-1] + (counts[late] - positions[-1]) * path.periods[-1]
    return FoundBeats(found, metre)
