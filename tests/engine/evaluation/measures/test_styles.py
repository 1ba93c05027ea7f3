"""Styles that are heard by a judge who learnt them from true songs."""

import numpy as np
import pytest

from engine.evaluation.measures.phrases import phrases
from engine.evaluation.measures.styles import Styled, styles_heard
from engine.music.kit import Voice
from tests.support.made import hit, played


@pytest.fixture(autouse=True)
def judge():
    pytest.importorskip("sklearn")


KEEPERS = {"jazz": Voice.RIDE, "rock": Voice.CLOSED_HAT, "punk": Voice.OPEN_HAT}


def styled(style, number, *, plays=None):
    """A song with the keeper of a style and some strokes of its own."""
    rng = np.random.default_rng(number)
    hits = [hit(n / 2, KEEPERS[plays or style]) for n in range(2 * 64)]
    hits += [hit(float(beat), Voice.SNARE) for beat in rng.integers(64, size=40)]
    return Styled(style, f"{style}{number}", phrases(played(hits, bars=16), [0, 8]))


def true_songs(count=6):
    return [styled(style, n) for style in KEEPERS for n in range(count)]


def test_styles_that_are_played_are_heard():
    ours = [styled(style, 50 + n) for style in KEEPERS for n in range(3)]
    found = styles_heard(true_songs(), ours)
    assert found.accuracy.mean == found.true_accuracy.mean == 1
    assert found.accuracy.songs == 9 and found.chance == pytest.approx(1 / 3)
    assert found.confused["jazz"] == {"jazz": 1}


def test_a_drummer_who_plays_rock_whatever_is_told_is_heard_as_rock():
    ours = [styled(style, 50 + n, plays="rock") for style in KEEPERS for n in range(3)]
    found = styles_heard(true_songs(), ours)
    assert found.accuracy.mean == pytest.approx(1 / 3)
    assert found.by_style["jazz"].mean == 0 and found.confused["jazz"] == {"rock": 1}


def test_a_style_of_few_true_songs_is_left_out_on_both_sides():
    few = [one for one in true_songs() if one.style != "punk"] + [styled("punk", 1)]
    found = styles_heard(few, [styled("punk", 60), styled("jazz", 60)])
    assert set(found.by_style) == {"jazz"} and found.chance == 0.5


def test_without_two_styles_there_is_nothing_to_tell():
    jazz = [one for one in true_songs() if one.style == "jazz"]
    assert styles_heard(jazz, [styled("jazz", 60)]) is None
    assert styles_heard(true_songs(), []) is None
