"""What is struck in a phrase, as some two hundred numbers for a classifier.

Conventions
-----------
- A phrase is eight bars of four beats (`engine.evaluation.measures.phrases`); places are the
  sixteenths of a bar, 0..15. Velocity and micro-timing are not looked at.
- A *part* is a group of voices that do the same work: kick, backbeat (snare, side stick, clap),
  closed hat (with pedal), open hat (with half-open), ride (with bell), toms, crash.
- The numbers come as vectors by name, in the same order and of the same sizes for every phrase; NaN
  where there is nothing to count.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.hit_metrics import Roll
from engine.evaluation.measures.drumming import Drumming, Floats
from engine.music.grid import STEPS_PER_BEAT
from engine.music.kit import Voice

PLACES = 16
# By name: the kit that is measured need not have them all.
PARTS = {
    "kick": ("KICK",),
    "backbeat": ("SNARE", "SIDE_STICK", "CLAP"),
    "closed hat": ("CLOSED_HAT", "PEDAL_HAT"),
    "open hat": ("OPEN_HAT", "HALF_OPEN_HAT"),
    "ride": ("RIDE", "RIDE_BELL"),
    "toms": ("LOW_TOM", "MID_TOM", "HIGH_TOM"),
    "crash": ("CRASH",),
}
KICK, BACKBEAT, CLOSED, OPEN, RIDE, TOMS, CRASH = range(len(PARTS))
KEEPERS = [CLOSED, OPEN, RIDE]
HANDS = [BACKBEAT, CLOSED, OPEN, RIDE, TOMS, CRASH]
MOST_GAP = 8  # sixteenths; longer ones count as this
LAGS = range(1, 8)  # bars


def struck_vector(phrase: Drumming) -> Floats:
    """All numbers of a phrase in one row, (numbers,)."""
    return np.concatenate([np.ravel(one) for one in struck_features(phrase).values()])


def struck_features(phrase: Drumming) -> dict[str, Floats]:
    """What is counted in a phrase."""
    cells = phrase.roll()[:, :PLACES]  # (bars, places, rows)
    parts = in_parts(cells, phrase.rows)  # (bars, places, parts)
    return {
        "strokes a bar": _floats(cells.sum(axis=1).mean(axis=0)),
        "their spread": _floats(cells.sum(axis=1).std(axis=0)),
        "places": _floats(parts[..., :CRASH].mean(axis=0)),
        "repeats": _repeats(cells, parts),
        "change by lag": _changes(cells),
        "distinct bars": _distinct(cells, parts),
        "turn": _turn(parts),
        "crashes": _crashes(parts),
        "density by bar": _densities(cells),
        "entropy": _entropies(cells),
        "subdivision": _subdivisions(phrase),
        "together": _together(parts),
        "keeper": _keepers(parts),
        "gaps": _gaps(parts),
        "self-similarity": _self_similarity(parts),
    }


def in_parts(cells: Roll, rows: Sequence[Voice]) -> Roll:
    """Rows gathered in parts, (bars, places, parts)."""
    names = [voice.name for voice in rows]
    columns = [[names.index(one) for one in part if one in names] for part in PARTS.values()]
    return np.stack([cells[..., column].any(axis=2) for column in columns], axis=2)


def _any(parts: Roll) -> Roll:
    """Where any of them is struck, (bars, places)."""
    return np.asarray(parts.any(axis=2), np.bool_)


def _floats(values: object) -> Floats:
    return np.asarray(values, np.float64)


def _repeats(cells: Roll, parts: Roll) -> Floats:
    """The share of bars equal to those 1, 2 and 4 before: in all, kick, backbeat, keepers."""
    kinds = (cells, parts[..., [KICK]], parts[..., [BACKBEAT]], parts[..., KEEPERS])
    return _floats(
        [
            [(kind[lag:] == kind[:-lag]).all(axis=(1, 2)).mean() for lag in (1, 2, 4)]
            for kind in kinds
        ]
    )


def _changes(cells: Roll) -> Floats:
    """The share of struck cells that differ, by lag in bars; then the least and most at one."""
    by_lag = [_differ(cells[lag:], cells[:-lag]) for lag in LAGS]
    return _floats([*(one.mean() for one in by_lag), by_lag[0].min(), by_lag[0].max()])


def _differ(one: Roll, other: Roll) -> Floats:
    either = (one | other).sum(axis=(1, 2))
    return _floats((one ^ other).sum(axis=(1, 2)) / np.maximum(either, 1))


def _distinct(cells: Roll, parts: Roll) -> Floats:
    kinds = (cells, parts[..., [KICK]], parts[..., [BACKBEAT]], parts[..., KEEPERS])
    return _floats(
        [len({bar.tobytes() for bar in kind}) for kind in map(np.ascontiguousarray, kinds)]
    )


def _turn(parts: Roll) -> Floats:
    """The last bar and its second half against the others, and the fourth bar, by part."""
    counts, halves = parts.sum(axis=1), parts[:, PLACES // 2 :].sum(axis=1)
    usual = counts[:-1].mean(axis=0)
    ends = (counts[-1] - usual, halves[-1] - halves[:-1].mean(axis=0), counts[3] - usual)
    return _floats([*ends, halves[-1]])


def _crashes(parts: Roll) -> Floats:
    """Crashes on the one by bar, elsewhere, and after bars with toms."""
    on_one = parts[:, 0, CRASH]
    toms: Roll = np.any(parts[:-1, PLACES // 2 :, TOMS], axis=1)
    after = on_one[1:][toms].mean() if toms.any() else np.nan
    return _floats([*on_one, parts[:, 1:, CRASH].sum(), after])


def _densities(cells: Roll) -> Floats:
    """Strokes by bar, a bar's share of the mean; then the mean and the trend."""
    count = cells.sum(axis=(1, 2))
    trend = np.polyfit(np.arange(len(count)), count, 1)[0]
    return _floats([*(count / max(1.0, count.mean())), count.mean(), count.std(), trend])


def _entropies(cells: Roll) -> Floats:
    """Of places, rows and combinations, in bits; then how many combinations there are."""
    weights = 1 << np.arange(cells.shape[2])
    chords = (cells * weights).sum(axis=2)
    counts = np.unique(chords[chords > 0], return_counts=True)[1]
    several = [entropy(cells.sum(axis=axes)) for axes in ((0, 2), (0, 1))]
    return _floats([*several, entropy(counts), len(counts)])


def entropy(counts: NDArray[np.integer]) -> float:
    """Bits of a distribution given by counts; 0 where nothing is counted."""
    known = counts[counts > 0] / max(1, int(counts.sum()))
    return float(-(known * np.log2(known)).sum())


def _subdivisions(phrase: Drumming) -> Floats:
    """Shares of the strokes on each of the six slots of the beat: sixteenths, triplets."""
    slots = np.bincount(phrase.step % STEPS_PER_BEAT, minlength=STEPS_PER_BEAT)
    return _floats(slots / max(1, slots.sum()))


def _together(parts: Roll) -> Floats:
    """How many parts strike at once, and who with whom; more than two hands cannot be."""
    size = parts.sum(axis=2)
    struck, hands = size > 0, parts[..., HANDS].sum(axis=2)
    keeps = _any(parts[..., KEEPERS])
    return _floats(
        [
            size[struck].mean() if struck.any() else np.nan,
            size.max(),
            struck.mean(),
            (hands > 2).mean(),
            _share(parts[..., KICK], parts[..., BACKBEAT]),
            _share(keeps, parts[..., KICK]),
            _share(keeps, parts[..., BACKBEAT]),
            _share(parts[..., KICK], parts[..., CRASH]),
            _share(keeps, parts[..., TOMS]),
        ]
    )


def _share(what: Roll, among: Roll) -> float:
    return float(what[among].mean()) if among.any() else np.nan


def _keepers(parts: Roll) -> Floats:
    """How much of quarters, eighths and sixteenths each keeper fills, and how often they change."""
    keeps = parts[..., KEEPERS]
    grids = [keeps[:, ::4].mean(axis=(0, 1)), keeps[:, 2::4].mean(axis=(0, 1))]
    grids.append(keeps[:, 1::2].mean(axis=(0, 1)))
    leading = keeps.sum(axis=1).argmax(axis=1)
    return _floats([*np.concatenate(grids), (np.diff(leading) != 0).sum()])


def _gaps(parts: Roll) -> Floats:
    """Shares of the times from one stroke to the next in sixteenths: kick, backbeat, any."""
    return _floats(
        [_gap_shares(each) for each in (parts[..., KICK], parts[..., BACKBEAT], _any(parts))]
    )


def _gap_shares(struck: Roll) -> Floats:
    gaps = np.minimum(np.diff(np.flatnonzero(struck.ravel())), MOST_GAP)
    return _floats(np.bincount(gaps, minlength=MOST_GAP + 1)[1:] / max(1, len(gaps)))


def _self_similarity(parts: Roll) -> Floats:
    """The share of strokes met again 2, 4 and 8 sixteenths later, by kick, backbeat, keepers."""
    lines = (parts[..., KICK], parts[..., BACKBEAT], _any(parts[..., KEEPERS]))
    return _floats(
        [[_share(line.ravel()[lag:], line.ravel()[:-lag]) for lag in (2, 4, 8)] for line in lines]
    )
