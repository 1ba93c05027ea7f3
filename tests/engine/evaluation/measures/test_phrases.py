"""Phrases of eight bars, and what a judge is told of them."""

from dataclasses import replace

import numpy as np
import pytest

from engine.evaluation.measures.drumming import drumming
from engine.evaluation.measures.phrases import MOST_PHRASES, phrase_starts, phrases, shared
from engine.evaluation.measures.struck_features import struck_features, struck_vector
from engine.evaluation.measures.touch_features import touch_features, touch_vector
from engine.music.kit import Voice
from engine.music.notes import Metre
from tests.support.made import bars_of, groove, hit, played


def test_phrases_are_eight_bars_in_a_row_from_where_the_true_drums_crash():
    crash = [hit(8.0, Voice.CRASH)]
    assert phrase_starts(played(crash, bars=20)) == [2, 10]
    assert phrase_starts(played([], bars=16)) == [0, 8]
    assert phrase_starts(played([], bars=7)) == []


def test_a_gap_or_another_metre_breaks_a_phrase():
    assert phrase_starts(played([], bars=16, number=[*range(5), *range(6, 17)])) == [7]
    assert phrase_starts(played([], bars=bars_of(16, metre=Metre(3, 4)))) == []


def test_of_a_long_song_a_dozen_phrases_count_from_all_over_it():
    starts = phrase_starts(played([], bars=8 * 40))
    assert len(starts) == MOST_PHRASES and starts[-1] > 8 * 35 and starts[0] < 8 * 5


def test_a_phrase_holds_the_strokes_of_its_bars():
    drums = played(groove(16), bars=16)
    second = phrases(drums, [8])[0]
    assert (second.roll() == drums.roll()[8:]).all()
    assert second.beats() == pytest.approx(drums.beats()[drums.bar >= 8])


def test_what_both_struck_is_kept_with_the_touch_of_each():
    truth = played([hit(0.0, velocity=90), hit(1.0), hit(4.0, Voice.KICK)], bars=2)
    answer = played([hit(0.02, velocity=30), hit(4.0), hit(4.0, Voice.KICK)], bars=2)
    true, own = shared(truth, answer)
    assert (true.roll() == own.roll()).all() and true.roll().sum() == 2
    assert (true.velocity[0] * 127, own.velocity[0] * 127) == (90, 30)


@pytest.mark.parametrize("features", [struck_features, touch_features])
def test_every_phrase_is_told_by_the_same_numbers_even_a_silent_one(features):
    full, silent = played(groove(), bars=8), played([], bars=8)
    told = [
        {name: np.shape(one) for name, one in features(each).items()} for each in (full, silent)
    ]
    assert told[0] == told[1]


def test_what_is_struck_is_told_by_some_two_hundred_numbers_and_touch_by_a_hundred():
    drums = played(groove(), bars=8)
    assert 150 < len(struck_vector(drums)) < 300 and 100 < len(touch_vector(drums)) < 200
    kit = drumming(bars_of(8), range(8), groove(), whole_kit=True)
    assert len(struck_vector(kit)) == len(struck_vector(drums)) + 2 * (len(Voice) - 9)


def test_what_is_struck_does_not_look_at_how():
    soft = [hit(round(one.beat * 4) / 4, Voice(one.voice), 20) for one in groove()]
    one, other = (played(hits, bars=8) for hits in (groove(), soft))
    assert np.array_equal(struck_vector(one), struck_vector(other), equal_nan=True)
    assert not np.array_equal(touch_vector(one), touch_vector(other), equal_nan=True)


def test_numbers_of_a_phrase_as_counted_by_hand():
    beat = [
        hit(4.0 * bar + n, Voice.SNARE if n % 2 else Voice.KICK)
        for bar in range(8)
        for n in range(4)
    ]
    fill = [hit(30.0 + n / 4, Voice.LOW_TOM) for n in (0, 1, 2)]
    told = struck_features(played(beat + fill, bars=8))
    assert told["strokes a bar"][:2].tolist() == [2, 2]
    assert told["repeats"][0].tolist() == pytest.approx([6 / 7, 5 / 6, 3 / 4])
    assert told["distinct bars"].tolist() == [2, 1, 1, 1]
    assert told["turn"][0][5] == 3 and told["turn"][1][5] == 3


def test_ticks_too_fine_to_hear_do_not_tell_who_wrote_the_file():
    finer = [replace(one, beat=one.beat + 0.0002 * (n % 2)) for n, one in enumerate(groove())]
    one, other = (touch_vector(played(hits, bars=8)) for hits in (groove(), finer))
    assert np.array_equal(one, other, equal_nan=True)


def test_ghosts_and_accents_are_heard():
    backbeat = [hit(4.0 * bar + n, velocity=110) for bar in range(8) for n in (1, 3)]
    ghosts = [hit(4.0 * bar + 2.25, velocity=30) for bar in range(8)]
    accents = touch_features(played(backbeat + ghosts, bars=8))["accents"]
    assert accents[0] == pytest.approx(1 / 3)
    assert accents[3] == pytest.approx(80 / 127)
