"""A groove: its bars, its feel, who keeps time, and what it is called."""

import numpy as np
import pytest

from engine.encoding.features import pattern_grid
from engine.grooves.groove import Groove, feel_of_slots
from engine.music.kit import PITCH_OF, Voice
from engine.music.notes import Hit, Metre, Pattern
from engine.music.wishes import Feel
from tests.support.bundles import (
    BUSY,
    DANCE,
    HALF_TIME,
    ROCK,
    SPARSE,
    TWO_BARS,
    WALTZ,
    groove_of,
)

TRIPLET = 1 / 3
SHUFFLE = groove_of("blues", step=TRIPLET, kick="x.....x.....", ride="x.xx.xx.xx.x")


@pytest.mark.parametrize(
    ("groove", "feel"),
    [
        (ROCK, Feel.STRAIGHT),
        (BUSY, Feel.STRAIGHT),
        (SHUFFLE, Feel.SWUNG),
        (groove_of(step=TRIPLET, kick="x.....x.....", closed_hat="xxxxxxxxxxxx"), Feel.TRIPLETS),
        (groove_of(kick="x...x...x...x..."), Feel.STRAIGHT),
        (groove_of(step=TRIPLET, ride="x.xx..x.xx.."), Feel.SWUNG),
    ],
)
def test_the_feel_is_heard_from_where_in_the_beat_the_strokes_fall(groove, feel):
    assert groove.feel == feel


def test_what_falls_on_halves_as_often_as_on_triplets_is_straight():
    assert feel_of_slots(np.array([4, 0, 1, 3, 2, 0])) == Feel.STRAIGHT
    assert feel_of_slots(np.array([4, 0, 0, 1, 2, 0])) == Feel.SWUNG


@pytest.mark.parametrize(
    ("groove", "keeper"),
    [
        (ROCK, Voice.CLOSED_HAT),
        (HALF_TIME, Voice.RIDE),
        (DANCE, Voice.OPEN_HAT),
        (BUSY, Voice.CRASH),
        (WALTZ, Voice.RIDE),
        (SPARSE, None),
        (groove_of(low_tom="x.x.x.x.x.x.x.x.", kick="x......."), Voice.LOW_TOM),
        (groove_of(shaker="xxxxxxxxxxxxxxxx", closed_hat="x.x.x.x.x.x.x.x."), Voice.SHAKER),
    ],
)
def test_the_voice_that_is_struck_most_keeps_time(groove, keeper):
    assert groove.keeper is keeper


def test_kick_and_snare_keep_no_time_however_often_they_are_struck():
    assert groove_of(kick="xxxxxxxxxxxxxxxx", snare="xxxxxxxxxxxxxxxx").keeper is None


@pytest.mark.parametrize(
    ("groove", "name"),
    [
        (ROCK, "rock, closed hat"),
        (HALF_TIME, "half-time rock, ride"),
        (DANCE, "four on the floor dance, quarters on open hat"),
        (SPARSE, "half-time ballad, sparse"),
        (TWO_BARS, "funk, sixteenths on closed hat"),
        (WALTZ, "3/4 jazz, ride"),
        (SHUFFLE, "swung blues, ride"),
        (groove_of(kick="x...", ride="x.x.x.x.x.x.x.x."), "straight beat, ride"),
        (
            groove_of("jazz", side_stick="....x.......x...", ride="x.x.x.x.x.x.x.x."),
            "jazz, ride and side stick",
        ),
        (
            groove_of("metal", snare="..x...x...x...x.", closed_hat="x.x.x.x.x.x.x.x."),
            "double-time metal, closed hat",
        ),
    ],
)
def test_a_groove_is_called_by_its_time_its_style_and_who_keeps_time(groove, name):
    assert groove.name == name


def test_a_name_of_its_own_goes_before_all_others():
    assert Groove(ROCK.pattern, ROCK.metre, "rock", called="train beat").name == "train beat"


def test_a_groove_counts_its_strokes_a_beat():
    assert SPARSE.density == 0.5
    assert TWO_BARS.density == len(TWO_BARS.pattern.hits) / 8


def test_the_bars_of_a_groove_come_round():
    first, second = TWO_BARS.bar(0), TWO_BARS.bar(1)
    assert first != second and first.beats == second.beats == 4.0
    assert TWO_BARS.bar(6) == first and TWO_BARS.bar(7) == second
    assert len(first.hits) + len(second.hits) == len(TWO_BARS.pattern.hits)


def test_a_stroke_ahead_of_a_bar_line_belongs_to_the_bar_after_it():
    kick = PITCH_OF[Voice.KICK]
    pattern = Pattern.of([Hit(-0.02, kick, 90), Hit(2.0, kick, 80), Hit(3.97, kick, 70)], 8.0)
    groove = Groove(pattern, Metre(4, 4))
    bars = [[(round(hit.beat, 6), hit.velocity) for hit in groove.bar(n).hits] for n in (0, 1)]
    assert bars == [[(-0.02, 90), (2.0, 80)], [(-0.03, 70)]]


def test_a_bar_of_a_groove_strikes_what_its_grid_does():
    kick = PITCH_OF[Voice.KICK]
    places = [-0.1, -0.02, 0.9, 2.49, 3.86, 3.88, 3.999, 4.0, 7.87]
    hits = [Hit(beat, kick, 60 + number) for number, beat in enumerate(places)]
    groove = Groove(Pattern.of(hits, 8.0), Metre(4, 4))
    for number, grid in enumerate(groove.grid()):
        assert np.allclose(pattern_grid(groove.bar(number), 24), grid, atol=1e-6)


def test_the_grid_of_a_groove_has_its_bars_steps_and_voices():
    assert TWO_BARS.grid().shape == (2, 24, len(Voice), 3)
    assert WALTZ.grid().shape == (1, 18, len(Voice), 3)
    assert TWO_BARS.grid()[..., 0].sum() == len(TWO_BARS.pattern.hits)


@pytest.mark.parametrize("beats", [0.0, 6.0, 20.0])
def test_what_is_no_whole_bar_or_more_than_four_is_no_groove(beats):
    with pytest.raises(ValueError, match="one to 4 bars"):
        Groove(Pattern((), beats), Metre(4, 4))
