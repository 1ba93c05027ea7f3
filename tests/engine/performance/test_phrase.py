"""Where fills belong, the crash after them, and the last stroke of a song."""

import pytest

from engine.music.kit import PITCH_OF, Voice
from engine.music.notes import Hit, Pattern
from engine.music.wishes import FREE, Wishes
from engine.performance.phrase import BARS, Phrase, ended, fill_due, with_crash

CRASH, KICK, SNARE = (PITCH_OF[voice] for voice in (Voice.CRASH, Voice.KICK, Voice.SNARE))
GROOVE = Pattern.from_grid({Voice.KICK: "x.......x.......", Voice.SNARE: "....x.......x..."})


def bars_of_fills(intensity, bars=32):
    return [bar for bar in range(bars) if fill_due(bar, intensity)]


def played(phrase, wishes=FREE, pattern=GROOVE):
    wished = phrase.wishes(wishes)
    return wished.fill, phrase.play(pattern, wished)


def drums_on_one(pattern):
    return {hit.drum for hit in pattern.hits if hit.beat == 0}


def test_a_fill_leads_out_of_three_in_four_phrases_of_eight_bars():
    assert bars_of_fills(None, 64) == [7, 15, 31, 39, 47, 63]


def test_fills_come_more_often_with_intensity():
    counts = [len(bars_of_fills(intensity)) for intensity in (0.1, 0.4, 0.9)]
    assert counts == [2, 3, 8]


def test_the_bar_after_the_first_fill_begins_with_a_crash():
    phrase = Phrase()
    crashed = [CRASH in drums_on_one(played(phrase)[1]) for _ in range(3 * BARS + 1)]
    assert [bar for bar, so in enumerate(crashed) if so] == [8]  # it adds few: drummers crash


def test_a_phrase_is_counted_from_where_the_drums_come_in():
    phrase = Phrase()
    for _ in range(3):
        played(phrase)
    phrase.begin()
    assert [played(phrase)[0] for _ in range(8)] == [None] * 7 + [True]


@pytest.mark.parametrize("said", [True, False])
def test_what_the_player_says_of_fills_goes_before(said):
    phrase = Phrase()
    assert {played(phrase, Wishes(fill=said))[0] for _ in range(16)} == {said}


def test_a_crash_comes_with_the_kick_and_as_hard_as_what_is_struck_there():
    crashed = with_crash(Pattern.of([Hit(0.01, SNARE, 61), Hit(1.0, KICK, 90)], 4.0))
    assert sorted((hit.drum, hit.velocity) for hit in crashed.hits if hit.beat < 0.5) == [
        (KICK, 61),
        (SNARE, 61),
        (CRASH, 61),
    ]


def test_a_bar_that_has_its_crash_stays_as_it_is():
    crashed = with_crash(GROOVE)
    assert with_crash(crashed) == crashed != GROOVE


def test_a_song_ends_on_a_stroke_with_nothing_after():
    last = ended(GROOVE, 2.5)
    assert [(hit.beat, hit.drum) for hit in last.hits] == [
        (0.0, KICK),
        (1.0, SNARE),
        (2.0, KICK),
        (2.5, KICK),
        (2.5, CRASH),
    ]


def test_silent_drums_stay_silent():
    assert with_crash(Pattern()) == Pattern() == ended(Pattern(), 2.0)


def test_a_song_that_ends_on_the_one_has_that_stroke_alone():
    assert [(hit.beat, hit.drum) for hit in ended(GROOVE, 0.0).hits] == [(0.0, KICK), (0.0, CRASH)]
