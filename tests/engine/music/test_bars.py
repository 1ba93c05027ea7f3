"""Bars by the metres of a song, also where those are written beside the bar lines."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.music.bars import bars_of, end_with_last_note, pick_up
from engine.music.notes import Metre, Note

COMMON, WALTZ = Metre(4, 4), Metre(3, 4)


def bars(*metres, end):
    return list(bars_of(metres, end, lambda _: 120.0))


@pytest.mark.parametrize("off", [-0.24, -0.01, -1 / 960, 1 / 192, 0.05, 0.25])
def test_a_change_of_metre_beside_a_bar_line_is_meant_on_it(off):
    found = bars((0.0, COMMON), (8 + off, WALTZ), (14 + off, COMMON), end=22)
    assert [(bar.start, bar.beats) for bar in found] == [
        (0, 4), (4, 4), (8, 3), (11, 3), (14, 4), (18, 4)
    ]  # fmt: skip
    assert all(bar.is_whole for bar in found)


def test_a_change_within_a_bar_cuts_it_at_an_eighth():
    found = bars((0.0, COMMON), (6.6, COMMON), end=10)
    assert [(bar.start, bar.beats) for bar in found] == [(0, 4), (4, 2.5), (6.5, 4)]


def test_a_rest_too_short_to_be_a_bar_goes_with_the_bar_before_it():
    found = bars((0.0, COMMON), (9.0, COMMON), end=13)
    assert [(bar.start, bar.beats, bar.is_whole) for bar in found] == [
        (0, 4, True), (4, 5, False), (9, 4, True)
    ]  # fmt: skip


@pytest.mark.parametrize(("first", "beats"), [(Metre(1, 4), 1), (Metre(1, 8), 0.5), (WALTZ, 3)])
def test_a_first_bar_that_is_shorter_is_a_pick_up(first, beats):
    assert pick_up(((0.0, first), (float(beats), COMMON)), 20.0) == (beats, COMMON)


def test_a_song_in_one_metre_has_no_pick_up():
    assert pick_up(((0.0, WALTZ),), 20.0) == (0.0, WALTZ)
    assert pick_up(((0.0, COMMON), (8.0, WALTZ)), 20.0) == (0.0, COMMON)
    assert pick_up(((0.0, COMMON),), 0.0) == (0.0, COMMON)


def test_a_last_chord_that_rings_ends_with_the_bar_it_begins_in():
    notes = [Note(0.0, 1.0, 40), Note(6.0, 12.0, 45), Note(6.0, 1.0, 47)]
    ended = end_with_last_note(notes, bars((0.0, COMMON), end=18))
    assert [note.end for note in ended] == [1, 8, 7]


@given(
    st.lists(
        st.tuples(
            st.floats(0, 60), st.builds(Metre, st.integers(1, 12), st.sampled_from([2, 4, 8, 16]))
        ),
        max_size=6,
    )
)
def test_bars_follow_each_other_without_a_gap(changes):
    metres = ((0.0, COMMON), *sorted(dict(changes).items(), key=lambda entry: entry[0]))
    found = bars(*metres, end=70)
    for before, bar in pairwise(found):
        assert bar.start == pytest.approx(before.start + before.beats, abs=1e-6)
    assert all(bar.beats > 0 for bar in found) and found[-1].start + found[-1].beats >= 70 - 1e-6
