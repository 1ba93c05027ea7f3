"""What goes into the book: what songs share and what drummers play, never one song's own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.corpus.groove_midi import SOURCE
from engine.encoding.features import pattern_grid
from engine.grooves.training.fit_data import agreement, metres_of
from engine.grooves.training.make_book import SHARED_BY, cover, make_book
from engine.music.kit import PITCH_OF, Voice
from engine.music.notes import Hit, Metre, Pattern
from engine.music.wishes import Feel
from engine.training.bar_table import BarTable
from tests.support.drummed import (
    HALF_TIME,
    RIDE,
    ROCK,
    SYNCOPATED,
    MadeSong,
    bars_of,
    corpus_of,
)

SEXTUPLETS = 24
KITS = (Voice.KICK, Voice.SNARE, Voice.CLOSED_HAT, Voice.RIDE, Voice.LOW_TOM)


def book_of(songs):
    corpus = corpus_of(songs)
    return make_book(BarTable(dict(corpus.tensors)), corpus.songs, metres_of(corpus.tensors))


def struck(groove):
    return (groove.grid()[..., 0] > 0).tobytes(), groove.bars


def strikes(*rows, beats=4.0):
    steps = round(beats * 6)
    grid = np.concatenate([pattern_grid(one, steps)[..., 0] for one in bars_of(*rows, beats=beats)])
    return (grid > 0).tobytes(), len(rows)


def test_a_bar_that_songs_of_three_groups_strike_is_in_the_book():
    songs = [MadeSong(bars_of(*[ROCK] * 8)) for _ in range(3)]
    assert [struck(one) for one in book_of(songs)] == [strikes(ROCK)]


def test_songs_of_one_group_count_once_however_many_they_are():
    songs = [MadeSong(bars_of(*[ROCK] * 8), group="the same band") for _ in range(9)]
    songs += [MadeSong(bars_of(*[ROCK] * 8), group="another")]
    assert book_of(songs) == []


def test_held_out_songs_share_nothing():
    songs = [MadeSong(bars_of(*[ROCK] * 8)) for _ in range(2)]
    songs += [MadeSong(bars_of(*[ROCK] * 8), split="valid") for _ in range(4)]
    assert book_of(songs) == []


def test_two_bars_in_a_row_that_songs_share_make_a_groove_of_two():
    songs = [MadeSong(bars_of(*[ROCK, SYNCOPATED] * 4)) for _ in range(3)]
    book = book_of(songs)
    assert struck(book[0]) == strikes(ROCK, SYNCOPATED) and book[0].bars == 2


def test_in_a_rare_metre_two_groups_are_enough():
    waltz = {Voice.KICK: "x...........", Voice.RIDE: "x...x...x...", Voice.SNARE: "....x...x..."}
    bars = bars_of(*[waltz] * 8, beats=3.0)
    songs = [MadeSong(bars, metre=Metre(3, 4)) for _ in range(2)]
    (groove,) = book_of(songs)
    assert groove.metre == Metre(3, 4) and struck(groove) == strikes(waltz, beats=3.0)


def test_a_groove_tells_who_shares_it_how_fast_and_in_which_style():
    tempi, styles = (80.0, 100.0, 120.0, 140.0), ("funk", "funk", "", "rock")
    songs = [
        MadeSong(bars_of(*[ROCK] * 8), bpm=bpm, style=style)
        for bpm, style in zip(tempi, styles, strict=True)
    ]
    others = [MadeSong(bars_of(*[RIDE] * 8), style="rock", group="one band") for _ in range(4)]
    (groove,) = book_of([*songs, *others])
    assert (groove.source, groove.songs, groove.style) == ("shared", 4, "funk")
    assert groove.bpm == pytest.approx((95.0, 125.0))


def test_a_groove_is_of_the_style_that_plays_it_more_than_all_songs_do():
    rock = [MadeSong(bars_of(*[HALF_TIME] * 8), style="rock") for _ in range(12)]
    styles = ("rock", "rock", "funk", "funk")
    mixed = [MadeSong(bars_of(*[ROCK] * 8), style=style) for style in styles]
    even = [MadeSong(bars_of(*[RIDE] * 8), style=style) for style in ("rock",) * 6 + ("funk",)]
    book = {struck(one): one.style for one in book_of([*rock, *mixed, *even])}
    assert book[strikes(ROCK)] == "funk", "half of its songs, and few of all"
    assert book[strikes(RIDE)] == "", "as usual as it is"


def test_a_shared_groove_is_struck_as_hard_as_its_songs_do_on_the_whole_and_on_the_grid():
    def bars(velocity):
        hits = [Hit(beat + 0.02, PITCH_OF[Voice.KICK], velocity) for beat in range(4)]
        return (Pattern.of(hits, 4.0),) * 8

    songs = [MadeSong(bars(velocity)) for velocity in (60, 80, 100)]
    (groove,) = book_of([*songs, MadeSong(bars(127), dynamics=False)])
    assert [hit.beat for hit in groove.pattern.hits] == [0.0, 1.0, 2.0, 3.0]
    assert {hit.velocity for hit in groove.pattern.hits} == {80}


def test_bars_too_sparse_or_too_busy_to_be_a_groove_are_left_out():
    sparse = {Voice.KICK: "x.............x."}
    busy = dict.fromkeys(KITS, "xxxxxxxxxxxxxxxx")
    songs = [MadeSong(bars_of(*[sparse] * 8, *[busy] * 8)) for _ in range(3)]
    assert book_of(songs) == []


rows = st.sampled_from([ROCK, SYNCOPATED, HALF_TIME, RIDE])
made_songs = st.lists(
    st.tuples(
        st.lists(rows, min_size=8, max_size=12),
        st.integers(0, 3),
        st.lists(st.integers(0, 15), min_size=2, max_size=5, unique=True),
        st.sampled_from(["train", "train", "valid"]),
    ),
    min_size=1,
    max_size=7,
)


@settings(max_examples=40, deadline=None)
@given(made_songs)
def test_no_groove_is_one_songs_own(told):
    """Every groove is struck, bar for bar, in training songs of three groups at least."""
    songs = []
    for bars, group, places, split in told:
        own = {Voice.COWBELL: "".join("x" if place in places else "." for place in range(16))}
        made = bars_of(*bars, {**ROCK, **own}, {**ROCK, **own})
        songs.append(MadeSong(made, group=str(group), split=split))
    corpus = corpus_of(songs)
    table = BarTable(dict(corpus.tensors))
    for groove in make_book(table, corpus.songs, metres_of(corpus.tensors)):
        wanted = groove.grid()[..., 0] > 0
        groups = {
            songs[song].group
            for song in range(len(songs))
            if songs[song].split == "train" and plays(table, song, wanted)
        }
        assert len(groups) >= SHARED_BY
        assert groove.songs <= len(groups)


def plays(table, song, wanted):
    first, end = int(table.first[song]), int(table.end[song])
    bars = table.struck(np.arange(first, end))[:, : wanted.shape[1]] > 0
    size = len(wanted)
    return any((bars[at : at + size] == wanted).all() for at in range(len(bars) - size + 1))


def drummer(late, number=0):
    """A drummer alone who plays sixteenths on the hat, so much too late."""
    hits = [Hit(step / 4 + late, PITCH_OF[Voice.CLOSED_HAT], 50 + step) for step in range(16)]
    hits += [Hit(float(beat), PITCH_OF[Voice.KICK], 100) for beat in range(0, 4, 1 + number)]
    return MadeSong((Pattern.of(hits, 4.0),) * 8, source=SOURCE, style="funk", bpm=100.0)


def test_a_human_drummers_bar_is_in_the_book_with_its_touch_and_its_source():
    (groove,) = book_of([drummer(0.02)])
    assert groove.source == "Groove MIDI Dataset, 0.mid" and groove.style == "funk"
    assert groove.bpm == pytest.approx((85.0, 115.0))
    hats = [hit for hit in groove.pattern.hits if hit.voice is Voice.CLOSED_HAT]
    assert [hit.velocity for hit in hats] == [50 + step for step in range(16)]
    assert [hit.beat - step / 4 for step, hit in enumerate(hats)] == pytest.approx(
        [0.02] * 16, abs=2e-3
    )


def test_drummers_who_play_alike_are_in_the_book_once():
    book = book_of([drummer(0.02), drummer(0.01), drummer(0.0, 1)])
    assert len({struck(one) for one in book}) == len(book) == 2


def test_a_late_sixteenth_of_a_drummer_is_no_triplet_in_the_book():
    song = drummer(0.0)
    corpus = corpus_of([song])
    late = (corpus.tensors["hit_voice"] == Voice.CLOSED_HAT) * np.float32(0.06)
    tensors = {**corpus.tensors, "hit_offset": late.astype(np.float32)}
    (groove,) = make_book(BarTable(tensors), corpus.songs, metres_of(tensors))
    hats = np.flatnonzero(groove.grid()[0, :, Voice.CLOSED_HAT, 0])
    assert (hats % 6).tolist() == [0, 1, 3, 5] * 4
    assert groove.feel is Feel.STRAIGHT


@pytest.mark.parametrize(
    ("agreement", "count", "chosen"),
    [
        ([[0.95, 0.1], [0.1, 0.9], [0.6, 0.6]], 3, [2, 0, 1]),
        ([[0.9, 0.1], [0.1, 0.8], [0.9, 0.1]], 3, [0, 1]),
        ([[0.5, 0.5], [0.5, 0.5]], 2, [0]),
        ([[0.0, 0.0]], 2, []),
        ([[0.2, 0.3], [0.4, 0.5]], 1, [1]),
    ],
)
def test_what_covers_the_songs_best_is_taken_one_by_one(agreement, count, chosen):
    assert cover(np.array(agreement, np.float32), count) == chosen


@given(st.integers(0, 9999))
def test_each_taken_groove_raises_the_best_agreement_as_much_as_any_could(seed):
    rng = np.random.default_rng(seed)
    table = rng.random((8, 5)).astype(np.float32)
    best = np.zeros(5, np.float32)
    for row in cover(table, 5):
        gains = np.maximum(table - best, 0).sum(axis=1)
        assert gains[row] >= gains.max() - 1e-5
        best = np.maximum(best, table[row])


def test_a_groove_agrees_fully_with_a_song_that_plays_nothing_else():
    songs = [MadeSong(bars_of(*[ROCK] * 8)) for _ in range(3)] + [MadeSong(bars_of(*[RIDE] * 8))]
    corpus = corpus_of(songs)
    table = BarTable(dict(corpus.tensors))
    book = make_book(table, corpus.songs, metres_of(corpus.tensors))
    found = agreement(table, book)
    assert found.shape == (4, 1)
    assert found[:3, 0] == pytest.approx([1, 1, 1]) and 0 < found[3, 0] < 0.8
