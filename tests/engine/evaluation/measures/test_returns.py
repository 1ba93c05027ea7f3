"""Riffs that return, and drums that return with them or not."""

import pytest

from engine.evaluation.measures.returns import Returns, form, guitar_likeness, returns
from engine.music.kit import Voice
from engine.music.notes import Note
from tests.support.made import bars_of, hit, played


def riff(letters):
    """A guitar: each letter is a bar of its own rhythm and pitch."""
    return [
        Note(4.0 * bar + ord(letter) % 3 / 4 + n, 0.2, 40 + ord(letter) % 12, 90)
        for bar, letter in enumerate(letters)
        for n in range(4)
    ]


def where(letters):
    found = form(riff(letters), bars_of(len(letters)), played([], bars=len(letters)).number)
    return [tuple(pair) for pair in found.returns.tolist()]


def test_bars_of_guitar_are_alike_by_place_and_pitch_class():
    notes = [Note(0.0, 1, 40, 90), Note(4.0, 1, 52, 90), Note(8.0, 1, 41, 90)]
    near = guitar_likeness(notes, bars_of(4))
    assert near[0].tolist() == [1, 1, 0, 0] and near[3].tolist() == [0, 0, 0, 0]


def test_a_note_just_ahead_of_the_bar_line_belongs_to_the_bar():
    near = guitar_likeness([Note(0.0, 1, 40, 90), Note(3.95, 1, 40, 90)], bars_of(2))
    assert near[0, 1] == 1


def test_a_verse_after_a_chorus_returns():
    assert where("AAAABBBBAAAA") == [(0, 8), (1, 9), (2, 10), (3, 11)]


def test_a_vamp_never_returns_and_neither_does_a_riff_after_a_short_break():
    assert where("ABABABABABABABAB") == where("A" * 16) == []
    assert where("AAAAAABBAAAAAA") == []


def test_bars_that_were_not_measured_between_do_not_make_a_return():
    notes, bars = riff("AB"), bars_of(2)
    found = form(notes, bars, played([], bars=2, number=[0, 20]).number)
    assert found.returns.shape == (0, 2)


def test_drums_that_never_change_are_alike_everywhere_and_remember_nothing():
    found = form(riff("AAAABBBBAAAACCCC"), bars_of(16), played([], bars=16).number)
    same = played([hit(4.0 * bar) for bar in range(16)], bars=16)
    assert returns(same, found) == Returns(1, 1, 0)


def test_drums_that_return_with_the_riff_remember_it():
    letters = "AAAABBBBAAAACCCC"
    found = form(riff(letters), bars_of(16), played([], bars=16).number)
    drums = [
        hit(4.0 * bar + 1, Voice.RIDE if letter == "A" else Voice.SNARE)
        for bar, letter in enumerate(letters)
    ]
    told = returns(played(drums, bars=16), found)
    assert told.alike == 1 and told.elsewhere < 0.5
    assert told.memory == pytest.approx(told.alike - told.elsewhere)


def test_without_a_return_there_is_no_answer():
    found = form(riff("AAAA"), bars_of(4), played([]).number)
    assert returns(played([]), found) == Returns(None, None, None)
