"""The voices that are struck together, as one class."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.encoding.combinations import COMBINATIONS, STRUCK, USUAL, class_of, combination
from engine.encoding.features import pattern_grid
from engine.music.kit import VOICES, Voice
from engine.music.notes import Hit, Pattern
from engine.training.count_combinations import usual_combinations
from tests.support.drummed import RIDE, ROCK, MadeSong, bars_of, corpus_of

any_voices = st.integers(0, 2**VOICES - 1)


def test_nothing_is_the_first_class_and_every_voice_alone_has_one_of_its_own():
    assert class_of(0) == 0 and not STRUCK[0].any()
    classes = [class_of(1 << voice) for voice in Voice]
    assert len(set(classes)) == VOICES
    assert (STRUCK[classes] == np.eye(VOICES)).all()


@given(any_voices)
def test_every_set_of_voices_has_a_class_within_it(voices):
    told = USUAL[class_of(voices)]
    assert told & ~voices == 0, "nothing is struck that was not"
    assert told or not voices, "and what is struck is not silent"


@given(any_voices)
def test_a_usual_set_is_its_own_class_and_no_larger_one_lies_within_another(voices):
    told = int(USUAL[class_of(voices)])
    assert class_of(told) == class_of(voices)
    if voices in USUAL:
        assert told == voices
    for voice in Voice:
        larger = told | 1 << voice
        if voices >> voice & 1 and larger in USUAL:
            assert larger == told


def test_of_an_unusual_set_the_kit_is_kept_before_the_percussion():
    kit = 1 << Voice.KICK | 1 << Voice.SNARE | 1 << Voice.CRASH
    percussion = 1 << Voice.CLAP | 1 << Voice.COWBELL | 1 << Voice.SHAKER | 1 << Voice.TAMBOURINE
    assert kit | percussion not in USUAL
    assert USUAL[class_of(kit | percussion)] & kit == kit


@given(st.lists(any_voices, min_size=1, max_size=12))
def test_many_steps_are_answered_as_one_by_one(sets):
    struck = np.array(sets)[:, None] >> np.arange(VOICES) & 1 > 0
    assert combination(struck).tolist() == [class_of(one) for one in sets]
    folded = np.stack([struck, struck])
    assert combination(folded).tolist() == [[class_of(one) for one in sets]] * 2


def test_the_steps_of_a_bar_name_what_they_strike():
    grid = pattern_grid(Pattern.of([Hit(0, 36), Hit(0, 42), Hit(1, 70)], 4.0), 24)
    classes = combination(grid[..., 0] > 0)
    assert np.flatnonzero(STRUCK[classes[0]]).tolist() == [Voice.KICK, Voice.CLOSED_HAT]
    assert np.flatnonzero(STRUCK[classes[6]]).tolist() == [Voice.SHAKER]
    assert classes.sum() == classes[0] + classes[6]


def test_the_list_is_in_order_without_repeats():
    assert (np.diff(USUAL) > 0).all() and len(USUAL) == COMBINATIONS == len(STRUCK)
    assert USUAL[0] == 0 and USUAL[-1] < 2**VOICES


@pytest.mark.parametrize("count", [VOICES + 1, VOICES + 2, VOICES + 6, 400])
def test_the_sets_that_a_corpus_strikes_most_are_listed(count):
    corpus = corpus_of([MadeSong(bars_of(ROCK, ROCK, RIDE))])
    listed = usual_combinations(corpus.tensors, count)
    alone = {0, *(1 << voice for voice in Voice)}
    kick_and_hat = 1 << Voice.KICK | 1 << Voice.CLOSED_HAT
    snare_and_hat = 1 << Voice.SNARE | 1 << Voice.CLOSED_HAT
    kick_and_ride = 1 << Voice.KICK | 1 << Voice.RIDE
    all_three = kick_and_ride | 1 << Voice.CLAP
    by_times = [kick_and_hat, snare_and_hat, kick_and_ride, all_three]
    assert listed == sorted(alone | set(by_times[: count - len(alone)]))
