"""Measures: known small answers by hand, and what must hold for every song."""

import numpy as np
import pytest

from engine.evaluation.hit_metrics import ROWS, mean_over_songs, rock_beat, roll, score
from engine.music.kit import Voice
from engine.music.notes import Metre

BAR = ([0.0], [4.0])


def rock_roll(bars: int = 1) -> np.ndarray:
    hits = [
        (4 * bar + hit.beat, hit.voice) for bar in range(bars) for hit in rock_beat(Metre()).hits
    ]
    beats, voices = zip(*hits, strict=True)
    return roll(beats, voices, 4.0 * np.arange(bars), [4.0] * bars)


def test_a_perfect_answer_scores_one_in_everything():
    rng = np.random.default_rng(1)
    beats, voices = rng.uniform(0, 40, 300), rng.integers(0, len(Voice), 300)
    truth = roll(beats, voices, 4.0 * np.arange(10), [4.0] * 10)
    result = score(truth, truth)
    assert (result.f1, result.precision, result.recall, result.jaccard) == (1, 1, 1, 1)
    assert set(result.voice_f1) == {1.0}
    assert result.hits_per_bar == result.true_hits_per_bar == truth.sum() / 10


def test_a_known_answer_scores_as_counted_by_hand():
    truth = roll([0, 1, 2, 3], [Voice.KICK, Voice.SNARE, Voice.KICK, Voice.SNARE], *BAR)
    answer = roll([0, 1, 2.5], [Voice.KICK, Voice.SNARE, Voice.KICK], *BAR)
    result = score(truth, answer)
    assert result.precision == pytest.approx(2 / 3)
    assert result.recall == pytest.approx(2 / 4)
    assert result.f1 == pytest.approx(2 * 2 / (3 + 4))
    assert result.jaccard == pytest.approx(2 / 5)
    by_row = dict(zip(ROWS, result.voice_f1, strict=True))
    assert by_row[Voice.KICK] == pytest.approx(0.5)
    assert by_row[Voice.SNARE] == pytest.approx(2 / 3)
    assert by_row[Voice.RIDE] is None
    assert (result.hits_per_bar, result.true_hits_per_bar) == (3, 4)


def test_a_silent_answer_scores_nothing_and_silence_to_silence_is_perfect():
    empty = roll([], [], *BAR)
    assert score(rock_roll(), empty).f1 == 0
    assert score(empty, empty).f1 == 1


def test_swapping_truth_and_answer_swaps_precision_and_recall():
    truth, answer = rock_roll(), roll([0, 0.5], [Voice.KICK, Voice.RIDE], *BAR)
    there, back = score(truth, answer), score(answer, truth)
    assert there.f1 == back.f1
    assert (there.precision, there.recall) == (back.recall, back.precision)


def test_the_pedal_hat_counts_as_closed_hat():
    pedal, closed = (roll([1.0], [voice], *BAR) for voice in (Voice.PEDAL_HAT, Voice.CLOSED_HAT))
    assert (pedal == closed).all() and pedal.sum() == 1


def test_a_hit_just_before_the_bar_line_counts_in_the_next_bar():
    cells = roll([3.9], [Voice.KICK], [0.0, 4.0], [4.0, 4.0])
    assert np.argwhere(cells).tolist() == [[1, 0, 0]]


def test_hits_outside_the_bars_are_left_out():
    cells = roll([-3.0, 2.0, 6.0, 9.0], [Voice.KICK] * 4, [0.0, 8.0], [4.0, 2.0])
    assert np.argwhere(cells)[:, 0].tolist() == [0, 1]


def test_micro_timing_does_not_change_the_cell():
    late = roll([1.06], [Voice.SNARE], *BAR)
    assert (late == roll([1.0], [Voice.SNARE], *BAR)).all()


@pytest.mark.parametrize(
    ("beats", "voices", "starts", "lengths"),
    [
        ([0.0], [], [0.0], [4.0]),
        ([np.nan], [0], [0.0], [4.0]),
        ([0.0], [10], [0.0], [4.0]),
        ([0.0], [0], [4.0, 0.0], [4.0, 4.0]),
        ([0.0], [0], [0.0], [7.0]),
        ([0.0], [0], [0.0], [0.0]),
    ],
)
def test_nonsense_is_refused_at_the_door(beats, voices, starts, lengths):
    with pytest.raises(ValueError, match=r"hits|bars"):
        roll(beats, voices, starts, lengths)


def test_rolls_of_other_songs_are_refused():
    with pytest.raises(ValueError, match="must both be"):
        score(rock_roll(1), rock_roll(2))
    with pytest.raises(ValueError, match="at least one bar"):
        score(roll([], [], [], []), roll([], [], [], []))


def test_the_rock_beat_is_kick_on_1_and_3_snare_on_2_and_4_and_eighths():
    rows = rock_beat(Metre()).to_rows(step=0.5).split("\n")
    assert [row.split() for row in rows] == [
        ["kick", "x...x..."],
        ["snare", "..x...x."],
        ["closed_hat", "xxxxxxxx"],
    ]


@pytest.mark.parametrize(
    ("metre", "kick", "snare"),
    [
        (Metre(3, 4), [0, 2], [1]),
        (Metre(6, 8), [0], [1.5]),
        (Metre(12, 8), [0, 3], [1.5, 4.5]),
        (Metre(7, 8), [0, 2], [1, 3]),
        (Metre(2, 2), [0, 2], [1, 3]),
    ],
)
def test_in_other_metres_kick_and_snare_take_turns(metre, kick, snare):
    pattern = rock_beat(metre)
    assert pattern.beats == metre.beats
    assert [h.beat for h in pattern.hits if h.voice is Voice.KICK] == kick
    assert [h.beat for h in pattern.hits if h.voice is Voice.SNARE] == snare


def test_the_interval_holds_the_mean_and_is_the_same_each_time():
    values = np.random.default_rng(0).uniform(0.2, 0.8, 40).tolist()
    first = mean_over_songs(values)
    assert first == mean_over_songs(values)
    assert 0.2 < first.low < first.mean < first.high < 0.8
    assert first.mean == pytest.approx(np.mean(values))
    assert mean_over_songs([0.5]).low == 0.5


def test_a_mean_of_no_songs_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        mean_over_songs([])
