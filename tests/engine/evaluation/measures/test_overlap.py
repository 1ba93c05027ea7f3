"""The overlap of distributions, where it is known."""

import numpy as np
import pytest

from engine.evaluation.measures.overlap import density, features, overlap
from tests.support.made import groove, hit, played


def cloud(songs=20, around=0.0, width=1.0, seed=1):
    rng = np.random.default_rng(seed)
    return list(rng.normal(around, width, (songs, 3)))


def test_the_same_songs_overlap_fully():
    found = overlap(cloud(), cloud())
    assert found.overlap.mean == pytest.approx(1)
    assert found.divergence == pytest.approx(0, abs=1e-6)
    assert found.spread == 1


def test_other_songs_of_the_same_kind_overlap_much_and_of_another_kind_little():
    alike = overlap(cloud(), cloud(seed=2))
    far = overlap(cloud(), cloud(around=20, seed=2))
    assert alike.overlap.mean > 0.8 and alike.divergence < 0.2
    assert far.overlap.mean < 0.05 and far.divergence > 5


def test_songs_that_are_all_the_same_have_no_spread():
    constant = [np.zeros(3)] * 20
    assert overlap(cloud(), constant).spread == 0


def test_the_interval_is_the_same_each_time_and_holds_likely_values():
    found = overlap(cloud(), cloud(seed=2))
    assert found == overlap(cloud(), cloud(seed=2))
    assert 0 <= found.overlap.low <= found.overlap.high <= 1


def test_few_songs_give_no_answer_and_others_than_the_truth_an_error():
    assert overlap(cloud(7), cloud(7)) is None
    with pytest.raises(ValueError, match="on both sides"):
        overlap(cloud(8), cloud(9))


def test_songs_that_do_not_differ_at_all_overlap_fully():
    same = [np.ones(2)] * 8
    found = overlap(same, same)
    assert (found.overlap.mean, found.spread) == (pytest.approx(1), 1)


def test_a_density_adds_up_to_one_and_has_its_weight_where_the_values_are():
    shape = density(np.array([1.0, 1.1, 0.9]), 4.0)
    assert shape.sum() == pytest.approx(1)
    assert abs(int(shape.argmax()) - 100) < 6


def test_features_of_a_groove_as_counted_by_hand():
    found = features(played([hit(0.0), hit(1.0), hit(4.0), hit(5.0)], bars=2))
    assert found["hits a bar"].tolist() == [2]
    assert found["voices"].tolist() == [0, 1, 0, 0, 0, 0, 0, 0, 0]
    assert found["places"][[0, 4]].tolist() == [0.5, 0.5]
    assert found["gaps"].tolist() == [0, 0, 0, 1, 0, 0, 0, 0]
    assert found["unlike bars"].tolist() == [0]


def test_silence_has_features_too():
    assert {name: float(x.sum()) for name, x in features(played([])).items()} == dict.fromkeys(
        features(played(groove())), 0.0
    )
