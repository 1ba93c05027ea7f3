"""Bits a bar and picking guitars, with readers whose answer is known."""

from dataclasses import replace

import numpy as np
import pytest

from engine.evaluation.measures.likelihood import (
    GUITARS,
    MOST_BARS,
    Likelihood,
    likelihood,
    pick,
    spread,
    true_pattern,
)
from engine.music.notes import HISTORY_BARS, Note, Pattern
from tests.support.made import bars_of, groove, hit, song


class Counting:
    """Asks four bits for each bar of drums it does not know, and one for each pitch it dislikes."""

    def __init__(self, liked=None):
        self.liked, self.asked = liked, []

    def play(self, request):
        return Pattern((), request.metre.beats)

    def bits(self, request, truth):
        self.asked.append((request, truth))
        known = [note for note in request.notes if note.onset >= request.start]
        disliked = [note for note in known if note.pitch != self.liked]
        return 4.0 * (HISTORY_BARS - len(request.history)) + len(disliked)


def strummed(pitch, file="song.mid", bars=16, bpm=120.0):
    notes = [Note(4.0 * bar + beat, 1.0, pitch) for bar in range(bars) for beat in range(4)]
    return song(file, bars=bars, notes=notes, bpm=bpm)


def test_bits_with_the_songs_own_guitar_and_with_a_lent_one():
    own, other = strummed(50), strummed(60, "other.mid")
    found = likelihood(own, own.scored_bars(), [other], Counting(liked=50))
    # the first eight of sixteen bars do not know as many bars of drums as can be remembered
    unknown = sum(range(HISTORY_BARS + 1))
    assert found == Likelihood(
        primed=4 * unknown / 16,
        unprimed=4 * HISTORY_BARS,
        primed_other=4 * unknown / 16 + 4,
        unprimed_other=4 * HISTORY_BARS + 4,
        worth_primed=4,
        worth_unprimed=4,
    )


def test_a_model_that_does_not_listen_gains_nothing_from_the_guitar():
    own, other = strummed(50), strummed(60, "other.mid")
    found = likelihood(own, own.scored_bars(), [other], Counting())
    assert (found.worth_primed, found.worth_unprimed) == (0, 0)


def test_who_lends_to_whom_changes_the_sign():
    own, other = strummed(50), strummed(60, "other.mid")
    there = likelihood(own, own.scored_bars(), [other], Counting(liked=50))
    back = likelihood(other, other.scored_bars(), [own], Counting(liked=50))
    assert there.worth_primed == -back.worth_primed > 0


def test_without_a_lender_there_is_no_other_guitar_and_with_few_no_picking():
    own = strummed(50)
    alone = likelihood(own, own.scored_bars(), [], Counting(50))
    assert alone.primed_other is alone.worth_primed is alone.picked is None
    few = likelihood(own, own.scored_bars(), [strummed(60, "b.mid")], Counting(50))
    assert few.worth_primed is not None and few.picked is few.picked_bars is None


@pytest.mark.parametrize(("liked", "picked"), [(50, 1), (55, 0), (None, 0)])
def test_the_guitar_that_makes_the_drums_likeliest_is_picked(liked, picked):
    own = strummed(50)
    lenders = [strummed(50 + n, f"{n}.mid") for n in range(1, GUITARS)]
    found = likelihood(own, own.scored_bars(), lenders, Counting(liked))
    assert (found.picked, found.picked_bars) == (picked, picked)  # a tie is not picked


def test_picking_adds_up_the_bars_of_a_part():
    assert pick(np.array([[1.0, 5.0], [2.0, 3.0]])) == (0, 0.5)
    assert pick(np.array([[1.0, 3.0], [2.0, 3.0]])) == (1, 0.5)


@pytest.mark.parametrize("bits", [np.zeros((1, 4)), np.zeros((3, 0)), np.full((2, 2), np.nan)])
def test_nothing_to_pick_from_is_refused(bits):
    with pytest.raises(ValueError, match="at least two guitars"):
        pick(bits)


def test_a_reader_is_asked_with_the_true_drums_before_and_the_guitar_of_the_bar():
    own = song(bars=6)
    reader = Counting()
    likelihood(own, own.scored_bars(), [], reader)
    request, truth = reader.asked[3]
    hits = sorted(own.hits())
    assert request.history == tuple(true_pattern(hits, bar) for bar in own.bars[:3])
    assert truth == true_pattern(hits, own.bars[3])
    assert request.heard_until == 16 and request.notes[-1].onset < 16
    assert all(one.history == () for one, _ in reader.asked[6:])  # unprimed come last


def test_drums_of_bars_of_another_length_are_not_known():
    own = song(bars=4)
    short = replace(own.bars[1], beats=2.0)
    cut = replace(own, bars=(own.bars[0], short, *own.bars[2:]))
    reader = Counting()
    likelihood(cut, [own.bars[2], own.bars[3]], [], reader)
    assert [len(request.history) for request, _ in reader.asked] == [0, 1, 0, 0]


def test_a_stroke_ahead_of_the_bar_line_belongs_to_the_bar_after_it():
    early = [hit(3.9), hit(5.0)]
    first, second = (true_pattern(early, bar) for bar in bars_of(2))
    assert first.hits == ()
    assert [one.beat for one in second.hits] == pytest.approx([-0.1, 1.0])


def test_bars_are_spread_over_the_song_and_in_order():
    bars = bars_of(100)
    chosen = spread(bars, MOST_BARS)
    assert len(chosen) == MOST_BARS and chosen == sorted(chosen, key=lambda bar: bar.start)
    assert chosen[0].start < 16 and chosen[-1].start > 4 * 96
    assert spread(bars[:3], MOST_BARS) == list(bars[:3])
    with pytest.raises(ValueError, match="a bar to measure"):
        spread([], 3)


def test_the_true_bars_of_a_song_are_all_its_hits():
    hits = groove(8)
    found = [one for bar in bars_of(8) for one in true_pattern(hits, bar).hits]
    assert len(found) == len(hits)
