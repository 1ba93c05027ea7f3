"""How a phrase is struck, as some hundred numbers for a classifier: dynamics and micro-timing.

Conventions
-----------
- A phrase is eight bars of four beats. What is struck is taken as given: both sides must have the
  same strokes, or what is struck would tell them apart.
- Velocities are 0..1, and count up to 112 of 127: the pads of the Groove MIDI Dataset clip, a
  seventh of its strokes lies at 127 exactly, and that would tell pads from hands.
- Micro-timing is in whole milliseconds off the step, later is positive: finer than that nobody
  hears, but the ticks of a file would tell who wrote it.
- Kinds of *place*: the beats 1 and 3, the beats 2 and 4, the eighths between, all the rest.
- Parts are those of `engine.evaluation.measures.struck_features`. NaN where there are no strokes.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.measures.drumming import Drumming, Floats, Ints
from engine.evaluation.measures.listening import correlation
from engine.evaluation.measures.struck_features import BACKBEAT, CLOSED, PARTS, RIDE
from engine.evaluation.measures.touch import milliseconds as exact_milliseconds
from engine.music.grid import STEPS_PER_BEAT

PLACES = 4
EIGHTH = 3  # slot of the beat
GHOST, ACCENT = 0.4, 0.85
HARDEST = 112 / 127
NO_PART = len(PARTS)
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def touch_vector(phrase: Drumming) -> Floats:
    """All numbers of a phrase in one row, (numbers,)."""
    return np.concatenate([np.ravel(one) for one in touch_features(phrase).values()])


def touch_features(phrase: Drumming) -> dict[str, Floats]:
    """What is measured of the touch in a phrase."""
    phrase = replace(phrase, velocity=np.minimum(phrase.velocity, HARDEST))
    part, place = _parts(phrase), _places(phrase)
    found: dict[str, Floats] = {}
    for name, values in (("velocity", phrase.velocity), ("timing", milliseconds(phrase))):
        found[f"{name} by part and place"] = _means(
            values, part * PLACES + place, len(PARTS) * PLACES
        )
        found[f"{name} spread by part"] = _spreads(values, part)
        found[f"{name} spread by place"] = _spreads_at(values, part, place)
        found[f"{name} in all"] = _distribution(values)
        found[f"{name} in time"] = _memory(phrase, values, part)
    return found | {"accents": _accents(phrase, part, place), "flams": _flams(phrase)}


def milliseconds(phrase: Drumming) -> Floats:
    """The micro-timing of each stroke as far as it can be heard."""
    return np.round(exact_milliseconds(phrase))


def _parts(phrase: Drumming) -> Ints:
    names = [name for part in PARTS.values() for name in part]
    number = [n for n, part in enumerate(PARTS.values()) for _ in part]
    of_row = [number[names.index(v.name)] if v.name in names else NO_PART for v in phrase.rows]
    return np.array(of_row, np.int64)[phrase.row]


def _places(phrase: Drumming) -> Ints:
    """0: beats 1 and 3, 1: beats 2 and 4, 2: eighths between, 3: the rest."""
    beat, slot = np.divmod(phrase.step, STEPS_PER_BEAT)
    return np.where(slot == 0, beat % 2, np.where(slot == EIGHTH, 2, 3)).astype(np.int64)


def _means(values: Floats, kind: Ints, kinds: int) -> Floats:
    kept = kind < kinds
    count = np.bincount(kind[kept], minlength=kinds)
    total = np.bincount(kind[kept], values[kept], minlength=kinds)
    means: Floats = np.full(kinds, np.nan)
    np.divide(total, count, out=means, where=count > 0)
    return means


def _spreads(values: Floats, part: Ints) -> Floats:
    return np.array([_std(values[part == one]) for one in range(len(PARTS))])


def _spreads_at(values: Floats, part: Ints, place: Ints) -> Floats:
    """Backbeat and closed hat, by kind of place."""
    return np.array(
        [
            [_std(values[(part == one) & (place == at)]) for at in range(PLACES)]
            for one in (BACKBEAT, CLOSED)
        ]
    )


def _std(values: Floats) -> float:
    return float(values.std()) if len(values) > 1 else np.nan


def _distribution(values: Floats) -> Floats:
    """Mean, spread, quantiles, how many values there are, and the share of the commonest."""
    if not len(values):
        return np.full(len(QUANTILES) + 4, np.nan)
    counts = np.unique(np.round(values, 3), return_counts=True)[1]
    rest = (len(counts) / len(values), counts.max() / len(values))
    return np.array([values.mean(), values.std(), *np.quantile(values, QUANTILES), *rest])


def _memory(phrase: Drumming, values: Floats, part: Ints) -> Floats:
    """Correlations from a stroke to the next, of all and of the keepers; the drift of bars."""
    by_bar = _means(values, phrase.bar, len(phrase.bars))
    level = np.where(np.isfinite(by_bar), by_bar, np.nanmean(by_bar) if len(values) else 0.0)
    lines = [values, values[part == CLOSED], values[part == RIDE], values[part == BACKBEAT]]
    chained = [_or_nan(correlation(line[:-1], line[1:])) for line in lines]
    second = [_or_nan(correlation(line[:-2], line[2:])) for line in lines]
    return np.array([*chained, *second, level.std(), level[-1] - level[:-1].mean()])


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value


def _accents(phrase: Drumming, part: Ints, place: Ints) -> Floats:
    """Ghosts, accents, hats on the beat above those off it, loud strokes against late ones."""
    loud, late = phrase.velocity, milliseconds(phrase)
    snare, on_beat = part == BACKBEAT, place < 2
    contrasts = [
        _mean(loud[(part == one) & on_beat]) - _mean(loud[(part == one) & ~on_beat])
        for one in (CLOSED, RIDE)
    ]
    return np.array(
        [
            _mean(loud[snare] < GHOST),
            _mean(loud < GHOST),
            _mean(loud > ACCENT),
            _mean(loud[snare & (place == 1)]) - _mean(loud[snare & (place != 1)]),
            *contrasts,
            _or_nan(correlation(loud, late)),
            _mean(late == 0),
        ]
    )


def _mean(values: Floats | NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else np.nan


def _flams(phrase: Drumming) -> Floats:
    """How far strokes on one step lie apart (ms), and how unlike they are in velocity."""
    where = phrase.bar * 1000 + phrase.step
    same = np.diff(where) == 0  # strokes are in order of bar, step and row
    apart = np.abs(np.diff(milliseconds(phrase)))[same]
    unlike = np.abs(np.diff(phrase.velocity))[same]
    return np.array([_mean(apart), _std(apart), _mean(unlike), _std(unlike)])
