"""How hard and how evenly a bar is struck."""

from statistics import mean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.music.grid import SLOTS
from engine.music.notes import Hit, Pattern
from engine.music.wishes import FREE, LOUDEST, SOFTEST, Wishes
from engine.performance.expression import SLOTS as OURS
from engine.performance.expression import touched

LOOSE = Pattern.of(
    [Hit(-0.02, 36, 110), Hit(1.05, 38, 96), Hit(1.36, 42, 40), Hit(2.71, 42, 60)], 4
)
PATTERNS = st.lists(
    st.builds(Hit, st.floats(0, 3.9), st.sampled_from([36, 38, 42]), st.integers(1, 127)),
    min_size=1,
).map(lambda hits: Pattern.of(hits, 4.0))


def velocities(pattern):
    return [hit.velocity for hit in pattern.hits]


def test_the_grid_is_the_engines():
    assert (*SLOTS.tolist(), 1.0) == OURS


def test_humanize_0_is_on_the_grid_and_even():
    even = touched(LOOSE, Wishes(humanize=0.0))
    assert [hit.beat for hit in even.hits] == pytest.approx([0, 1, 1 + 1 / 3, 2.75])
    assert set(velocities(even)) == {round(mean(velocities(LOOSE)))}


def test_humanize_1_is_as_learnt():
    assert touched(LOOSE, Wishes(humanize=1.0)) == LOOSE == touched(LOOSE, FREE)


def test_humanize_in_between_halves_what_lies_off_the_grid_and_the_spread():
    half = touched(LOOSE, Wishes(humanize=0.5))
    assert half.hits[0].beat == pytest.approx(-0.01)
    assert pstdev(velocities(half)) == pytest.approx(pstdev(velocities(LOOSE)) / 2, abs=1)
    assert mean(velocities(half)) == pytest.approx(mean(velocities(LOOSE)), abs=1)


@given(PATTERNS, st.floats(0, 1), st.floats(0, 1))
def test_intensity_sets_the_mean_velocity_of_a_bar(pattern, intensity, humanize):
    struck = touched(pattern, Wishes(intensity=intensity, humanize=humanize))
    wanted = SOFTEST + intensity * (LOUDEST - SOFTEST)
    assert len(struck.hits) == len(pattern.hits)
    assert abs(mean(velocities(struck)) - wanted) < 12  # less than a step of nine


def test_intensity_keeps_the_order_of_the_accents():
    struck = touched(LOOSE, Wishes(intensity=0.5))
    assert mean(velocities(struck)) == pytest.approx(79, abs=1)
    kick, snare, soft, less_soft = velocities(LOOSE)
    assert kick > snare > less_soft > soft
    kick, snare, soft, less_soft = velocities(struck)
    assert kick > snare > less_soft > soft


def test_a_gain_scales_the_velocities_unless_an_intensity_is_wished():
    assert velocities(touched(LOOSE, FREE, 0.5)) == [55, 48, 20, 30]
    wished = Wishes(intensity=0.5)
    assert touched(LOOSE, wished, 0.5) == touched(LOOSE, wished)


def test_silence_stays_silence():
    assert touched(Pattern(), Wishes(intensity=1.0, humanize=0.0)) == Pattern()
