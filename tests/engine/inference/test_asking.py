"""A request as the network is asked it, for today's kit and for the first one."""

from dataclasses import replace

import numpy as np
import pytest

from engine.encoding.features import (
    AGO,
    CONDITIONS,
    HISTORY,
    HISTORY_BARS,
    HITS,
    PLACES,
    history_of,
    pattern_grid,
    places,
)
from engine.errors import EngineError
from engine.inference.asking import network_inputs, past_bars
from engine.inference.bundle import FIRST_VOICES, open_bundle
from engine.inference.layout import FIRST, TODAY, layout_of
from engine.music.kit import VOICES, Voice
from engine.music.notes import Metre, Note, Request
from tests.support.bundles import (
    BUSY,
    DANCE,
    ROCK,
    SPARSE,
    TWO_BARS,
    first_kit_bundle,
    tiny_bundle,
)

NOTES = tuple(Note(beat / 2, 0.4, 45, 90) for beat in range(8))
REQUEST = Request(1, 4.0, NOTES, 4.0)
PAST = (ROCK.pattern, BUSY.pattern, DANCE.pattern, SPARSE.pattern) * 2


def test_todays_network_is_told_the_groove_and_where_the_bar_lies():
    told = replace(REQUEST, groove=DANCE.pattern, since=3, left=7)
    inputs = network_inputs([told], TODAY)
    assert inputs["groove"].shape == (1, 24, HITS)
    assert (inputs["groove"][0] == pattern_grid(DANCE.pattern, 24).reshape(24, -1)).all()
    assert inputs["conditions"].shape == (1, 24, CONDITIONS)
    assert (inputs["conditions"][0, :, -PLACES:] == places(3, 7)).all()


def test_a_groove_of_the_drummers_choice_is_told_as_loosely_as_it_was_learnt():
    told = replace(REQUEST, groove=DANCE.pattern, heard_until=8.0)
    firm, loose = network_inputs([told, replace(told, loosely=True)], TODAY, grip=0.5)["groove"]
    assert firm.any() and (loose == firm / 2).all()


def test_a_groove_is_told_in_full_where_the_guitar_of_its_bars_is_still_to_come():
    told = replace(REQUEST, groove=DANCE.pattern)
    firm, chosen = network_inputs([told, replace(told, loosely=True)], TODAY, grip=0.5)["groove"]
    assert firm.any() and (chosen == firm).all()


def test_what_is_not_known_is_not_told():
    inputs = network_inputs([REQUEST], TODAY)
    assert not inputs["groove"].any() and not inputs["history"].any()
    assert not inputs["conditions"][..., -PLACES:].any()


@pytest.mark.parametrize("known", [{"since": 3}, {"left": 2}])
def test_of_phrase_and_song_one_may_be_known_and_not_the_other(known):
    inputs = network_inputs([replace(REQUEST, bars=2, **known)], TODAY)
    bars = inputs["conditions"][0, ::24, -PLACES:]
    wanted = (
        [places(3, None), places(4, None)]
        if "since" in known
        else [places(None, 2), places(None, 1)]
    )
    assert (bars == wanted).all()


def test_two_bars_are_told_two_bars_of_groove():
    inputs = network_inputs([replace(REQUEST, bars=2, groove=TWO_BARS.pattern)], TODAY)
    assert (inputs["groove"][0] == pattern_grid(TWO_BARS.pattern, 48).reshape(48, -1)).all()


def test_the_bars_ago_are_those_that_training_tells():
    inputs = network_inputs([replace(REQUEST, history=PAST)], TODAY)
    assert inputs["history"].shape == (1, 24, HISTORY)
    grids = [pattern_grid(one, 24) for one in (*PAST, ROCK.pattern)]
    assert (inputs["history"] == history_of(np.stack(grids)[None])).all()


def test_where_fewer_bars_were_played_those_before_are_blank():
    before = past_bars(PAST[-2:], 24, TODAY)
    assert before.shape == (HISTORY_BARS, 24, VOICES, 3)
    assert not before[:-2].any() and before[-2].any() and before[-1].any()
    history = network_inputs([replace(REQUEST, history=PAST[-2:])], TODAY)["history"]
    ago = history.reshape(24, len(AGO), -1).any(axis=(0, 2))
    assert ago.tolist() == [True, True, False, False]


def test_the_first_kit_is_told_ten_voices_two_bars_and_no_groove():
    request = replace(REQUEST, history=PAST, groove=DANCE.pattern, since=3, left=7)
    inputs = network_inputs([request], FIRST)
    assert "groove" not in inputs
    assert inputs["history"].shape == (1, 24, 2 * FIRST_VOICES * 3)
    assert inputs["conditions"].shape == (1, 24, CONDITIONS - PLACES)
    last, one_before = (pattern_grid(one, 24)[:, :FIRST_VOICES] for one in (PAST[-1], PAST[-2]))
    told = inputs["history"][0].reshape(24, 2, FIRST_VOICES, 3)
    assert (told[:, 0] == last).all() and (told[:, 1] == one_before).all()


def test_any_ten_voices_of_the_first_kit_can_be_struck_together():
    assert FIRST.struck.shape == (2**FIRST_VOICES, FIRST_VOICES)
    assert FIRST.struck[(1 << Voice.KICK) | (1 << Voice.RIDE)].nonzero()[0].tolist() == [0, 9]
    assert TODAY.struck.shape[1] == VOICES and TODAY.past_bars == HISTORY_BARS


def test_a_bundles_version_tells_its_layout(tmp_path):
    assert layout_of(open_bundle(first_kit_bundle(tmp_path / "first"))) is FIRST
    assert layout_of(open_bundle(tiny_bundle(tmp_path / "today"))) is TODAY


def test_a_bar_off_the_grid_is_refused_with_a_sentence():
    with pytest.raises(EngineError, match="a bar of 15/16 cannot be drummed"):
        network_inputs([replace(REQUEST, metre=Metre(15, 16))], TODAY)
