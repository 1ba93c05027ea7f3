"""Whether a player's songs are spread as the true ones are, after Yang and Lerch (2018).

"On the evaluation of generative models in music", Neural Computing and Applications 32.

Conventions
-----------
- A feature is one vector a song. Distances are Euclidean, between all pairs of songs: *intra* among
  the true ones or among the player's, *inter* between a true one and a player's one of another
  song (the paper has no such pairs; a song and its own answer are left out, for all would gain).
- Each set of distances is smoothed by a Gaussian kernel of Scott's width, on 400 points that all
  sets share. *Overlap* is the area under both curves, inter and true intra: 1 is the same, 0
  nothing in common. *Divergence* is Kullback and Leibler's of the inter from the true intra, in
  bits.
- The interval is a bootstrap over songs, as everywhere; both copies of a song drawn twice never
  meet. Fewer than 8 songs give None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.evaluation.hit_metrics import ROWS, Mean
from engine.evaluation.measures.drumming import Drumming, Floats, Ints

FEWEST_SONGS = 8
POINTS = 400
RESAMPLES = 100
GAPS = 8  # classes of the time from one struck sixteenth to the next: 1..7 sixteenths, and more


@dataclass(frozen=True, slots=True)
class Overlap:
    """How far the distances of two sets of songs agree."""

    overlap: Mean
    divergence: float
    spread: float  # mean intra distance of the player's songs over that of the true ones


def features(drums: Drumming) -> dict[str, Floats]:
    """What is compared of a song: vectors by name."""
    bars = len(drums.bars)
    return {
        "hits a bar": np.array([len(drums.row) / bars]),
        "voices": _shares(drums.row, len(ROWS)),
        "places": _shares(drums.cell[drums.cell >= 0], 24),
        "gaps": _shares(_gaps(drums), GAPS),
        "loudness": _shares((drums.velocity * 127).astype(np.int64) // 16, 8),
        "unlike bars": np.array([_unlike(drums)]),
    }


def overlap(truth: Sequence[Floats], answer: Sequence[Floats]) -> Overlap | None:
    """Compare one feature, one vector a song on both sides and in the same order."""
    true, own = np.array(truth, np.float64), np.array(answer, np.float64)
    if true.shape != own.shape or true.ndim != 2:
        raise ValueError(
            f"one vector a song is needed on both sides, not {true.shape}, {own.shape}"
        )
    if len(true) < FEWEST_SONGS:
        return None
    sets = {"true": _distances(true, true), "own": _distances(own, own)}
    sets["inter"] = _distances(true, own)
    everyone = np.arange(len(true))
    area, divergence = _compare(sets, everyone)
    rng = np.random.default_rng(0)
    draws = [_compare(sets, rng.choice(everyone, len(true)))[0] for _ in range(RESAMPLES)]
    low, high = np.percentile(draws, [2.5, 97.5])
    apart = ~np.eye(len(true), dtype=bool)
    true_mean = float(sets["true"][apart].mean())
    return Overlap(
        overlap=Mean(area, float(low), float(high), len(true)),
        divergence=divergence,
        spread=float(sets["own"][apart].mean()) / true_mean if true_mean else 1.0,
    )


def _compare(sets: Mapping[str, Floats], songs: Ints) -> tuple[float, float]:
    """Overlap and divergence for some of the songs."""
    apart = songs[:, None] != songs[None, :]
    inter, true = (sets[name][np.ix_(songs, songs)][apart] for name in ("inter", "true"))
    top = max(float(x.max()) for x in sets.values()) * 1.1 or 1.0
    p, q = (density(x, top) for x in (true, inter))
    ratio = np.log2((p + 1e-9) / (q + 1e-9))
    return float(np.minimum(p, q).sum()), max(0.0, float((p * ratio).sum()))


def density(values: Floats, top: float) -> Floats:
    """A smooth distribution over POINTS places from 0 to `top`, adding up to 1."""
    place = np.clip((values / top * POINTS).astype(np.int64), 0, POINTS - 1)
    counts = np.bincount(place, minlength=POINTS) / len(values)
    width = max(1.0, float(values.std()) * len(values) ** -0.2 / top * POINTS)
    reach = min(POINTS, int(4 * width) + 1)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    smooth = np.convolve(counts, kernel)[reach : reach + POINTS]
    return np.asarray(smooth / smooth.sum(), np.float64)


def _distances(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.linalg.norm(a[:, None] - b[None], axis=2), np.float64)


def _shares(classes: Ints, count: int) -> Floats:
    """How often each class comes up, as a share; all 0 where there is nothing."""
    return np.asarray(np.bincount(classes, minlength=count) / max(1, len(classes)), np.float64)


def _gaps(drums: Drumming) -> Ints:
    """The times between struck sixteenths of a bar, as classes 0..GAPS-1."""
    bar, cell = np.nonzero(drums.roll().any(axis=2))
    same = np.diff(bar) == 0
    gaps: Ints = np.clip(np.diff(cell)[same], 1, GAPS) - 1
    return gaps


def _unlike(drums: Drumming) -> float:
    """The mean share of struck cells that differ from the bar before."""
    roll, follows = drums.roll(), drums.follows()[1:]
    differ = (roll[1:] ^ roll[:-1]).sum(axis=(1, 2))
    struck = (roll[1:] | roll[:-1]).sum(axis=(1, 2))
    ratio = differ / np.maximum(struck, 1)
    return float(ratio[follows].mean()) if follows.any() else 0.0
