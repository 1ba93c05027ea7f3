"""Values are checked when they are made, and a pattern reads as rows of text."""

import pytest

from engine.music.kit import PITCH_OF, VOICE_OF, Voice
from engine.music.notes import Hit, Metre, Note, Pattern


def test_every_voice_sounds_on_a_pitch_that_maps_back_to_it():
    assert {VOICE_OF[PITCH_OF[voice]] for voice in Voice} == set(Voice)
    assert all(VOICE_OF[PITCH_OF[voice]] is voice for voice in Voice)


def test_a_pattern_from_rows_gives_the_rows_back():
    rows = {Voice.KICK: "X...x...", Voice.SNARE: "....X..o"}
    pattern = Pattern.from_grid(rows, beats=2.0)
    assert [line.split()[1] for line in pattern.to_rows().splitlines()] == list(rows.values())


def test_hits_are_in_order_of_time():
    pattern = Pattern.of([Hit(2.0, 38), Hit(0.5, 42), Hit(0.5, 36)], 4.0)
    assert [(hit.beat, hit.drum) for hit in pattern.hits] == [(0.5, 36), (0.5, 42), (2.0, 38)]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Note(0, 1, 128),
        lambda: Note(0, 1, 60, 0),
        lambda: Note(0, -1, 60),
        lambda: Hit(0, -1),
        lambda: Hit(0, 36, 200),
        lambda: Metre(0, 4),
        lambda: Metre(4, 3),
    ],
)
def test_a_value_out_of_range_is_refused(make):
    with pytest.raises(ValueError, match=r"must|no such"):
        make()


@pytest.mark.parametrize(("metre", "beats"), [(Metre(6, 8), 3.0), (Metre(7, 8), 3.5), (Metre(), 4)])
def test_a_bar_is_measured_in_quarter_notes(metre, beats):
    assert metre.beats == beats
