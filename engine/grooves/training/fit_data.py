"""Parts of a corpus for the fit network: their bars as heard, and how well each groove agrees.

Shapes: p parts, b of them, S songs, g grooves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.corpus.store import Corpus, Tensors
from engine.encoding.features import Floats, density_of, intensity_of
from engine.grooves.book import FOLD, folded, loops
from engine.grooves.groove import Groove, feel_of_slots, slots_struck
from engine.grooves.heard import (
    CHANNELS,
    EARLY,
    LONGEST,
    SUMMARY,
    TALLY,
    TOLD,
    Bytes,
    lay_notes,
    summary,
    tally_notes,
)
from engine.grooves.training.make_book import songs_of_metre
from engine.music.grid import MAX_BAR_STEPS
from engine.music.notes import Metre
from engine.music.wishes import FEELS, STYLES, Style
from engine.training.bar_table import Arrays, BarTable

Ints = NDArray[np.int64]
STAND_INS = 2  # a song, beside its guitars
HEARD_WEIGHT = 0.75  # of voices that sound alike, in the agreement to be learnt
TELL = 0.25  # of the parts that are told each of density, intensity, style and feel
HEARD_BARS = (1, 4, 16, LONGEST)  # after so many bars a part is summed up


@dataclass(frozen=True, slots=True)
class FitParts:
    """The parts of one split."""

    summaries: Floats  # (p, len(HEARD_BARS), SUMMARY)
    bars: Ints  # (p,) that are there
    song: Ints  # (p,)
    guitar: NDArray[np.bool_]  # (p,)
    words: Floats  # (S, TOLD) all that could be said of each song

    def drawn(self, rows: Ints, rng: np.random.Generator) -> Floats:
        """What the network sees of parts (b,), after some of their bars and told some words."""
        after = rng.integers(len(HEARD_BARS), size=len(rows))
        words = self.words[self.song[rows]] * _kept_words(len(rows), rng)
        return np.concatenate([self.summaries[rows, after], words], axis=1)

    def untold(self, rows: Ints, after: int) -> Floats:
        """The same after `HEARD_BARS[after]` bars, told nothing."""
        nothing = np.zeros((len(rows), TOLD), np.float32)
        return np.concatenate([self.summaries[rows, after], nothing], axis=1)


def fit_parts(corpus: Corpus, table: BarTable, split: str, seed: int) -> FitParts:
    """The guitars of the songs of a split, and some stand-ins."""
    tensors: Arrays = dict(corpus.tensors)
    rng = np.random.default_rng(seed)
    chosen = _choose_parts(corpus, table, split, rng)
    laid = np.zeros((LONGEST, MAX_BAR_STEPS, CHANNELS), np.uint8)
    tally = np.zeros((LONGEST, TALLY), np.float32)
    summaries = np.zeros((len(chosen), len(HEARD_BARS), SUMMARY), np.float32)
    bars = np.zeros(len(chosen), np.int64)
    for row, part in enumerate(chosen):
        first, bars[row] = _lay_part(tensors, table, part, laid, tally)
        beats, bpm = float(table.beats[first]), float(table.bpm[first])
        summaries[row] = [summary(laid[:some], tally[:some], beats, bpm) for some in HEARD_BARS]
    return FitParts(
        summaries,
        bars,
        tensors["part_song"][chosen].astype(np.int64),
        np.asarray(tensors["part_guitar"][chosen] == 1),
        _words(corpus, table),
    )


def agreement(table: BarTable, grooves: Sequence[Groove]) -> NDArray[np.float32]:
    """The F1 of each groove looped through each song, (S, g); 0 in another metre.

    A mean of it with the voices as one that sound alike, and with all of them apart.
    """
    apart, heard = (_agreement(table, grooves, fold) for fold in (None, FOLD))
    return np.asarray(HEARD_WEIGHT * heard + (1 - HEARD_WEIGHT) * apart, np.float32)


def _agreement(
    table: BarTable, grooves: Sequence[Groove], fold: NDArray[np.float32] | None
) -> NDArray[np.float32]:
    found = np.zeros((len(table.first), len(grooves)), np.float32)
    struck = folded(loops(grooves), fold).reshape(len(grooves), -1)
    beats = np.array([groove.metre.beats for groove in grooves])
    for length in np.unique(beats):
        mine = np.flatnonzero(beats == length)
        bars = np.flatnonzero((table.beats == length) & (table.strokes > 0))
        measured = songs_of_metre(table, bars, least=4, fold=fold)
        found[np.ix_(measured.songs, mine)] = measured.agreement(struck[mine]).T
    return found


def _choose_parts(
    corpus: Corpus, table: BarTable, split: str, rng: np.random.Generator
) -> list[int]:
    tensors = corpus.tensors
    of_split = np.array([song.split == split for song in corpus.songs]) & ~table.is_alone
    usable = of_split[tensors["part_song"]] & (np.diff(tensors["part_note"]) > 0)
    guitar = tensors["part_guitar"] == 1
    chosen = np.flatnonzero(usable & guitar).tolist()
    others = np.flatnonzero(usable & ~guitar)
    for part in rng.permutation(others):
        chosen.append(int(part))
    song = tensors["part_song"][chosen]
    kept, seen = [], dict[int, int]()
    for part, of in zip(chosen, song.tolist(), strict=True):
        if not guitar[part]:
            seen[of] = seen.get(of, 0) + 1
        if guitar[part] or seen[of] <= STAND_INS:
            kept.append(part)
    return kept


def _lay_part(
    tensors: Arrays, table: BarTable, part: int, laid: Bytes, tally: Floats
) -> tuple[int, int]:
    """Lays a part from its first bar on into (k, t, CHANNELS) and (k, TALLY).

    Returns its first bar, and how many there are.
    """
    keep = slice(int(tensors["part_note"][part]), int(tensors["part_note"][part + 1]))
    song = int(tensors["part_song"][part])
    begin, end = int(table.first[song]), int(table.end[song])
    starts, onset = tensors["bar_start"][begin:end], tensors["note_onset"][keep]
    bar = np.maximum(0, np.searchsorted(starts, onset + EARLY, side="right") - 1)
    first, inside = int(bar[0]), bar - bar[0] < LONGEST
    bar = bar[inside]
    columns = (
        bar - first,
        onset[inside] - starts[bar],
        tensors["note_duration"][keep][inside],
        tensors["note_pitch"][keep][inside],
    )
    laid[:] = lay_notes(*columns, tensors["note_velocity"][keep][inside], bars=LONGEST)
    tally[:] = tally_notes(*columns, bars=LONGEST)
    return begin + first, min(LONGEST, end - begin - first)


def _words(corpus: Corpus, table: BarTable) -> Floats:
    """What could be said of the drums of each song, as `told` has it, (S, TOLD)."""
    words = np.zeros((len(corpus.songs), TOLD), np.float32)
    feels = song_feels(table)
    for number, song in enumerate(corpus.songs):
        bars = slice(int(table.first[number]), int(table.end[number]))
        strokes, loud = table.strokes[bars], table.loud[bars]
        beats = table.beats[bars][strokes > 0].sum()
        words[number, :2] = 1, density_of(strokes.sum(), max(1.0, float(beats)))
        if table.has_dynamics[number]:
            words[number, 2:4] = 1, intensity_of(loud.sum() / max(1, strokes.sum()))
        if song.style:
            words[number, 4 + Style[song.style.upper()]] = 1
        words[number, 4 + STYLES] = 1
        words[number, 5 + STYLES + feels[number]] = 1
    return words


def song_feels(table: BarTable) -> Ints:
    """The feel of each song's drums, (S,)."""
    feels = np.zeros(len(table.first), np.int64)
    for song, (first, end) in enumerate(zip(table.first, table.end, strict=True)):
        slots = slots_struck(table.struck(np.arange(first, end)) > 0)
        feels[song] = feel_of_slots(slots)
    return feels


def _kept_words(count: int, rng: np.random.Generator) -> Floats:
    """(count, TOLD) of 0 and 1: each of density, intensity, style and feel is told or not."""
    density, intensity, style, feel = (rng.random((4, count)) < TELL).astype(np.float32)
    columns = [density] * 2 + [intensity] * 2 + [style] * STYLES + [feel] * (1 + FEELS)
    return np.stack(columns, axis=1)


def metres_of(tensors: Tensors) -> list[Metre]:
    """The metre of each bar."""
    known: dict[tuple[int, int], Metre] = {}
    columns = (tensors[name].tolist() for name in ("bar_numerator", "bar_denominator"))
    pairs: Iterator[tuple[int, int]] = zip(*columns, strict=True)
    return [known.setdefault(pair, Metre(*pair)) for pair in pairs]
