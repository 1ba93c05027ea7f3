"""The touch of human drummers against that of a model, on the same strokes."""

from dataclasses import replace

import pytest

from engine.evaluation.measures.two_sample import told_apart
from engine.evaluation.touch_trial import struck_again, touch_of, touch_trial
from engine.grooves.groove import Groove
from engine.music.kit import Voice
from engine.music.notes import COMMON_TIME, Pattern
from tests.support.made import groove, hit, loose, song


def human(number):
    return song(f"{number}.mid", hits=loose(groove(16), number), notes=())


class Flat:
    """Strikes everything alike; knows a groove of hats and one of rides."""

    def __init__(self):
        self.asked, self.guide = [], self
        keepers = (Voice.RIDE, Voice.CLOSED_HAT)
        self.book = [
            Groove(Pattern.of([hit(n / 2, one) for n in range(8)], 4.0), COMMON_TIME)
            for one in keepers
        ]

    def touch(self, request, strokes):
        self.asked.append(request)
        return replace(strokes, hits=tuple(replace(one, velocity=90) for one in strokes.hits))


def test_a_touch_that_is_always_the_same_is_told_from_a_humans():
    pytest.importorskip("sklearn")
    songs = [human(n) for n in range(12)]
    pairs = [touch_of(one, struck_again(one, Flat())) for one in songs]
    found = told_apart(pairs)
    assert found.auc.mean > 0.95 and found.true_phrases == found.our_phrases == 24


def test_the_same_touch_cannot_be_told():
    pytest.importorskip("sklearn")
    found = told_apart([touch_of(one, one.hits()) for one in map(human, range(12))])
    assert found.auc.mean == pytest.approx(0.5)


def test_a_song_on_the_grid_was_played_by_no_human():
    exact = [replace(one, beat=round(one.beat * 4) / 4) for one in groove(16)]
    assert len(touch_of(song(hits=exact, notes=()), exact).true) == 0


def test_the_strokes_stay_and_the_groove_that_is_most_like_them_is_told():
    own, drummer = human(1), Flat()
    again = struck_again(own, drummer)
    assert sorted(one.drum for one in again) == sorted(one.drum for one in own.hits())
    assert sorted(o.beat for o in again) == pytest.approx(sorted(o.beat for o in own.hits()))
    asked = drummer.asked[5]
    assert {one.voice for one in asked.groove.hits} == {Voice.CLOSED_HAT}
    assert len(asked.history) == 5 and not asked.notes


def test_a_bundle_strikes_in_a_process_of_its_own():
    pytest.importorskip("sklearn")
    assert touch_trial([human(1)], processes=1) is None  # one song is no trial
