"""Drums that go with how loud the guitar plays."""

import pytest

from engine.inference.accompany import accompany
from engine.music.notes import Note
from engine.music.wishes import Wishes
from engine.performance.dynamics import LOUDEST, SOFTEST, Dynamics
from tests.support.bars import four
from tests.support.fakes import RockDrummer


def bars(*velocities):
    """Four quarters a bar, each bar at its velocity."""
    return [
        Note(4.0 * bar + beat, 0.9, 52, velocity)
        for bar, velocity in enumerate(velocities)
        for beat in range(4)
    ]


def gains(*velocities):
    dynamics, notes = Dynamics(), bars(*velocities)
    return [dynamics.follow(notes, 4.0 * (bar + 1), 4.0) for bar in range(len(velocities))]


@pytest.mark.parametrize("velocity", [30, 64, 120])
def test_an_even_guitar_changes_nothing_however_loud_it_is(velocity):
    assert gains(*[velocity] * 6) == pytest.approx([1.0] * 6)


def test_within_two_bars_the_drums_are_louder_with_the_guitar_and_softer_again():
    found = gains(60, 60, 60, 60, 110, 110, 60, 60)
    assert found[5] > found[4] > 1.1 and found[7] < 0.95


def test_it_stays_within_bounds():
    assert min(gains(127, 127, 127, 127, 1, 1)) == SOFTEST
    assert max(gains(1, 1, 1, 1, 127, 127)) == LOUDEST


def test_a_silent_guitar_changes_nothing():
    assert Dynamics().follow([], 8.0, 4.0) == 1.0


def loudness(take, bar):
    found = [hit.velocity for hit in take.hits if 4 * bar <= hit.beat < 4 * bar + 3]
    return sum(found) / len(found)


def test_the_drums_of_a_file_follow_unless_an_intensity_is_wished():
    notes = bars(60, 60, 60, 110, 110, 110)
    free = accompany(notes, four(6), RockDrummer())
    told = accompany(notes, four(6), RockDrummer(), wishes=Wishes(intensity=0.5))
    assert loudness(free, 4) > 1.15 * loudness(free, 1)
    assert loudness(told, 4) == pytest.approx(loudness(told, 1), abs=1)
