"""What the drums do when the guitar does something else.

Conventions
-----------
- The model plays the start of a song (32 scored bars at most) again with the same seed and a
  changed guitar; what it does is held against what it did with the guitar as it was.
- *Density* is the change of the number of strokes as a share of it: -0.5 is half as many, None
  where there were none. *Loudness* is the change of the mean velocity, 0..1; None where one of
  the two takes has no strokes.
- Half and double velocity stay in 1..127. Thinned, every second attack is gone (notes within 0.05
  beats are one). In the rest no note begins for two bars, and what sounds into them is cut off;
  only these two bars are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.evaluation.measures.drumming import Drumming, drumming
from engine.evaluation.measures.listening import CHORD_BEATS
from engine.music.notes import Hit, Note
from engine.music.song import Bar

MOST_BARS = 32
REST_BARS = 2
SOFT, LOUD, THIN, REST = "half velocity", "double velocity", "half the notes", "two bars' rest"


@dataclass(frozen=True, slots=True)
class Variant:
    """A changed guitar, and the bars in which its drums are compared."""

    notes: tuple[Note, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Response:
    """What changed in the drums."""

    density: float | None
    loudness: float | None


def variants(notes: Sequence[Note], bars: Sequence[Bar]) -> dict[str, Variant]:
    """The guitar changed in each way, up to the end of the first MOST_BARS of the scored bars."""
    if not bars:
        raise ValueError("there must be a bar to compare")
    first = tuple(bars[:MOST_BARS])
    end = first[-1].start + first[-1].beats
    heard = [note for note in notes if note.onset < end]
    found = {
        SOFT: Variant(tuple(scaled(heard, 0.5)), first),
        LOUD: Variant(tuple(scaled(heard, 2.0)), first),
        THIN: Variant(tuple(thinned(heard)), first),
    }
    rest = rest_of(first)
    if rest:
        found[REST] = Variant(tuple(silenced(heard, rest)), rest)
    return found


def response(plain: Sequence[Hit], changed: Sequence[Hit], bars: Sequence[Bar]) -> Response:
    """How the drums of some bars differ, from hits in beats of the song."""
    before, after = (drumming(bars, range(len(bars)), hits) for hits in (plain, changed))
    strokes = len(before.row)
    both = strokes and len(after.row)
    return Response(
        density=len(after.row) / strokes - 1 if strokes else None,
        loudness=_loudness(after) - _loudness(before) if both else None,
    )


def scaled(notes: Sequence[Note], factor: float) -> list[Note]:
    """The notes softer or louder."""
    return [
        replace(note, velocity=min(127, max(1, round(note.velocity * factor)))) for note in notes
    ]


def thinned(notes: Sequence[Note]) -> list[Note]:
    """Every other attack, the first one kept; `notes` sorted by onset."""
    onset = np.array([note.onset for note in notes])
    attack = np.cumsum(np.append(True, np.diff(onset) > CHORD_BEATS)[: len(onset)])
    return [note for note, number in zip(notes, attack, strict=True) if number % 2]


def rest_of(bars: Sequence[Bar]) -> tuple[Bar, ...]:
    """The two bars nearest the middle that follow each other; none where no two do."""
    pairs = [
        tuple(bars[at : at + REST_BARS])
        for at in range(len(bars) - 1)
        if abs(bars[at].start + bars[at].beats - bars[at + 1].start) < 1e-6
    ]
    middle = (bars[0].start + bars[-1].start) / 2
    return min(pairs, key=lambda pair: abs(pair[0].start - middle), default=())


def silenced(notes: Sequence[Note], rest: Sequence[Bar]) -> list[Note]:
    """The notes with nothing in these bars."""
    start, end = rest[0].start, rest[-1].start + rest[-1].beats
    return [
        replace(note, duration=start - note.onset) if note.onset < start < note.end else note
        for note in notes
        if not start <= note.onset < end
    ]


def _loudness(drums: Drumming) -> float:
    return float(drums.velocity.mean())
