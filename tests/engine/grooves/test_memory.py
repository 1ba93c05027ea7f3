"""A, B, A: which part of a song each bar belongs to."""

import pytest

from engine.grooves.heard import heard_bar
from engine.grooves.memory import LASTING, LETTERS, MOST_PARTS, RETURNING, PartMemory, parts_of
from engine.music.notes import Note

RIFFS = {  # onsets in beats and pitches of one bar
    "A": ([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5], [40, 40, 43, 40, 45, 40, 43, 40]),
    "B": ([0, 1.75, 2.25], [48, 50, 48]),
    "C": ([0.75, 1.25, 2.75, 3.25, 3.75], [42, 42, 49, 42, 51]),
    "D": ([1 / 3, 4 / 3, 7 / 3, 10 / 3], [46, 46, 46, 53]),
    "E": ([0.25, 2 / 3, 1.75, 5 / 3, 8 / 3], [44, 47, 47, 44, 47]),
    "a": ([0, 0.5, 1, 1.5, 2, 2.5, 3], [40, 40, 43, 40, 45, 40, 43]),  # A without its last note
    "h": ([0, 0.5, 1, 1.5], [40, 40, 43, 40]),  # its first half
    "-": ([], []),
}


def bars_of(form):
    made = []
    for riff in form:
        notes = [Note(onset, 0.4, pitch) for onset, pitch in zip(*RIFFS[riff], strict=True)]
        made.append(heard_bar(notes, 0.0, 4.0, 120.0))
    return made


def known(form):
    """The part of each bar of a song known to its end, as letters."""
    return "".join(LETTERS[part] for part in parts_of(bars_of(form)))


def followed(form):
    """The part that live each bar is taken to belong to before it is heard, as letters."""
    memory, found = PartMemory(), []
    for bar in bars_of(form):
        found.append(LETTERS[memory.part])
        memory.hear(bar)
    return "".join(found)


@pytest.mark.parametrize(
    "form",
    ["AAAAAAAA", "AAAABBBB", "AAAAAAAABBBBBBBBAAAAAAAA", "AAAABBBBAAAABBBBCCCCCCAAAA"],
)
def test_the_parts_of_a_song_known_to_its_end_begin_with_their_first_bars(form):
    assert known(form) == form


def test_live_a_new_part_has_begun_when_it_has_lasted_and_an_old_one_comes_back_sooner():
    form = "A" * 8 + "B" * 8 + "A" * 8
    late, soon = "A" * LASTING + "B" * (8 - LASTING), "B" * RETURNING + "A" * (8 - RETURNING)
    assert followed(form) == "A" * 8 + late + soon


def test_what_does_not_last_is_no_part():
    form = "AAAAAAAA" + "B" * (LASTING - 1) + "AAAAAAAA"
    assert known(form) == followed(form) == "A" * len(form)


def test_a_bar_that_is_played_a_little_otherwise_belongs_to_its_part():
    assert known("AAAaAAAaBBBBAAAa") == "AAAAAAAABBBBAAAA"


def test_a_rest_belongs_to_the_part_it_lies_in():
    assert known("AAAA-AAABBBB-BBBAAAA") == "AAAAAAAABBBBBBBBAAAA"
    assert known("----AAAA") == "AAAAAAAA"
    assert parts_of([]) == []


def test_the_riff_after_a_rest_is_known_again():
    assert known("AAAAAABBBBBB--AAAA").startswith("AAAAAABBBBBB")
    assert known("AAAAAABBBBBB--AAAA").endswith("AAAA")


def test_a_bar_of_another_length_is_no_bar_of_the_part():
    notes = [Note(onset, 0.4, pitch) for onset, pitch in zip(*RIFFS["B"], strict=True)]
    waltz = [heard_bar(notes, 0.0, 3.0, 120.0)] * 4
    assert parts_of([*bars_of("BBBB"), *waltz]) == [0] * 4 + [1] * 4


def test_there_are_no_more_parts_than_letters():
    form = "A" * 6 + "B" * 6 + "C" * 6 + "D" * 6 + "E" * 12
    assert set(known(form)) == set(LETTERS[:MOST_PARTS])
    assert known(form)[:24] == form[:24]


def test_a_stretch_like_no_part_does_not_become_the_part_that_returns_after_it():
    form = "A" * 6 + "B" * 6 + "C" * 6 + "D" * 6 + "E" * 12 + "A" * 6 + "E" * 4
    assert known(form)[24:36] == "D" * 12, "nothing else is known of it"
    assert known(form)[36:42] == "A" * 6
    assert known(form)[42:] == "A" * 4, "and it is no bar of A that A is known by"


@pytest.fixture
def song():
    """A memory and the bars it has heard."""
    return Song()


class Song:
    def __init__(self):
        self.memory = PartMemory()

    def play(self, form):
        """The name of the part, once these bars have been heard."""
        for bar in bars_of(form):
            self.memory.hear(bar)
        return self.memory.name


def test_a_part_is_known_by_the_name_that_the_player_gives_it(song):
    song.play("AAAAAA")
    song.memory.call("verse")
    assert song.play("BBBBBBAA") == "verse"


def test_a_name_stands_for_the_riff_that_was_called_so_last(song):
    song.play("AAAAAABBBBBB")
    song.memory.call("A")
    assert song.memory.name == "A" and song.memory.part == 1
    assert song.play("AA") == "C"


def test_the_part_that_the_player_says_stays_whatever_its_riff(song):
    song.play("AAAAAA")
    song.memory.turn_to("B")
    assert song.play("AAAAAAAA") == "B"


def test_after_the_player_has_said_a_part_riffs_bring_parts_back(song):
    song.play("AAAAAA")
    song.memory.turn_to("chorus")
    assert song.play("BBBBBBAA") == "A"
    assert song.play("BB") == "chorus"


def announced(form):
    """The bars of a song before which it looks as if the bar after them were of another part."""
    memory, found = PartMemory(), []
    for number, bar in enumerate(bars_of(form), 1):
        memory.hear(bar)
        found += [number] if memory.turning else []
    return found


def test_a_new_part_is_announced_by_the_last_bar_before_it_counts():
    assert announced("A" * 8 + "B" * 8) == [8 + LASTING - 1]


def test_a_part_that_returns_from_its_first_bar_on_is_announced_a_bar_sooner():
    assert announced("A" * 8 + "B" * 8 + "A" * 8) == [11, 16 + RETURNING - 1]


def test_a_part_that_returns_otherwise_is_not_announced():
    form = "A" * 8 + "B" * 8 + "h" * 8
    assert announced(form) == [11] and followed(form)[-1] == "A"


def test_what_rests_or_goes_back_is_announced_no_longer():
    assert announced("A" * 8 + "BBB" + "A" * 4) == announced("A" * 8 + "BBB----") == [11]


def test_where_no_more_parts_can_be_none_is_announced():
    four = "A" * 6 + "B" * 6 + "C" * 6 + "D" * 6
    assert announced(four + "E" * 12) == announced(four)


def test_the_bars_of_a_part_are_counted_from_where_its_riff_began(song):
    song.play("A" * 8)
    bars = [song.play("B") and song.memory.bars for _ in range(8)]
    assert bars[2:5] == [11, 4, 5]
    song.play("AA")
    assert song.memory.bars == RETURNING
