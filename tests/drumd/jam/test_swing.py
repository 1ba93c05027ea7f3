"""The feel is found from where the second eighths fall."""

from random import Random

import pytest

from drumd.jam.swing import swing_of
from engine.music.notes import Metre, Note

HAND = Random(5)


def played(places, beats=16, wobble=0.02):
    return [
        Note(beat + place + HAND.uniform(-wobble, wobble), 0.2, 50)
        for beat in range(1, beats)
        for place in places
    ]


@pytest.mark.parametrize(
    ("places", "swing"),
    [
        ((0, 0.5), 0.5),
        ((0, 0.67), 0.67),
        ((0, 0.6), 0.6),
        ((0, 1 / 3, 2 / 3), 0.67),
        ((0, 0.25, 0.5, 0.75), 0.5),
        ((0, 0.75), 0.75),
    ],
    ids=["straight", "triplets", "light swing", "running triplets", "sixteenths", "dotted"],
)
def test_the_feel_is_a_number(places, swing):
    assert swing_of(played(places), 16.0, Metre()) == pytest.approx(swing, abs=0.02)


@pytest.mark.parametrize("places", [(0,), (0, 0.1)], ids=["quarters", "grace notes"])
def test_no_feel_shows_where_nothing_falls_late_in_the_beat(places):
    assert swing_of(played(places), 16.0, Metre()) is None


def test_what_was_played_long_ago_says_nothing_of_now():
    assert swing_of(played((0, 0.67)), 64.0, Metre()) is None


def test_the_strings_of_a_strum_are_one_stroke():
    strums = [Note(n.onset + 0.01 * k, 0.2, 50 + k) for n in played((0,), 3) for k in range(6)]
    late = [Note(1.5 + 0.01 * k, 0.2, 50 + k) for k in range(6)]
    assert swing_of(strums + late, 4.0, Metre()) is None  # one second eighth is not enough


def test_a_metre_in_three_has_no_swing():
    assert swing_of(played((0, 0.5)), 16.0, Metre(6, 8)) is None
