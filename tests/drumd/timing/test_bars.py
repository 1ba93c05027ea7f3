"""The bars of a song whose metre changes."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drumd.timing.bars import BarPlace, Bars, MetreChange
from engine.music.notes import COMMON_TIME, Metre

WALTZ, SIX_EIGHT = Metre(3, 4), Metre(6, 8)
SONG = Bars.laid([(0.0, COMMON_TIME), (8.0, WALTZ), (14.0, COMMON_TIME)])


def test_bars_of_one_metre_follow_each_other_from_beat_0_on_and_before_it():
    bars = Bars.of(SIX_EIGHT)
    assert [bars.start_of(bar) for bar in (-1, 0, 1, 2)] == [-3.0, 0.0, 3.0, 6.0]
    assert [bars.number_at(beat) for beat in (-0.1, 0.0, 2.9, 3.0)] == [-1, 0, 0, 1]


def test_each_bar_is_in_its_metre_and_numbers_go_on():
    assert [SONG.start_of(bar) for bar in range(6)] == [0.0, 4.0, 8.0, 11.0, 14.0, 18.0]
    assert [SONG.number_at(beat) for beat in (7.9, 8.0, 10.9, 11.0, 14.0)] == [1, 2, 2, 3, 4]
    assert SONG.place_of(3) == BarPlace(11.0, 3.0, WALTZ)
    assert SONG.line_after(7.0) == 8.0 and SONG.line_after(8.0) == 11.0


def test_a_metre_that_begins_within_a_bar_cuts_it_short():
    bars = Bars.of(COMMON_TIME).changed(WALTZ, 6.0)
    assert bars.changes[-1] == MetreChange(WALTZ, 6.0, 2)
    assert bars.place_of(1) == BarPlace(4.0, 2.0, COMMON_TIME)


def test_a_change_takes_the_place_of_those_that_were_to_come():
    assert SONG.changed(SIX_EIGHT, 8.0) == Bars.laid([(0.0, COMMON_TIME), (8.0, SIX_EIGHT)])
    assert SONG.changed(COMMON_TIME, 8.0) == Bars.of(COMMON_TIME)
    assert SONG.changed(WALTZ, -4.0) == Bars((MetreChange(WALTZ, -4.0, -1),))


def test_the_last_bar_of_a_metre_leads_on_if_that_has_held_for_a_while():
    bars = Bars.laid([(0.0, COMMON_TIME), (16.0, WALTZ), (19.0, COMMON_TIME)])
    assert [bar for bar in range(8) if bars.leads_on(bar, 4)] == [3]


def test_pulses_are_counted_from_each_bar_line():
    bars = Bars.of(Metre(7, 8)).changed(SIX_EIGHT, 3.5)
    beats = [2.9]
    while beats[-1] < 9.0:
        beats.append(bars.pulse_after(beats[-1]))
    assert beats[1:] == [3.0, 3.5, 5.0, 6.5, 8.0, 9.5]


def test_a_song_that_is_moved_keeps_its_metre_from_its_beginning_on():
    assert SONG.moved(15.0) is SONG
    assert SONG.moved(9.0) == Bars.of(COMMON_TIME)


metres = st.builds(Metre, st.integers(3, 12), st.just(8))


@given(st.lists(st.tuples(st.integers(1, 40), metres), max_size=6), st.floats(0.0, 300.0))
def test_a_beat_lies_in_its_bar_and_no_bar_overlaps_the_next(changes, beat):
    bars, at = Bars.of(COMMON_TIME), 0.0
    for eighths, metre in changes:
        at += eighths / 2
        bars = bars.changed(metre, at)
    number = bars.number_at(beat)
    assert bars.start_of(number) <= beat < bars.start_of(number + 1)
    starts = [bars.start_of(bar) for bar in range(40)]
    assert all(0 < b - a <= 6.0 for a, b in pairwise(starts))
    assert [bars.number_at(start) for start in starts] == list(range(40))
    assert bars.place_of(number).metre.beats == pytest.approx(bars.change_at(beat).metre.beats)
