"""The grid holds sixteenths and triplets, and loses nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.music.grid import SLOTS, STEPS_PER_BEAT, beat_of, fits_grid, quantise, steps_in


def test_sixteenths_and_triplets_lie_on_the_grid():
    times = np.array([0, 0.25, 1 / 3, 0.5, 2 / 3, 0.75, 1, 1.25, 5 / 3])
    steps, offsets = quantise(times)
    assert steps.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 10]
    assert np.allclose(offsets, 0)


def test_a_stroke_just_before_the_bar_line_belongs_to_the_bar_line():
    steps, offsets = quantise(np.array([3.98, -0.02]))
    assert steps.tolist() == [4 * STEPS_PER_BEAT, 0]
    assert np.allclose(offsets, -0.02)


@given(st.lists(st.floats(-1000, 1000), max_size=20))
def test_step_and_offset_give_the_time_back(times):
    steps, offsets = quantise(np.array(times))
    assert np.allclose(beat_of(steps) + offsets, times)
    assert (np.abs(offsets) <= 0.125 + 1e-9).all()


def test_each_slot_is_its_own_nearest():
    steps, _ = quantise(SLOTS)
    assert steps.tolist() == list(range(STEPS_PER_BEAT))


@pytest.mark.parametrize(("beats", "steps"), [(4.0, 24), (3.0, 18), (3.5, 21), (6.0, 36)])
def test_a_bar_has_six_steps_a_beat(beats, steps):
    assert steps_in(beats) == steps


@pytest.mark.parametrize("beats", [0.5, 1.25, 7.0, 4.1])
def test_a_bar_that_ends_between_halves_of_a_beat_or_is_too_long_is_refused(beats):
    assert not fits_grid(beats)
    with pytest.raises(ValueError, match="does not fit"):
        steps_in(beats)
