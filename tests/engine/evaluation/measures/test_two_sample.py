"""A judge who tells ours from true phrases, or cannot."""

import numpy as np
import pytest

from engine.evaluation.hit_metrics import rock_beat
from engine.evaluation.measures import boosted_trees
from engine.evaluation.measures.boosted_trees import JudgeMissingError, held_out, judge_is_here
from engine.evaluation.measures.drumming import drumming
from engine.evaluation.measures.two_sample import Pair, auc, struck_pair, told_apart, touch_pair
from engine.music.kit import Voice
from engine.music.notes import Hit, Metre
from tests.support.made import bars_of, hit

BARS = 24
STARTS = (0, 8, 16)


@pytest.fixture(autouse=True)
def judge():
    pytest.importorskip("sklearn")


def song(number, *, spread=10.0, late=0.02):
    """A drummer with a groove and a touch of his own, who varies it from bar to bar."""
    rng = np.random.default_rng(number)
    usual = rng.random((16, 3)) < (0.25, 0.2, 0.5)
    voices = (Voice.KICK, Voice.SNARE, Voice.CLOSED_HAT)
    hits = []
    for bar in range(BARS):
        for cell, voice in np.argwhere(usual ^ (rng.random((16, 3)) < 0.05)).tolist():
            loud = int(np.clip(rng.normal(90, spread), 1, 127))
            beat = max(0.0, 4 * bar + cell / 4 + rng.normal(0, late))
            hits.append(hit(beat, voices[voice], loud))
    return laid(hits)


def laid(hits):
    return drumming(bars_of(BARS), range(BARS), hits)


def rock():
    beat = rock_beat(Metre()).hits
    return laid(Hit(4.0 * bar + one.beat, one.drum, 100) for bar in range(BARS) for one in beat)


def test_the_same_rock_beat_in_every_song_is_always_told():
    pairs = [struck_pair(f"{n}", STARTS, song(n), rock()) for n in range(12)]
    found = told_apart(pairs)
    assert found.auc.mean > 0.98 and found.auc.low <= found.auc.mean <= found.auc.high
    assert (found.true_phrases, found.our_phrases, found.auc.songs) == (36, 36, 12)


def test_other_true_songs_cannot_be_told():
    pairs = [struck_pair(f"{n}", (0,), song(n), song(100 + n)) for n in range(50)]
    assert 0.35 < told_apart(pairs).auc.mean < 0.65


def test_the_truth_itself_cannot_be_told():
    pairs = [struck_pair(f"{n}", STARTS, song(n), song(n)) for n in range(12)]
    assert told_apart(pairs).auc.mean == pytest.approx(0.5)


def test_a_drummer_who_always_strikes_alike_is_told_by_his_touch_on_the_same_strokes():
    pairs = [touch_pair(f"{n}", STARTS, song(n), song(n, spread=0.0)) for n in range(12)]
    assert told_apart(pairs).auc.mean > 0.95


def test_touch_is_not_judged_where_no_human_played():
    machine = touch_pair("a", STARTS, song(1, late=0.0), song(1))
    assert len(machine.true) == len(machine.ours) == 0


def test_touch_needs_strokes_that_both_have():
    assert len(touch_pair("a", STARTS, song(1), laid([hit(0.0)])).true) == 0


def test_few_songs_or_songs_of_few_groups_are_not_judged():
    rows = np.zeros((3, 4))
    assert told_apart([Pair(f"{n}", rows, rows) for n in range(9)]) is None
    assert told_apart([Pair(f"{n % 5}", rows, rows) for n in range(30)]) is None


def test_no_group_is_judged_by_trees_that_saw_it():
    rng = np.random.default_rng(0)
    name = np.repeat(np.arange(20.0), 4)
    rows = np.stack([name, rng.random(80)], axis=1)  # the song's name tells its label, if learnt
    labels = np.repeat(rng.permutation(np.arange(20) % 2), 4)
    held = held_out(rows, labels, [f"{one:.0f}" for one in name])[:, 1]
    assert auc(held, labels) < 0.8


def test_the_area_is_the_chance_to_rank_a_pair_right_and_ties_count_half():
    labels = np.array([1, 1, 0, 0])
    assert auc(np.array([0.9, 0.8, 0.2, 0.1]), labels) == 1
    assert auc(np.array([0.9, 0.3, 0.5, 0.1]), labels) == 0.75
    assert auc(np.full(4, 0.5), labels) == 0.5
    assert auc(np.array([0.9, 0.3, 0.5, 0.1]), labels, np.array([1.0, 0, 1, 1])) == 1


def test_without_scikit_learn_one_sentence_says_what_brings_it(monkeypatch):
    monkeypatch.setattr(boosted_trees, "find_spec", lambda _: None)
    assert not judge_is_here()
    with pytest.raises(JudgeMissingError, match=r'pip install "drumd\[eval\]"'):
        held_out(np.zeros((4, 1)), np.array([0, 1, 0, 1]), ["a", "a", "b", "b"])
