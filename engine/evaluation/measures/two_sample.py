"""Whether a judge can tell our phrases from true ones: a two-sample test by a classifier.

Conventions
-----------
- Boosted trees learn true from ours on phrases of eight bars; no song is judged by trees that saw
  it, ours or true (folds by the song's group). The *AUC* is the chance that of a true phrase and
  one of ours the true one is held for the truer: 0.5 is no telling apart, 1 is always told.
- The interval is a bootstrap over songs of the judged phrases; the trees are not fit anew, so that
  with few songs it is too narrow: between drummers who cannot be told, 24 songs give from 0.25 to
  0.75, 70 pairs of songs 0.50 to 0.57. Under 50 songs only a clear verdict means anything.
- *Struck* looks at what is struck only, on the nine rows or on the whole kit (there a voice that
  one side never plays tells). *Touch* looks at velocity and micro-timing only, and on the strokes
  alone that both have: same bar, step and row. It counts songs that a human played (no more than
  half of the strokes lie on one millisecond of their steps) and phrases with at least 24 such
  strokes.
- None with fewer than 10 groups of songs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.evaluation.hit_metrics import Mean
from engine.evaluation.measures.boosted_trees import held_out
from engine.evaluation.measures.drumming import Drumming, Floats, Ints
from engine.evaluation.measures.phrases import phrases, shared
from engine.evaluation.measures.struck_features import struck_vector
from engine.evaluation.measures.touch_features import milliseconds, touch_vector

FEWEST_GROUPS = 10
FEWEST_STROKES = 24
MOST_ON_ONE_MS = 0.5
RESAMPLES = 400


@dataclass(frozen=True, slots=True)
class Auc:
    """How surely phrases are told apart."""

    auc: Mean  # over songs
    true_phrases: int
    our_phrases: int


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """The phrases of one song as rows of numbers, (phrases, numbers) each."""

    group: str
    true: Floats
    ours: Floats


def struck_pair(group: str, starts: Sequence[int], truth: Drumming, ours: Drumming) -> Pair:
    """What is struck in the phrases that begin with these bars."""
    true, own = (_rows(phrases(one, starts), struck_vector) for one in (truth, ours))
    return Pair(group, true, own)


def touch_pair(group: str, starts: Sequence[int], truth: Drumming, ours: Drumming) -> Pair:
    """How the strokes that both have are struck, where a human played."""
    played = starts if by_a_human(truth) else ()
    true, own = (phrases(one, played) for one in shared(truth, ours))
    fit = [place for place, one in enumerate(true) if len(one.row) >= FEWEST_STROKES]
    both = ([one[place] for place in fit] for one in (true, own))
    return Pair(group, *(_rows(one, touch_vector) for one in both))


def by_a_human(truth: Drumming) -> bool:
    """Whether the strokes lie around their steps as a human's do; a grid with flams is no human."""
    counts = np.unique(milliseconds(truth), return_counts=True)[1]
    return bool(len(counts) and counts.max() <= MOST_ON_ONE_MS * counts.sum())


def told_apart(songs: Sequence[Pair]) -> Auc | None:
    """How surely the true phrases of these songs are told from ours."""
    known = [one for one in songs if len(one.true) and len(one.ours)]
    if len({one.group for one in known}) < FEWEST_GROUPS:
        return None
    rows = np.concatenate([part for one in known for part in (one.true, one.ours)])
    sizes = [len(part) for one in known for part in (one.true, one.ours)]
    labels = np.repeat(np.tile([1, 0], len(known)), sizes)
    song = np.repeat(np.repeat(np.arange(len(known)), 2), sizes)
    truth = held_out(rows, labels, [known[at].group for at in song])[:, 1]
    return Auc(
        _over_songs(truth, labels, song, len(known)),
        true_phrases=int(labels.sum()),
        our_phrases=int((labels == 0).sum()),
    )


def auc(chance: Floats, labels: Ints, weight: Floats | None = None) -> float:
    """The chance that one labelled 1 lies above one labelled 0; ties count half.

    `weight` (rows,) says how often each row counts.
    """
    weights = np.ones(len(chance)) if weight is None else weight
    _, level = np.unique(chance, return_inverse=True)
    true, own = (np.bincount(level, weights * (labels == side)) for side in (1, 0))
    below = np.cumsum(own) - own
    return float((true * (below + own / 2)).sum() / (true.sum() * own.sum()))


def _over_songs(chance: Floats, labels: Ints, song: Ints, songs: int) -> Mean:
    rng = np.random.default_rng(0)
    draws = [auc(chance, labels, _drawn(rng, songs)[song]) for _ in range(RESAMPLES)]
    low, high = np.percentile(draws, [2.5, 97.5])
    return Mean(auc(chance, labels), float(low), float(high), songs)


def _drawn(rng: np.random.Generator, songs: int) -> Floats:
    """How often each song is drawn, (songs,)."""
    drawn = np.bincount(rng.integers(songs, size=songs), minlength=songs)
    return drawn.astype(np.float64)


def _rows(found: Sequence[Drumming], vector: Callable[[Drumming], Floats]) -> Floats:
    rows = [vector(one) for one in found]
    return np.stack(rows) if rows else np.zeros((0, 0))
