"""The touch of human drummers against that of a model, on the same strokes."""

from dataclasses import replace

import pytest

from engine.evaluation.touch_trial import touch_of, touch_trial
from tests.support.made import groove, loose, song


def human(number):
    return song(f"{number}.mid", hits=loose(groove(16), number), notes=())


def test_a_touch_that_is_always_the_same_is_told_from_a_humans():
    pytest.importorskip("sklearn")
    found = touch_trial(
        [human(n) for n in range(12)],
        lambda one: [replace(hit, velocity=90) for hit in one.hits()],
    )
    assert found.auc.mean > 0.95 and found.true_phrases == found.our_phrases == 24


def test_the_same_touch_cannot_be_told():
    pytest.importorskip("sklearn")
    found = touch_trial([human(n) for n in range(12)], lambda one: one.hits())
    assert found.auc.mean == pytest.approx(0.5)


def test_a_song_on_the_grid_was_played_by_no_human():
    exact = [replace(one, beat=round(one.beat * 4) / 4) for one in groove(16)]
    assert len(touch_of(song(hits=exact, notes=()), exact).true) == 0
