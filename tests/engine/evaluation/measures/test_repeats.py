"""How a drummer repeats, and how a phrase ends."""

import pytest

from engine.evaluation.measures.repeats import repeats, repeats_two, toms_at_turn
from engine.music.kit import Voice
from tests.support.made import hit, played


def test_bars_that_repeat_are_counted_among_those_that_follow_one():
    two = [hit(0.0), hit(4.0), hit(8.0), hit(13.0)]
    assert repeats(played(two)) == pytest.approx(2 / 3)
    assert repeats(played(two[:1], bars=1)) is None
    assert repeats(played(two, number=[0, 2, 4, 6])) is None


def test_a_pattern_of_two_bars_repeats_at_the_second_bar_only():
    swapped = played([hit(0.0), hit(5.0), hit(8.0), hit(13.0)])
    assert (repeats(swapped), repeats_two(swapped)) == (0, 1)
    assert repeats_two(played([], bars=2)) is None


def test_toms_at_the_turn_are_those_of_the_last_bar_of_eight():
    silent = played([], bars=16)
    toms = played([hit(30.0, Voice.LOW_TOM), hit(40.0, Voice.HIGH_TOM)], bars=16)
    assert toms_at_turn(silent, toms) == 0.5
    assert toms_at_turn(played([], bars=4), played([], bars=4)) is None


def test_phrases_of_eight_begin_where_the_true_drums_crash():
    crashes = [hit(8.0, Voice.CRASH), hit(40.0, Voice.CRASH)]
    toms = played([hit(4.0, Voice.LOW_TOM), hit(36.0, Voice.LOW_TOM)], bars=16)
    assert toms_at_turn(played(crashes, bars=16), toms) == 1
