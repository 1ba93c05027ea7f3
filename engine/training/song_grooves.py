"""The groove of each bar of a corpus: the bar that its song, or its part of the song, keeps to.

A song's groove is the bar that would agree best with the others if it were played in their place.
Three are known of each bar: of the whole song, of its bars of the same number by two (a groove of
two bars), and of the bars around it, itself left out (a verse's groove is not a chorus's).

A drummer who plays from a book of grooves is never told the song's own. So some windows are told a
groove of the book that is like it, *loosely* (`LOOSELY`): what it leaves open is in the guitar.

Shapes: B bars of the corpus, n bars of a song, d places where a voice may be struck, g grooves.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.encoding.features import GRID_CHANNELS, LOOSELY, Floats
from engine.grooves.book import FOLD, LOOPED_BARS, folded, loops, read_book
from engine.grooves.groove import Groove, keeper_of
from engine.music.grid import steps_in
from engine.music.kit import VOICES, Voice
from engine.training.bar_table import BarTable
from engine.training.sampling import PAIR_BARS, DataSettings

Ints = NDArray[np.int64]

BLOCK = 4  # bars that share the groove around them
AROUND = 8  # bars on either side of a block
FLAT_VELOCITY = 0.75  # of a groove that tells nothing of touch
LEAST = 3  # bars to find a groove in
OTHERS = 8  # grooves of the book that are drawn for each song
CLOSENESS = 0.12  # F1 by which one that is less alike is e times less likely to be drawn


class SongGrooves(NamedTuple):
    """For each bar the bar that is its groove, -1 where there is none; (B,) each."""

    whole: Ints
    of_two: Ints
    around: Ints


class GrooveTelling:
    """Tells windows the groove of their song."""

    def __init__(self, table: BarTable, settings: DataSettings) -> None:
        self._table, self._settings = table, settings
        self._grooves = find_grooves(table)
        book = read_book(Path(settings.book)).grooves if settings.book else ()
        self._book = BookGrooves(table, self._grooves.whole, book) if book else None

    def whole(self, bars: Ints, steps: int) -> Floats:
        """The groove of the song of each pair that begins with `bars` (b,), as `drawn`."""
        return self._drums(np.repeat(self._grooves.whole[bars][:, None], PAIR_BARS, 1), bars, steps)

    def drawn(self, bars: Ints, steps: int, rng: np.random.Generator) -> Floats:
        """One of the grooves, or none, for each pair, (b, PAIR_BARS, steps, V, 3)."""
        settings, pair = self._settings, bars[:, None] + np.arange(PAIR_BARS)
        shares = np.cumsum([settings.groove_whole, settings.groove_two, settings.groove_around])
        kind = np.searchsorted(shares, rng.random(len(bars)), side="right")
        whole, of_two, around = self._grooves
        choices = [whole[pair], of_two[pair], np.repeat(around[bars][:, None], PAIR_BARS, 1)]
        told = np.select([(kind == k)[:, None] for k in range(len(choices))], choices, -1)
        grid = self._drums(told, bars, steps)
        if self._book:
            loose = rng.random(len(bars)) < settings.groove_loose
            grid[loose] = self._book.drawn(bars[loose], steps, rng)
        flat = rng.random(len(bars)) < settings.flatten_groove
        grid[flat, ..., 1:] = grid[flat, ..., :1] * (FLAT_VELOCITY, 0)
        return grid

    def _drums(self, grooves: Ints, bars: Ints, steps: int) -> Floats:
        return self._table.drums(grooves, self._table.song[bars], steps)


class BookGrooves:
    """For each song some grooves of a book: like its own, and time is kept on the same voice."""

    def __init__(self, table: BarTable, whole: Ints, book: Sequence[Groove]) -> None:
        self._table = table
        self._grids = [groove.grid() for groove in book]  # (bars, steps, V, 3) each
        self._like = _like(table, whole, book)  # (S, OTHERS) places in the book, -1 for none

    def drawn(self, bars: Ints, steps: int, rng: np.random.Generator) -> Floats:
        """One of them, told loosely, for each pair, (b, PAIR_BARS, steps, V, 3); blank for none."""
        songs = self._table.song[bars]
        told = np.zeros((len(bars), PAIR_BARS, steps, VOICES, GRID_CHANNELS), np.float32)
        column = rng.integers(OTHERS, size=len(bars))
        since = bars - self._table.first[songs]
        for row, place in enumerate(self._like[songs, column].tolist()):
            if place >= 0 and self._grids[place].shape[1] == steps:
                grid = self._grids[place]
                told[row] = grid[(since[row] + np.arange(PAIR_BARS)) % len(grid)]
        return told * LOOSELY


def find_grooves(table: BarTable) -> SongGrooves:
    """The grooves of all bars; only bars of one length keep to each other."""
    found = SongGrooves(*(np.full(len(table.song), -1, np.int64) for _ in range(3)))
    for first, end in zip(table.first.tolist(), table.end.tolist(), strict=True):
        bars = np.arange(first, end)
        bars = bars[table.strokes[bars] > 0]
        for steps in np.unique(table.steps[bars]):
            alike = bars[table.steps[bars] == steps]
            struck = table.struck(alike).reshape(len(alike), -1)
            found.whole[alike] = _groove_of(alike, struck)
            for parity in (0, 1):
                mine = (alike - first) % 2 == parity
                found.of_two[alike[mine]] = _groove_of(alike[mine], struck[mine])
            _around(alike, struck, found.around)
    return found


def most_typical(struck: NDArray[np.float32]) -> int:
    """Which of the bars (n, d) agrees best with all of them, by F1; the first of equals."""
    usual = struck.sum(axis=0)
    agreement = 2 * (struck @ usual) / (len(struck) * struck.sum(axis=1) + usual.sum())
    return int(agreement.argmax())


def _groove_of(bars: Ints, struck: NDArray[np.float32]) -> int:
    return int(bars[most_typical(struck)]) if len(bars) >= LEAST else -1


def _around(bars: Ints, struck: NDArray[np.float32], groove: Ints) -> None:
    for start in range(0, len(bars), BLOCK):
        block = slice(start, start + BLOCK)
        near = np.r_[max(0, start - AROUND) : start, start + BLOCK : start + BLOCK + AROUND]
        near = near[near < len(bars)]
        groove[bars[block]] = _groove_of(bars[near], struck[near])


def _like(table: BarTable, whole: Ints, book: Sequence[Groove]) -> Ints:
    """The places of `OTHERS` grooves that are like each song's own, (S, OTHERS), -1 for none.

    Drawn by how alike they are (F1 of what is struck), among those that keep time on its voice.
    """
    rng = np.random.default_rng(0)
    struck = folded(loops(book)).reshape(len(book), -1)  # (g, d)
    steps = np.array([steps_in(groove.metre.beats) for groove in book])
    keeper = np.array([_row_of(keeper_of(groove.grid())) for groove in book])
    like = np.full((len(table.first), OTHERS), -1, np.int64)
    known = np.flatnonzero(whole >= 0)
    songs, first = np.unique(table.song[known], return_index=True)
    for song, bar in zip(songs.tolist(), whole[known[first]].tolist(), strict=True):
        own = table.struck(np.full(LOOPED_BARS, bar))
        mine = np.flatnonzero(steps == table.steps[bar])
        kept = mine[keeper[mine] == _row_of(keeper_of(own[:, : table.steps[bar], :, None]))]
        mine = kept if len(kept) else mine
        if len(mine):
            flat = folded(own).ravel()
            agreement = 2 * struck[mine] @ flat / (struck[mine].sum(axis=1) + flat.sum())
            weight = np.exp((agreement - agreement.max()) / CLOSENESS)
            like[song] = rng.choice(mine, OTHERS, p=weight / weight.sum())
    return like


def _row_of(keeper: Voice | None) -> int:
    """The row of the voice that keeps time, with what sounds like it; -1 for none."""
    return -1 if keeper is None else int(FOLD[keeper].argmax()) if FOLD[keeper].any() else -2
