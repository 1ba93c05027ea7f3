"""How surprising a model finds the true drums, and what hearing the guitar takes off that.

Conventions
-----------
- Bits a bar of the joint choice of voices at each step; velocity and micro-timing are left out.
- *Primed*: the song's true drums up to the bar are known, as far as the model remembers.
  *Unprimed*: no drums are known before the bar.
- *Other* is the guitar of another song in the same metre and near in tempo, laid on the same bars.
- The guitar's *worth* is bits with the other guitar minus bits with its own.
- Measured on at most 32 bars of a song, evenly spread over those that are scored.
- *Picking*: the bits of 16 of these bars, primed, summed as one drum part, with the song's own
  guitar and nine others. `picked` is 1 where its own makes the part likeliest; `picked_bars` is
  the share of single bars for which it does. Chance is 1 in 10; ties go against the model.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from engine.evaluation.measures.drumming import Floats
from engine.evaluation.songs import EvalSong, borrowed_guitar
from engine.inference.accompany import Drummer, request_for
from engine.music.notes import HISTORY_BARS, Hit, Note, Pattern, Request
from engine.music.song import Bar

EARLY_BEATS = 0.125  # a stroke less than this before a bar line belongs to the bar after it
MOST_BARS = 32
PICK_BARS = 16
GUITARS = 10


class Reader(Drummer, Protocol):
    """A drummer who can also say how surprising drums are: the drummer of a bundle."""

    def bits(self, request: Request, truth: Pattern) -> float: ...


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Bits a bar of one song; None where no song could lend (enough) guitars."""

    primed: float
    unprimed: float
    primed_other: float | None = None
    unprimed_other: float | None = None
    worth_primed: float | None = None
    worth_unprimed: float | None = None
    picked: float | None = None
    picked_bars: float | None = None


def likelihood(
    song: EvalSong, bars: Sequence[Bar], lenders: Sequence[EvalSong], reader: Reader
) -> Likelihood:
    """What a model makes of the true drums in these bars; `lenders` with the nearest first.

    With fewer than nine lenders nothing is picked, with none there is no other guitar.
    """
    chosen = spread(bars, MOST_BARS)
    primed, unprimed = (_bits(song, song.notes, chosen, reader, primed=p) for p in (True, False))
    own = Likelihood(float(primed.mean()), float(unprimed.mean()))
    if not lenders:
        return own
    notes = borrowed_guitar(song, lenders[0])
    other, strange = (_bits(song, notes, chosen, reader, primed=p) for p in (True, False))
    picked = _pick(song, chosen, lenders, reader, np.stack([primed, other]))
    return replace(
        own,
        primed_other=float(other.mean()),
        unprimed_other=float(strange.mean()),
        worth_primed=float(other.mean() - primed.mean()),
        worth_unprimed=float(strange.mean() - unprimed.mean()),
        picked=picked[0] if picked else None,
        picked_bars=picked[1] if picked else None,
    )


def spread(bars: Sequence[Bar], most: int) -> list[Bar]:
    """At most so many of the bars, evenly spread; ValueError where there are none."""
    if not bars:
        raise ValueError("there must be a bar to measure")
    count = min(most, len(bars))
    return [bars[(2 * place + 1) * len(bars) // (2 * count)] for place in range(count)]


def pick(bits: Floats) -> tuple[float, float]:
    """Whether the first guitar is picked for the whole part, and for which share of the bars.

    `bits` (guitars, bars), at least two guitars and a bar.
    """
    if bits.ndim != 2 or len(bits) < 2 or not bits.shape[1] or not np.isfinite(bits).all():
        raise ValueError("picking needs the bits of at least two guitars for at least one bar")
    part = bits.sum(axis=1)
    bars = bits[0] < bits[1:].min(axis=0)
    return float(part[0] < part[1:].min()), float(bars.mean())


def true_pattern(hits: Sequence[Hit], bar: Bar) -> Pattern:
    """The true drums of one bar, in beats from its start; `hits` sorted by beat."""
    first = bisect_left(hits, bar.start - EARLY_BEATS, key=lambda hit: hit.beat)
    last = bisect_left(hits, bar.start + bar.beats - EARLY_BEATS, key=lambda hit: hit.beat)
    inside = (replace(hit, beat=hit.beat - bar.start) for hit in hits[first:last])
    return Pattern.of(inside, bar.beats)


def _pick(
    song: EvalSong,
    bars: Sequence[Bar],
    lenders: Sequence[EvalSong],
    reader: Reader,
    known: Floats,
) -> tuple[float, float] | None:
    """`known` (2, bars) are the bits with the song's own guitar and the first lender's."""
    if len(lenders) < GUITARS - 1:
        return None
    fewer = spread(bars, PICK_BARS)
    at = [bars.index(bar) for bar in fewer]
    rest = [
        _bits(song, borrowed_guitar(song, lender), fewer, reader, primed=True)
        for lender in lenders[1 : GUITARS - 1]
    ]
    return pick(np.concatenate([known[:, at], np.stack(rest)]))


def _bits(
    song: EvalSong, notes: Sequence[Note], bars: Sequence[Bar], reader: Reader, *, primed: bool
) -> Floats:
    """The bits of the true drums of each bar, (bars,)."""
    hits = sorted(song.hits())
    onsets = [note.onset for note in notes]
    number = {bar.start: index for index, bar in enumerate(song.bars)}
    found = []
    for bar in bars:
        index = number[bar.start]
        before = song.bars[max(0, index - HISTORY_BARS) : index] if primed else ()
        request = request_for(index, bar, notes, onsets)
        request = replace(request, history=_history(hits, before, bar))
        found.append(reader.bits(request, true_pattern(hits, bar)))
    return np.array(found)


def _history(hits: Sequence[Hit], before: Sequence[Bar], bar: Bar) -> tuple[Pattern, ...]:
    """The true drums of the bars before; bars of another length say nothing about this one."""
    patterns: tuple[Pattern, ...] = ()
    for one in before:
        patterns = (*patterns, true_pattern(hits, one)) if one.beats == bar.beats else ()
    return patterns
