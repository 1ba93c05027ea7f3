"""Whether the drums go with the guitar from bar to bar.

Conventions
-----------
- A correlation is Pearson's r over the bars of one song, from -1 to 1, between a feature of the
  guitar and one of the drums; bars in which either has nothing to say are left out.
- It is None for fewer than 8 bars, and where one side never changes.
- The guitar's density is attacks a beat (notes within 0.05 beats are one), its loudness the mean
  velocity of the notes that begin in the bar, its register their mean pitch, its stops the share
  of the bar in which nothing sounds. The drums' density is strokes a beat, their loudness the mean
  velocity.
- The same for the true drums says how much there was to hear; it is no upper bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product

import numpy as np

from engine.evaluation.measures.drumming import Drumming, Floats
from engine.music.notes import Note
from engine.music.song import Bar

FEWEST_BARS = 8
CHORD_BEATS = 0.05
GUITAR = ("density", "loudness", "register", "stops")
DRUMS = ("density", "loudness")
PAIRS = tuple(product(GUITAR, DRUMS))

Listening = dict[str, float | None]  # "guitar's density: drums' loudness" -> r


def listening(notes: Sequence[Note], drums: Drumming) -> Listening:
    """How each feature of the guitar moves with each of the drums."""
    guitar = guitar_features(notes, drums.bars)
    struck = {"density": drums.per_beat(), "loudness": drums.mean_velocity()}
    return {name(a, b): correlation(guitar[a], struck[b]) for a, b in PAIRS}


def name(guitar: str, drums: str) -> str:
    """The key of one correlation."""
    return f"{guitar} - {drums}"


def correlation(a: Floats, b: Floats) -> float | None:
    """Pearson's r over the places where both are finite; None where it means nothing."""
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"features of the same bars are needed, not {a.shape} and {b.shape}")
    both = np.isfinite(a) & np.isfinite(b)
    a, b = a[both], b[both]
    if len(a) < FEWEST_BARS or np.ptp(a) < 1e-9 or np.ptp(b) < 1e-9:
        return None
    return float(np.clip(np.corrcoef(a, b)[0, 1], -1, 1))


def guitar_features(notes: Sequence[Note], bars: Sequence[Bar]) -> dict[str, Floats]:
    """The bar features of a guitar, `notes` sorted by onset."""
    onset = np.array([note.onset for note in notes])
    velocity = np.array([note.velocity for note in notes]) / 127
    pitch = np.array([note.pitch for note in notes], np.float64)
    attack = np.append(True, np.diff(onset) > CHORD_BEATS)[: len(onset)]
    rows = []
    for bar in bars:
        first, last = np.searchsorted(onset, (bar.start, bar.start + bar.beats))
        density = attack[first:last].sum() / bar.beats
        means = (
            (velocity[first:last].mean(), pitch[first:last].mean())
            if last > first
            else (np.nan, np.nan)
        )
        rows.append((density, *means))
    columns = np.array(rows, np.float64).reshape(-1, 3).T
    found = dict(zip(GUITAR, columns, strict=False))
    return found | {"stops": _stops(notes, bars)}


def _stops(notes: Sequence[Note], bars: Sequence[Bar]) -> Floats:
    """The share of each bar in which nothing sounds."""
    ends = np.maximum.accumulate(np.array([note.end for note in notes] or [-np.inf]))
    gaps = [
        (float(end), after.onset)
        for end, (_, after) in zip(ends, pairwise(notes), strict=False)
        if after.onset > end
    ]
    edges = [(-np.inf, notes[0].onset), *gaps, (float(ends[-1]), np.inf)] if notes else []
    silent = np.array(edges or [(-np.inf, np.inf)])
    starts = np.array([bar.start for bar in bars])[:, None]
    length = np.array([bar.beats for bar in bars])[:, None]
    overlap = np.minimum(silent[:, 1], starts + length) - np.maximum(silent[:, 0], starts)
    return np.asarray(np.clip(overlap, 0, None).sum(axis=1) / length[:, 0], np.float64)
