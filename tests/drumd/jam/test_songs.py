"""A song whose parts play in their order, hands-free, and a set list."""

import pytest

from drumd.controls import Control
from drumd.jam.parts import Part
from drumd.jam.song import END, Section, Song
from drumd.status.phase import Phase
from engine.music.wishes import Style, Wishes
from tests.drumd.jam.test_parts import BAR_S, BPM, Rig
from tests.support.player import groove, host, steady

FUNK = Part(Wishes(Style.FUNK))
SONG = Song(
    "Train", (Section("intro", 2), Section("A", 3), Section("B", 2)), ends=True, parts={"B": FUNK}
)
WALK = Song("Walk", (Section("A", 2), Section("C", 2)))


def rig(bars, *songs, **settings):
    return Rig(bars, songs=songs or (SONG,), **settings)


def test_where_a_bar_lies_is_known_to_the_end_and_before_the_beginning():
    told = [SONG.place(bar) for bar in (-1, 0, 1, 2, 6, 7, 20)]
    assert [place.part for place in told] == ["intro"] * 3 + ["A", "B", END, END]
    assert [place.leads_on for place in told] == [False, False, True, False, True, False, False]
    assert WALK.place(50).part == "C" and not WALK.place(50).leads_on


def test_parts_come_in_their_order_each_after_a_fill_and_the_song_ends():
    jam = rig(14).to(14)
    told = {request.bar: (request.part, bool(request.wishes.fill)) for request in jam.kit.requests}
    assert told == {
        1: ("intro", True),
        2: ("A", False),
        3: ("A", False),
        4: ("A", True),
        5: ("B", False),
        6: ("B", True),
    }
    assert jam.asked(5).wishes.style is Style.FUNK and jam.asked(4).wishes.style is None
    assert [request.since for request in jam.kit.requests][-2:] == [0, 1]
    assert max(time for time, _ in jam.strokes()) == pytest.approx(7 * BAR_S, abs=0.05)
    assert jam.shown().phase is Phase.RESTING


def test_the_song_is_counted_from_where_the_guitar_began():
    jam = Rig(0, guitar=0, songs=(SONG,), clock="host")
    jam.hear([*host(BPM, 0.0, 40), *groove(steady(BPM, 0.0), 12, 40)])
    jam.to(9)
    assert [request.part for request in jam.kit.requests][:3] == ["intro", "A", "A"]
    assert jam.kit.requests[0].bar == 4


def test_where_the_song_is_is_shown():
    jam = rig(14).to(3.5)
    assert jam.shown().song == "Train: A, bar 2 of 3, then B"
    assert "song   Train: A, bar 2 of 3, then B" in jam.shown().screen()


def test_a_tap_goes_on_to_the_next_part_after_a_fill():
    song = Song("Long", (Section("A", 8), Section("B", 2)), ends=True)
    jam = rig(9, song).press(2.2, "pedal").to(2.4)
    assert jam.shown().notice == "part B from bar 5"
    jam.to(9)
    assert [request.part for request in jam.kit.requests] == ["A", "A", "A", "B", "B"]
    assert jam.asked(3).wishes.fill


def test_a_tap_in_the_last_bar_of_a_part_asks_for_what_comes_anyway():
    jam = rig(8).press(4.93, "next_part", down_s=0.01).to(4.99)
    assert jam.shown().notice == "part B from bar 6"
    jam.press(5.5, "next_part").to(5.6)
    assert jam.shown().notice == "part B from bar 6", "it has only just come"
    jam.to(8)
    assert [request.bar for request in jam.kit.requests if request.part == "B"] == [5, 6]


def test_a_part_that_is_called_comes_where_the_song_has_it_next():
    jam = rig(12).press(5.2, "part_a").to(12)
    assert [request.part for request in jam.kit.requests][4:] == ["B", "B", "A", "A", "A", "B", "B"]


def test_a_part_that_lasts_goes_on_and_a_tap_there_is_a_fill():
    jam = rig(12, WALK).press(8.2, "next_part").to(12)
    assert [request.bar for request in jam.kit.requests if request.wishes.fill] == [1, 9]


def test_a_host_that_starts_again_begins_the_song_again():
    jam = Rig(0, guitar=0, songs=(SONG,), clock="host")
    for start in (0.0, 12.0):
        jam.hear([*host(BPM, start, 16), *groove(steady(BPM, start), 0, 16)])
    jam.to(11)
    parts = [(request.song, request.part) for request in jam.kit.requests]
    assert parts == [(song, part) for song in (1, 2) for part in ("intro", "A", "A", "A")]


def test_a_song_is_chosen_by_its_program():
    jam = rig(12, SONG, WALK, song_dial=Control("program", 0))
    jam.program(4.3, 1).to(4.4)
    assert jam.shown().notice == "song 2: Walk, from bar 6"
    jam.program(4.5, 9).to(4.6)
    assert jam.shown().notice == "there is no song 10 in the set list"
    jam.to(12)
    assert [request.part for request in jam.kit.requests][4:8] == ["A", "A", "C", "C"]
