"""The groove of each bar of a corpus: that of its song, of every other bar, of the bars around."""

import numpy as np

from engine.encoding.features import LOOSELY, pattern_grid
from engine.grooves.book import write_book
from engine.music.kit import Voice
from engine.music.notes import Metre
from engine.training.bar_table import BarTable
from engine.training.sampling import DataSettings
from engine.training.song_grooves import (
    FLAT_VELOCITY,
    LEAST,
    GrooveTelling,
    find_grooves,
    most_typical,
)
from tests.support.bundles import HALF_TIME as HALF_TIME_ON_RIDE
from tests.support.bundles import WALTZ, book_of, groove_of
from tests.support.drummed import HALF_TIME, RIDE, ROCK, SYNCOPATED, MadeSong, bars_of, corpus_of

ROCK_LIKE = {"kick": "x... ..x. x... ....", "snare": ".... x... .... x..."}
REST = {Voice.KICK: "................"}


def table_of(*songs):
    return BarTable(dict(corpus_of(songs).tensors))


def strikes(table, bar, rows, steps=24):
    return (
        table.struck(np.array([bar]))[0, :steps] == pattern_grid(bars_of(rows)[0], steps)[..., 0]
    ).all()


def test_a_songs_groove_is_the_bar_that_agrees_best_with_all_of_them():
    table = table_of(MadeSong(bars_of(ROCK, SYNCOPATED, ROCK, ROCK, RIDE)))
    found = find_grooves(table).whole
    assert len(set(found.tolist())) == 1 and strikes(table, found[0], ROCK)


def test_the_groove_is_a_bar_of_the_songs_own_even_where_none_is_played_twice():
    struck = np.array([[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 0]], np.float32)
    assert most_typical(struck) == 1
    assert most_typical(np.ones((3, 4), np.float32)) == 0


def test_a_song_of_two_bars_in_turn_has_a_groove_for_each():
    table = table_of(MadeSong(bars_of(*[ROCK, HALF_TIME] * 4)))
    found = find_grooves(table).of_two
    assert all(strikes(table, found[bar], (ROCK, HALF_TIME)[bar % 2]) for bar in range(8))


def test_a_verses_groove_is_not_a_choruss():
    table = table_of(MadeSong(bars_of(*[ROCK] * 16, *[RIDE] * 32)))
    found = find_grooves(table)
    assert strikes(table, found.whole[0], RIDE), "of the whole song the longer part decides"
    assert strikes(table, found.around[0], ROCK)
    assert strikes(table, found.around[40], RIDE)


def test_the_bars_around_are_other_bars():
    table = table_of(MadeSong(bars_of(*[ROCK] * 20)))
    around = find_grooves(table).around
    assert all(around[bar] // 4 != bar // 4 for bar in range(20))


def test_bars_of_another_length_or_another_song_are_no_groove():
    waltz = {Voice.KICK: "x...........", Voice.RIDE: "x...x...x..."}
    table = table_of(
        MadeSong(bars_of(*[ROCK] * 6)),
        MadeSong(bars_of(*[waltz] * 6, beats=3.0), metre=Metre(3, 4)),
        MadeSong(bars_of(*[RIDE] * 6)),
    )
    for kind in find_grooves(table):
        assert (kind // 6 == np.arange(18) // 6)[kind >= 0].all()


def test_too_few_bars_and_bars_of_rest_have_no_groove():
    table = table_of(
        MadeSong(bars_of(*[ROCK] * (LEAST - 1))), MadeSong(bars_of(REST, ROCK, ROCK, ROCK))
    )
    found = find_grooves(table)
    assert found.whole.tolist() == [-1] * (LEAST - 1) + [-1, LEAST, LEAST, LEAST]
    assert (found.around == -1).all()


def telling(table, **shares):
    nothing = {"groove_whole": 0.0, "groove_two": 0.0, "groove_around": 0.0, "flatten_groove": 0.0}
    return GrooveTelling(table, DataSettings(**{**nothing, **shares}))


def test_windows_are_told_each_kind_of_groove_as_often_as_the_recipe_says():
    table = table_of(MadeSong(bars_of(*[ROCK, HALF_TIME] * 12, *[RIDE] * 12)))
    told = telling(table, groove_whole=0.5, groove_two=0.2, groove_around=0.1)
    grid = told.drawn(np.full(2000, 28), 24, np.random.default_rng(0))[..., 0]
    assert grid.shape == (2000, 2, 24, len(Voice))
    ride = grid[..., Voice.RIDE].any(axis=(1, 2))  # the bars around
    silent = ~grid.any(axis=(1, 2, 3))
    two = (grid[:, 0] != grid[:, 1]).any(axis=(1, 2))
    whole = ~(ride | silent | two)
    shares = [kind.mean() for kind in (whole, two, ride, silent)]
    assert np.allclose(shares, [0.5, 0.2, 0.1, 0.2], atol=0.04)


def test_a_groove_of_two_bars_tells_each_bar_its_own():
    table = table_of(MadeSong(bars_of(*[ROCK, HALF_TIME] * 6)))
    grid = telling(table, groove_two=1.0).drawn(np.array([2, 3]), 24, np.random.default_rng(0))
    rock, half = (pattern_grid(one, 24)[..., 0] for one in bars_of(ROCK, HALF_TIME))
    assert (grid[0, :, ..., 0] == [rock, half]).all()
    assert (grid[1, :, ..., 0] == [half, rock]).all()


def test_some_windows_are_told_a_groove_of_a_book_that_is_like_theirs_loosely(tmp_path):
    book, other = tmp_path / "grooves.json", groove_of(closed_hat="x.x.x.x.x.x.x.x.", **ROCK_LIKE)
    write_book(book, book_of(HALF_TIME_ON_RIDE, other), {})
    table = table_of(MadeSong(bars_of(*[ROCK] * 8)))
    told = telling(table, groove_whole=1.0, groove_loose=0.5, book=str(book))
    grid = told.drawn(np.full(400, 2), 24, np.random.default_rng(0))
    loose = grid[..., 0].max(axis=(1, 2, 3)) == LOOSELY
    assert abs(loose.mean() - 0.5) < 0.08
    assert (grid[loose] == other.grid()[0] * LOOSELY).all(), "it keeps time on the song's voice"
    assert (grid[~loose, ..., 0] == pattern_grid(bars_of(ROCK)[0], 24)[..., 0]).all()


def test_a_book_without_a_groove_of_the_length_tells_nothing(tmp_path):
    book = tmp_path / "grooves.json"
    write_book(book, book_of(WALTZ), {})
    table = table_of(MadeSong(bars_of(*[ROCK] * 8)))
    told = telling(table, groove_loose=1.0, book=str(book))
    assert not told.drawn(np.full(4, 2), 24, np.random.default_rng(0)).any()


def test_a_flattened_groove_tells_what_is_struck_and_nothing_of_touch():
    table = table_of(MadeSong(bars_of(*[ROCK] * 6)))
    told = telling(table, groove_whole=1.0, flatten_groove=1.0)
    grid = told.drawn(np.array([0]), 24, np.random.default_rng(0))
    struck = grid[..., 0] > 0
    assert struck.any() and (grid[struck][:, 1] == np.float32(FLAT_VELOCITY)).all()
    assert not grid[..., 2].any() and not grid[~struck].any()


def test_the_groove_of_the_whole_song_is_told_where_nothing_is_drawn():
    table = table_of(MadeSong(bars_of(*[ROCK, ROCK, HALF_TIME] * 4)))
    grid = telling(table).whole(np.array([1, 5]), 24)
    rock = pattern_grid(bars_of(ROCK)[0], 24)
    assert np.allclose(grid, np.broadcast_to(rock, grid.shape), atol=1e-6)
