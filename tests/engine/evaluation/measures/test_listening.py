"""Whether drums go with the guitar, on parts where the answer is known."""

import numpy as np
import pytest

from engine.evaluation.measures.listening import (
    PAIRS,
    correlation,
    guitar_features,
    listening,
    name,
)
from engine.music.notes import Note
from tests.support.made import bars_of, hit, played

LOUDER = [Note(4.0 * bar, 4.0, 50, 20 + 10 * bar) for bar in range(10)]


def test_drums_that_grow_with_the_guitar_correlate_fully_and_against_it_inversely():
    for sign in (1, -1):
        drums = played([hit(4.0 * b, velocity=60 + sign * 5 * b) for b in range(10)], bars=10)
        found = listening(LOUDER, drums)
        assert found[name("loudness", "loudness")] == pytest.approx(sign)


def test_a_side_that_never_changes_says_nothing():
    found = listening(LOUDER, played([hit(4.0 * bar) for bar in range(10)], bars=10))
    assert found == {name(a, b): None for a, b in PAIRS}


def test_the_features_of_a_guitar_as_counted_by_hand():
    notes = [Note(0.0, 1.0, 40, 127), Note(0.01, 1.0, 52, 127), Note(2.0, 1.0, 58, 0x3F)]
    found = guitar_features(notes, bars_of(2))
    assert found["density"].tolist() == [0.5, 0.0]  # a chord is one attack
    assert found["loudness"][0] == pytest.approx((1 + 1 + 63 / 127) / 3)
    assert found["register"][0] == pytest.approx(50)
    assert found["stops"] == pytest.approx([1.99 / 4, 1.0])
    assert np.isnan([found["loudness"][1], found["register"][1]]).all()


def test_a_long_note_under_short_ones_leaves_no_stop():
    notes = [Note(0.0, 8.0, 40), Note(1.0, 0.1, 60), Note(5.0, 0.1, 60)]
    assert guitar_features(notes, bars_of(2))["stops"].tolist() == [0, 0]


def test_a_guitar_that_is_silent_throughout_stops_throughout():
    assert guitar_features([], bars_of(2))["stops"].tolist() == [1, 1]


def test_a_correlation_leaves_out_what_is_not_known():
    line = np.arange(10.0)
    other = line.copy()
    other[3] = np.nan
    assert correlation(line, other) == pytest.approx(1)
    assert correlation(line, line[::-1]) == pytest.approx(-1)
    assert correlation(line[:7], line[:7]) is None
    assert correlation(line, other) == correlation(other, line)


def test_features_of_other_bars_are_refused():
    with pytest.raises(ValueError, match="the same bars"):
        correlation(np.zeros(8), np.zeros(9))
