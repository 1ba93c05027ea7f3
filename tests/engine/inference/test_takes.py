"""How hard and how early a stroke is drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.encoding.combinations import COMBINATIONS, STRUCK, class_of
from engine.encoding.features import OFFSET_EDGES, VELOCITY_EDGES, WIDEST_OFFSET
from engine.inference.bundle import Playing
from engine.inference.takes import ENOUGH, Sampler, habits_of, kept_time, quantile, sample
from engine.music.kit import VOICES, Voice

KICK_AND_HAT = class_of(1 << Voice.KICK | 1 << Voice.CLOSED_HAT)
TAKES = 400
LOUD = np.log([0.001, 0.05, 0.1, 0.2, 0.3, 0.2, 0.1, 0.049])  # of 8 classes of velocity


USUAL = np.zeros((2, VOICES))


def drawn(velocity_spread=1.0, timing_spread=1.0, temperature=1.0, seed=0, habits=USUAL):
    """One step of kick and hat, TAKES times: velocity in 1..127 and offset in beats, (k, 2)."""
    rng = np.random.default_rng(seed)
    sampler = Sampler(
        rng,
        temperature,
        TAKES,
        STRUCK,
        velocity_spread=velocity_spread,
        timing_spread=timing_spread,
        habits=habits,
    )
    voices = np.full((TAKES, COMBINATIONS), -100, np.float32)
    voices[:, KICK_AND_HAT] = 0
    velocity = np.tile(LOUD.astype(np.float32), (TAKES, VOICES, 1))
    offset = np.zeros((TAKES, VOICES, 13), np.float32)
    step = sampler(0, voices, velocity, offset)
    assert step[..., 0].sum() == 2 * TAKES
    struck = step[:, [Voice.KICK, Voice.CLOSED_HAT]]
    return struck[..., 1] * 127, struck[..., 2] * WIDEST_OFFSET


@given(st.lists(st.floats(-9, 9), min_size=8, max_size=8), st.floats(0, 1))
def test_a_quantile_has_that_share_below_it(logits, mark):
    row = np.array([logits], np.float32)
    value = quantile(row, VELOCITY_EDGES, np.array([mark], np.float32))[0]
    share = np.exp(row[0] - row.max())
    share /= share.sum()
    below = np.interp(value, VELOCITY_EDGES, np.append(0, np.cumsum(share)))
    assert below == pytest.approx(mark, abs=1e-3)
    assert VELOCITY_EDGES[0] <= value <= VELOCITY_EDGES[-1]


def test_without_spread_every_stroke_is_the_median():
    velocity, offset = drawn(0.0, 0.0)
    share = np.exp(LOUD) / np.exp(LOUD).sum()
    median = np.interp(0.5, np.append(0, np.cumsum(share)), VELOCITY_EDGES)
    assert velocity == pytest.approx(np.full((TAKES, 2), median), abs=0.01)
    assert offset == pytest.approx(np.zeros((TAKES, 2)), abs=1e-5)


def test_a_wider_spread_strays_further_about_the_same_median():
    spreads = [drawn(spread, spread) for spread in (0.0, 0.3, 0.6, 1.0)]
    for numbers in zip(*spreads, strict=True):
        stds = [each.std() for each in numbers]
        assert stds == sorted(stds) and stds[-1] > 2 * stds[1]
        scale = max(stds)
        assert all(abs(np.median(each) - np.median(numbers[0])) < 0.15 * scale for each in numbers)


def test_over_all_habits_the_classes_come_as_often_as_they_are_likely():
    many = np.random.default_rng(1).standard_normal((40, 2, VOICES))
    found = [drawn(seed=seed, habits=habits) for seed, habits in enumerate(many)]
    velocity, offset = (np.stack(each) for each in zip(*found, strict=True))
    share = np.exp(LOUD) / np.exp(LOUD).sum()
    counts = np.histogram(velocity, VELOCITY_EDGES)[0] / velocity.size
    assert counts == pytest.approx(share, abs=0.05)
    counts = np.histogram(offset, OFFSET_EDGES)[0] / offset.size
    assert counts == pytest.approx(np.full(13, 1 / 13), abs=0.05)


def test_a_voice_has_habits_of_loudness_and_of_time():
    habits = USUAL.copy()
    habits[0, Voice.CLOSED_HAT], habits[1, Voice.KICK] = 1.5, -1.5
    (usual, on_time), (hard, early) = drawn(), drawn(habits=habits)
    assert hard[:, 1].mean() > usual[:, 1].mean() + 10
    assert hard[:, 0] == pytest.approx(usual[:, 0])
    assert early[:, 0].mean() < on_time[:, 0].mean() - 0.01


def test_what_is_struck_together_comes_nearly_together_but_not_as_hard():
    velocity, offset = drawn()
    assert 0.3 < np.corrcoef(offset.T)[0, 1] < 0.7
    assert abs(np.corrcoef(velocity.T)[0, 1]) < 0.2


def test_at_temperature_zero_the_touch_is_certain_too():
    first, second = drawn(temperature=0.0, seed=0), drawn(temperature=0.0, seed=1)
    assert (first[0] == second[0]).all() and (first[1] == second[1]).all()
    assert np.unique(first[0]).size == 1


def test_what_is_much_less_likely_than_the_likeliest_is_not_drawn():
    chances = np.array([0.001, 0.5, 0.1, 0.04, 0.3, 0.002], np.float32)
    logits = np.tile(np.log(chances), (4000, 1))
    rng = np.random.default_rng(0)
    assert set(sample(rng, logits, 1.0).tolist()) == set(range(6))
    drawn = sample(rng, logits, 1.0, 0.1)
    assert set(drawn.tolist()) == {1, 2, 4}
    shares = np.bincount(drawn, minlength=6)[[1, 2, 4]] / 4000
    assert shares == pytest.approx(np.array([0.5, 0.1, 0.3]) / 0.9, abs=0.03)


def test_the_floor_is_one_of_what_is_played_and_so_shrinks_with_the_temperature():
    logits = np.tile(np.log(np.array([0.8, 0.2], np.float32)), (500, 1))
    rng = np.random.default_rng(0)
    assert set(sample(rng, logits, 1.0, 0.2).tolist()) == {0, 1}
    assert set(sample(rng, logits, 0.5, 0.2).tolist()) == {0}


def test_a_floor_out_of_range_is_refused():
    with pytest.raises(ValueError, match=r"floor and grip must be in 0\.\.1"):
        Playing(floor=1.0)


@pytest.mark.parametrize("name", ["velocity_spread", "timing_spread"])
@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_a_spread_out_of_range_is_refused(name, value):
    with pytest.raises(ValueError, match=r"must be in 0\.\.1"):
        Playing(**{name: value})


def kit(*voices_at):
    """Six steps in which these voices are struck, (6, V)."""
    grid = np.zeros((6, VOICES), np.float32)
    for step, voice in voices_at:
        grid[step, voice] = 1
    return grid


def test_a_take_that_lets_the_time_go_is_worth_less_and_others_are_worth_the_same():
    groove = kit(*((step, Voice.CLOSED_HAT) for step in range(4)), (0, Voice.KICK))
    takes = np.stack(
        [
            kit((0, Voice.KICK), (2, Voice.SNARE)),
            kit((0, Voice.CLOSED_HAT), (1, Voice.RIDE)),
            kit(*((step, Voice.CLOSED_HAT) for step in range(3))),
            kit(*((step, Voice.RIDE) for step in range(6))),
        ]
    )
    assert kept_time(takes, groove) == pytest.approx([0, 0.5 / ENOUGH, 1, 1])
    assert kept_time(takes, kit((0, Voice.KICK))).tolist() == [0] * 4  # nothing to keep


def test_habits_differ_by_voice_and_are_no_louder_on_the_whole():
    habits = habits_of(np.random.default_rng(3), VOICES)
    often = habits[0, [Voice.KICK, Voice.SNARE, Voice.CLOSED_HAT]]
    assert habits.shape == (2, VOICES) and often.mean() == pytest.approx(0) and often.std() > 0.1
