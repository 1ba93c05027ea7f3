"""Fills, feel, touch, repeats and copying, on parts where the answer is known."""

import numpy as np
import pytest

from engine.evaluation.measures.copying import copied, two_bar_patterns
from engine.evaluation.measures.feel import feel_right, swing_ratio, swings
from engine.evaluation.measures.fills import fill_bars, fills, phrase_place
from engine.evaluation.measures.style import About, repeats, style
from engine.evaluation.measures.touch import touch
from engine.music.kit import Voice
from engine.music.notes import Metre
from tests.support.made import bars_of, groove, hit, played

SIX_EIGHT = Metre(6, 8)


def eighths(where, bars=4):
    """Hats on every beat and between two beats, at `where` of the beat."""
    beats = [4.0 * bar + beat for bar in range(bars) for beat in range(4)]
    return [hit(b + off, Voice.CLOSED_HAT) for b in beats for off in (0.0, where)]


def test_a_perfect_answer_has_the_style_of_the_truth():
    truth = played(groove(), bars=8)
    known = frozenset(two_bar_patterns(truth.roll(), truth.follows()))
    found = style(truth, truth, About("straight"), known)
    assert (found.fill_f1, found.feel_right, found.copied) == (1, 1, 1)
    assert found.velocity_error == found.timing_error_ms == 0
    assert found.fills == 0.25 and found.fills_at_phrase_end == 1
    assert found.crash_after_fill == 1  # the last fill has no bar after it
    assert found.hits_per_bar == truth.roll().sum() / 8


def test_the_feel_is_the_manifests_or_else_that_of_the_true_drums():
    straight, swung = played(eighths(1 / 2)), played(eighths(2 / 3))
    assert style(straight, straight, About("triplet/swing")).feel_right == 0
    assert style(swung, swung, About()).feel_right == 1
    assert style(swung, straight, About()).feel_right == 0


def test_silence_has_no_style_and_raises_nothing():
    truth, silent = played(groove(), bars=8), played([], bars=8)
    found = style(truth, silent, About())
    assert (found.hits_per_bar, found.fills, found.repeats, found.fill_f1) == (0, 0, 1, 0)
    assert found.velocity is found.swing_ratio is found.feel_right is found.copied is None


def test_bars_that_repeat_are_counted_among_those_that_follow_one():
    two = [hit(0.0), hit(4.0), hit(8.0), hit(13.0)]
    assert repeats(played(two)) == pytest.approx(2 / 3)
    assert repeats(played(two[:1], bars=1)) is None
    assert repeats(played(two, number=[0, 2, 4, 6])) is None


def test_a_fill_is_more_snare_and_toms_than_usual_in_the_second_half():
    backbeat = [hit(4.0 * bar + beat) for bar in range(4) for beat in (1, 3)]
    rush = [hit(10 + n / 4) for n in (0, 1, 2)]
    assert fill_bars(played(backbeat + rush)).tolist() == [False, False, True, False]
    assert not fill_bars(played(backbeat + rush[:2])).any()
    early = [hit(8 + n / 4) for n in range(4)]
    assert not fill_bars(played(backbeat + early)).any()


def test_two_toms_where_there_are_none_are_a_fill():
    toms = [hit(6.5, Voice.LOW_TOM), hit(7.5, Voice.LOW_TOM)]
    assert fill_bars(played(toms)).tolist() == [False, True, False, False]


def test_two_toms_where_toms_are_usual_are_none():
    usual = [hit(4.0 * bar + 3, Voice.LOW_TOM) for bar in range(4)]
    assert not fill_bars(played([*usual, hit(6.5, Voice.LOW_TOM)])).any()


def test_drums_that_always_fill_never_do():
    always = [hit(4.0 * bar + 2 + n / 4) for bar in range(4) for n in range(8)]
    assert not fill_bars(played(always)).any()


def test_phrases_begin_where_the_true_drums_crash():
    crashes = played([hit(4.0, Voice.CRASH), hit(20.0, Voice.CRASH)], bars=6)
    assert phrase_place(crashes).tolist() == [3, 0, 1, 2, 3, 0]
    assert phrase_place(played([], bars=3)).tolist() == [0, 1, 2]


def test_fills_elsewhere_than_the_true_ones_score_nothing():
    truth = played(groove(), bars=8)
    moved = played([hit(8 + 2 + n / 4, Voice.LOW_TOM) for n in range(4)], bars=8)
    found = fills(truth, moved)
    assert (found.fill_f1, found.fills, found.fills_at_phrase_end) == (0, 1 / 8, 0)
    assert fills(played([], bars=8), played([], bars=8)).fill_f1 is None


@pytest.mark.parametrize(
    ("where", "ratio", "swung"), [(1 / 2, 1, False), (2 / 3, 2, True), (0.6, 1.5, True)]
)
def test_the_swing_ratio_is_long_to_short(where, ratio, swung):
    drums = played(eighths(where))
    assert swing_ratio(drums) == pytest.approx(ratio)
    assert swings(drums) is swung
    assert feel_right(drums, "triplet/swing") == float(swung)
    assert feel_right(drums, "straight") == float(not swung)


def test_without_strokes_between_beats_or_a_known_feel_there_is_no_answer():
    quarters = played([hit(float(beat)) for beat in range(16)])
    assert swing_ratio(quarters) is swings(quarters) is feel_right(quarters, "straight") is None
    assert feel_right(played(eighths(1 / 2)), "") is None


def test_compound_metres_do_not_swing():
    bars = bars_of(8, metre=SIX_EIGHT)
    hits = [hit(n / 2) for n in range(48)]
    assert swing_ratio(played(hits, bars=bars)) is None


def test_velocity_and_timing_errors_as_counted_by_hand():
    truth = played([hit(0.02, velocity=127), hit(1.0, velocity=100), hit(2.0, Voice.KICK, 20)])
    answer = played([hit(-0.02, velocity=0x40), hit(1.01, velocity=90), hit(3.0, Voice.KICK, 20)])
    found = touch(truth, answer, has_dynamics=True)
    assert found.velocity_error == pytest.approx((63 / 127 + 10 / 127) / 2)
    assert found.timing_error_ms == pytest.approx((20 + 5) / 2)  # 500 ms a beat
    assert found.timing_spread_ms == pytest.approx(500 * np.std([-0.02, 0.01, 0]))
    back = touch(answer, truth, has_dynamics=True)
    assert (back.velocity_error, back.timing_error_ms) == pytest.approx(
        (found.velocity_error, found.timing_error_ms)
    )


def test_flat_songs_say_nothing_of_velocity_and_gridded_ones_nothing_of_timing():
    flat = played([hit(float(beat)) for beat in range(8)])
    found = touch(flat, flat, has_dynamics=False)
    assert found.velocity is found.velocity_spread is found.velocity_error is None
    assert found.timing_spread_ms is found.timing_error_ms is None


def test_a_two_bar_pattern_is_copied_where_training_has_it():
    drums = played([hit(0.0), hit(4.0), hit(9.0), hit(13.0)])
    first = two_bar_patterns(drums.roll()[:2], drums.follows()[:2])
    assert copied(drums, first) == pytest.approx(1 / 3)
    assert copied(drums, frozenset()) == 0
    assert copied(played([]), first) is None  # silence is no pattern


def test_both_bars_of_a_pattern_count():
    one, two = (played([hit(beat), hit(4.0)], bars=2) for beat in (0.0, 1.0))
    known = frozenset(two_bar_patterns(two.roll(), two.follows()))
    assert (copied(one, known), copied(two, known)) == (0, 1)


def test_velocity_and_micro_timing_make_no_other_pattern():
    one = played([hit(0.0, velocity=30), hit(4.0)])
    two = played([hit(0.03, velocity=99), hit(4.0)])
    assert two_bar_patterns(one.roll(), one.follows()) == two_bar_patterns(
        two.roll(), two.follows()
    )


def test_rolls_and_bars_that_do_not_fit_are_refused():
    drums = played(groove(), bars=8)
    with pytest.raises(ValueError, match="one roll a bar"):
        two_bar_patterns(drums.roll(), drums.follows()[1:])
    with pytest.raises(ValueError, match="the same bars"):
        fills(drums, played([], bars=3))
