"""Several ideas for one song, counted by hand."""

import pytest

from engine.evaluation.measures.ideas import alike, ideas
from tests.support.made import groove, hit, played


def roll(hits, bars=1):
    return played(hits, bars=bars).roll()


def test_the_best_of_all_is_found_and_the_first_is_the_one_that_plays():
    truth = roll([hit(0.0), hit(1.0)])
    found = ideas(truth, [roll([hit(2.0)]), roll([hit(0.0), hit(1.0)]), roll([hit(0.0)])])
    assert (found.count, found.first, found.best) == (3, 0, 1)


def test_alike_is_the_mean_agreement_of_all_pairs():
    one, other, half = roll([hit(0.0)]), roll([hit(2.0)]), roll([hit(0.0), hit(2.0)])
    assert alike([one, other, half]) == pytest.approx((0 + 2 / 3 + 2 / 3) / 3)


def test_the_same_drums_five_times_are_alike_and_one_idea_is_alike_to_nothing():
    same = roll(groove(), bars=8)
    assert alike([same] * 5) == 1
    assert ideas(same, [same]).alike is None


def test_no_idea_is_refused():
    with pytest.raises(ValueError, match="an idea to measure"):
        ideas(roll([]), [])
