"""Which grooves go into the book: those that a corpus's songs share, human drummers' and our own.

A bar of two bars or one is common property where songs of three groups at least (two, where the
metre is rare) strike exactly it. Of these, those are taken one by one that raise most how well the
songs' best groove agrees with them (greedy facility location; Nemhauser, Wolsey and Fisher 1978).

Shapes: B bars, S songs, c candidates, d places of a loop of two bars.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.corpus.groove_midi import SOURCE
from engine.corpus.store import SongInfo
from engine.encoding.features import WIDEST_OFFSET, grid_pattern
from engine.grooves.book import LOOPED_BARS, folded
from engine.grooves.groove import Groove
from engine.music.grid import MAX_BAR_STEPS, SLOTS, STEPS_PER_BEAT, fits_grid
from engine.music.kit import Voice
from engine.music.notes import Metre
from engine.training.bar_table import BarTable
from engine.training.song_grooves import most_typical

Ints = NDArray[np.int64]
Struck = NDArray[np.float32]

COMMON_METRE = Metre(4, 4)
IN_COMMON, IN_OTHERS = 400, 10  # grooves from shared bars: of 4/4, of each other metre
FROM_DRUMMERS = 60
SHARED_BY, SHARED_BY_IF_RARE = 3, 2  # groups of songs
LEAST_SONG_BARS = 8
MOST_STROKES_A_BEAT, LEAST_STROKES_A_BEAT = 10, 1
STYLE_SHARE = 0.25  # of its songs that know their style, for a groove to be of it,
STANDS_OUT = 1.2  # and so many times what is usual
PLAIN_VELOCITY = 96.0
LEAST_APART = 1e-3  # beats from the middle between two steps


@dataclass(frozen=True, slots=True)
class SongsOfMetre:
    """The songs that have enough bars of a metre, counted for agreement."""

    songs: Ints  # (S,)
    counts: Struck  # (S, d) how often each place is struck, even and odd bars apart
    bars: Struck  # (S, 2) even and odd bars
    strokes: Struck  # (S,)

    def agreement(self, loops: Struck) -> Struck:
        """F1 of each loop (c, d) played through each song, (c, S)."""
        halves = loops.reshape(len(loops), LOOPED_BARS, -1).sum(axis=2)
        told = halves @ self.bars.T + self.strokes
        return np.asarray(2 * (loops @ self.counts.T) / np.maximum(1, told), np.float32)


def make_book(table: BarTable, songs: Sequence[SongInfo], metres: Sequence[Metre]) -> list[Groove]:
    """The shared grooves of `metres` (one a bar of the table) and the drummers', best first."""
    kept = np.array([song.split == "train" for song in songs])
    alone = np.array([song.source == SOURCE for song in songs])
    names = np.array([str(metre) for metre in metres])
    found: list[Groove] = []
    for name in sorted(set(names.tolist()), key=lambda one: one != str(COMMON_METRE)):
        metre = Metre(*map(int, name.split("/")))
        of_metre = (names == name) & (table.strokes > 0)
        playing = of_metre & (kept & ~alone)[table.song]
        if not fits_grid(metre.beats):
            continue
        common = metre == COMMON_METRE
        found += _shared(table, songs, metre, playing, IN_COMMON if common else IN_OTHERS)
        if common:
            drummers = of_metre & (kept & alone)[table.song]
            found += _drummers(table, songs, metre, drummers)
    return found


def _shared(
    table: BarTable, songs: Sequence[SongInfo], metre: Metre, bars: NDArray[np.bool_], count: int
) -> list[Groove]:
    mine = np.flatnonzero(bars)
    if not len(mine):
        return []
    measured = songs_of_metre(table, mine)
    least = SHARED_BY if metre == COMMON_METRE else SHARED_BY_IF_RARE
    _, group = np.unique([song.group for song in songs], return_inverse=True)
    kinds = _kinds(table, mine)
    shared = _shared_loops(table, mine, kinds, group, least, metre)
    if not len(measured.songs) or not len(shared):
        return []
    loops = np.stack([_loop(table, loop) for loop in shared])
    chosen = cover(measured.agreement(loops), count)
    equal = _Equal(mine, kinds)
    return [_common_groove(table, songs, metre, shared[one], equal) for one in chosen]


def songs_of_metre(
    table: BarTable, bars: Ints, least: int = LEAST_SONG_BARS, fold: Struck | None = None
) -> SongsOfMetre:
    """The songs that have at least so many of the bars.

    `fold` (V, rows) counts voices together, as `engine.grooves.book.FOLD`.
    """
    many = np.bincount(table.song[bars], minlength=len(table.first))
    songs = np.flatnonzero(many >= least)
    row = np.full(len(many), -1)
    row[songs] = np.arange(len(songs))
    bars = bars[row[table.song[bars]] >= 0]
    at, odd = row[table.song[bars]], (bars - table.first[table.song[bars]]) % LOOPED_BARS
    size = MAX_BAR_STEPS * (len(Voice) if fold is None else fold.shape[1])
    counts = np.zeros((len(songs) * LOOPED_BARS, size), np.float32)
    for part in np.array_split(np.arange(len(bars)), max(1, len(bars) // 20_000)):
        struck = folded(table.struck(bars[part]), fold).reshape(len(part), size)
        np.add.at(counts, at[part] * LOOPED_BARS + odd[part], struck)
    halves = np.bincount(at * LOOPED_BARS + odd, minlength=len(songs) * LOOPED_BARS)
    flat = counts.reshape(len(songs), LOOPED_BARS * size)
    return SongsOfMetre(
        songs, flat, halves.reshape(-1, LOOPED_BARS).astype(np.float32), flat.sum(axis=1)
    )


def cover(agreement: Struck, count: int) -> list[int]:
    """Which rows of (c, S), one by one, raise the sum of the columns' maxima most."""
    best = np.zeros(agreement.shape[1], np.float32)
    heap = [(-float(row.sum()), at) for at, row in enumerate(agreement)]
    heapq.heapify(heap)
    chosen: list[int] = []
    while heap and len(chosen) < count:
        _, at = heapq.heappop(heap)
        gain = float(np.maximum(agreement[at] - best, 0).sum())  # it can only have shrunk
        if gain <= 0:
            continue
        if not heap or gain >= -heap[0][0] - 1e-6:
            chosen.append(at)
            best = np.maximum(best, agreement[at])
        else:
            heapq.heappush(heap, (-gain, at))
    return chosen


class _Equal:
    """Finds the bars that strike exactly what a bar does."""

    def __init__(self, bars: Ints, kinds: Ints) -> None:
        order = np.argsort(kinds, kind="stable")
        self._bars, self._kinds = bars[order], kinds[order]
        self._kind_of = dict(zip(bars.tolist(), kinds.tolist(), strict=True))

    def __call__(self, bar: int) -> Ints:
        kind = self._kind_of[bar]
        first, end = np.searchsorted(self._kinds, [kind, kind + 1])
        return self._bars[first:end]


def _shared_loops(
    table: BarTable, bars: Ints, kinds: Ints, group: Ints, least: int, metre: Metre
) -> list[tuple[int, ...]]:
    """One bar (or two in a row) for each loop that songs of `least` groups strike."""
    groups = group[table.song[bars]]
    beats = metre.beats
    fits = table.strokes[bars] >= LEAST_STROKES_A_BEAT * beats
    fits &= table.strokes[bars] <= MOST_STROKES_A_BEAT * beats
    ones = _of_groups(kinds[fits], groups[fits], least)
    found = [(int(bars[fits][at]),) for at in ones]
    even = (bars - table.first[table.song[bars]]) % LOOPED_BARS == 0
    in_a_row = (bars[1:] == bars[:-1] + 1) & (table.song[bars[1:]] == table.song[bars[:-1]])
    follows = np.append(in_a_row, False) & even & fits & np.roll(fits, -1)
    first = np.flatnonzero(follows)
    first = first[kinds[first] != kinds[first + 1]]
    pairs = kinds[first] * (int(kinds.max(initial=0)) + 1) + kinds[first + 1]
    twos = _of_groups(pairs, groups[first], least)
    return found + [(int(bars[first[at]]), int(bars[first[at]]) + 1) for at in twos]


def _kinds(table: BarTable, bars: Ints) -> Ints:
    """A number for each bar, the same for bars that strike the same."""
    packed = np.concatenate(
        [
            np.packbits(table.struck(part).reshape(len(part), -1) > 0, axis=1)
            for part in np.array_split(bars, max(1, len(bars) // 20_000))
        ]
    )
    rows = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).ravel()
    kinds: Ints = np.unique(rows, return_inverse=True)[1]
    return kinds


def _of_groups(kinds: Ints, groups: Ints, least: int) -> Ints:
    """The first place of each kind that so many groups have."""
    if not len(kinds):
        return np.zeros(0, np.int64)
    _, place, number = np.unique(kinds, return_index=True, return_inverse=True)
    each = np.unique(number * (int(groups.max()) + 1) + groups)  # every kind and group once
    many = np.bincount(each // (int(groups.max()) + 1), minlength=len(place))
    return np.asarray(np.sort(place[many >= least]), np.int64)


def _loop(table: BarTable, bars: tuple[int, ...]) -> Struck:
    looped = np.resize(np.array(bars), LOOPED_BARS)
    return table.struck(looped).reshape(-1)


def _common_groove(
    table: BarTable,
    songs: Sequence[SongInfo],
    metre: Metre,
    loop: tuple[int, ...],
    equal_to: _Equal,
) -> Groove:
    """The groove with the mean velocity of all bars that strike it, on the grid."""
    grids = []
    for bar in loop:
        equal = equal_to(bar)
        steps = int(table.steps[bar])
        grid = table.drums(np.array([[bar]]), table.song[[bar]], steps)[0, 0]
        grid[..., 1] = grid[..., 0] * _mean_velocity(table, equal, steps) / 127
        grid[..., 2] = 0
        grids.append(grid)
    here = _players(table, loop, equal_to)
    whole = np.concatenate(grids)
    return Groove(
        grid_pattern(whole, len(loop) * metre.beats),
        metre,
        _style(songs, here),
        _tempo(table, here),
        "shared",
        len({songs[song].group for song in here}),
    )


def _players(table: BarTable, loop: tuple[int, ...], equal_to: _Equal) -> list[int]:
    """The songs that play the bars of the loop in a row."""
    starts = equal_to(loop[0])
    for ahead, bar in enumerate(loop[1:], 1):
        starts = starts[np.isin(starts + ahead, equal_to(bar))]
        starts = starts[table.song[starts] == table.song[starts + ahead]]
    return sorted(set(table.song[starts].tolist()))


def _mean_velocity(table: BarTable, equal: Ints, steps: int) -> Struck:
    """(steps, V) over the bars whose songs have dynamics; a plain one where none has."""
    lively = equal[table.has_dynamics[table.song[equal]]][:2000]
    if not len(lively):
        return np.full((steps, len(Voice)), PLAIN_VELOCITY, np.float32)
    grids = table.drums(lively[:, None], table.song[lively], steps)
    return np.asarray(grids[:, 0, ..., 1].mean(axis=0) * 127, np.float32)


def _style(songs: Sequence[SongInfo], players: Sequence[int]) -> str:
    """The style that stands out most among the songs against all of the corpus, if one does."""
    usual = Counter(song.style for song in songs if song.style)
    known = Counter(songs[song].style for song in players if songs[song].style)
    share = {style: many / known.total() for style, many in known.items()}
    above = {style: mine * usual.total() / usual[style] for style, mine in share.items()}
    stands_out = [s for s in share if share[s] >= STYLE_SHARE and above[s] >= STANDS_OUT]
    return max(stands_out, key=lambda style: above[style], default="")


def _tempo(table: BarTable, players: Sequence[int]) -> tuple[float, float]:
    bpm = np.array([table.bpm[table.first[song]] for song in players])
    low, high = np.percentile(bpm, [25, 75])
    return float(low), float(high)


def _drummers(
    table: BarTable, songs: Sequence[SongInfo], metre: Metre, bars: NDArray[np.bool_]
) -> list[Groove]:
    """The most typical bars of human drummers' takes that differ most, touch and all."""
    mine = np.flatnonzero(bars)
    if not len(mine):
        return []
    measured = songs_of_metre(table, mine)
    typical: list[int] = []
    for song in measured.songs:
        mine = np.flatnonzero(bars & (table.song == song))
        typical.append(int(mine[most_typical(table.struck(mine).reshape(len(mine), -1))]))
    if not typical:
        return []
    loops = np.stack([_loop(table, (bar,)) for bar in typical])
    chosen = cover(measured.agreement(loops), FROM_DRUMMERS)
    return [_played_groove(table, songs, metre, typical[one]) for one in chosen]


def _on_its_step(offset: Struck) -> Struck:
    """Micro-timing (steps, V) in beats, no wider than the grid takes it for the same step.

    A drummer's late sixteenth may lie nearer to a triplet.
    """
    middle = np.append(SLOTS, 1.0)
    half = np.diff(middle) / 2 - LEAST_APART
    step = np.arange(len(offset)) % STEPS_PER_BEAT
    return np.clip(offset, -half[step - 1][:, None], half[step][:, None])


def _played_groove(table: BarTable, songs: Sequence[SongInfo], metre: Metre, bar: int) -> Groove:
    song = int(table.song[bar])
    grid = table.drums(np.array([[bar]]), table.song[[bar]], int(table.steps[bar]))[0, 0]
    grid[..., 2] = _on_its_step(grid[..., 2] * WIDEST_OFFSET) / WIDEST_OFFSET
    bpm = float(table.bpm[bar])
    source = f"Groove MIDI Dataset, {songs[song].file}"
    pattern = grid_pattern(grid, metre.beats)
    return Groove(pattern, metre, songs[song].style, (0.85 * bpm, 1.15 * bpm), source)
