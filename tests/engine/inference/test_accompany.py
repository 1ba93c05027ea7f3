"""Drums for a file: only where there is guitar, bar by bar, by the file's own metres."""

from engine.encoding.features import HISTORY_BARS
from engine.inference.accompany import accompany
from engine.music.kit import PITCH_OF, Voice
from engine.music.notes import Hit, Metre, Note, Pattern
from engine.music.song import Bar
from tests.support.bars import bars_of, four
from tests.support.fakes import RockDrummer

KICK, CRASH = PITCH_OF[Voice.KICK], PITCH_OF[Voice.CRASH]


def quarters(first: float, last: float) -> list[Note]:
    return [Note(float(beat), 0.9, 52) for beat in range(int(first), int(last))]


def starts(bars):
    return [bar.start for bar in bars]


def test_every_bar_with_guitar_gets_drums_in_song_time():
    take = accompany(quarters(0, 12), four(3), RockDrummer())
    assert starts(take.played) == [0, 4, 8]
    assert [hit.beat for hit in take.hits if hit.drum == KICK][:-1] == [0, 2, 4, 6, 8, 10]


def test_each_bar_is_asked_with_the_guitar_up_to_its_end_and_the_drums_before_it():
    drummer = RockDrummer()
    accompany(quarters(0, 16), four(4), drummer, temperature=0.7)
    third = drummer.requests[2]
    assert (third.start, third.heard_until, third.bpm, third.bars) == (8, 12, 120, 1)
    assert third.notes[-1].onset == 11 and len(third.notes) == 12
    assert third.temperature == 0.7
    assert [len(request.history) for request in drummer.requests] == [0, 1, 2, 3]


def test_a_window_holds_at_most_the_last_150_notes():
    notes = [Note(beat / 16, 0.05, 52) for beat in range(16 * 16)]
    drummer = RockDrummer()
    accompany(notes, four(4), drummer)
    assert len(drummer.requests[-1].notes) == 150
    assert drummer.requests[-1].notes[-1] == notes[-1]


def test_drums_rest_before_and_after_the_guitar():
    take = accompany(quarters(8, 12), four(5), RockDrummer())
    assert starts(take.played) == [8]


def test_drums_play_through_a_rest_of_a_bar():
    take = accompany(quarters(0, 4) + quarters(8, 12), four(3), RockDrummer())
    assert starts(take.played) == [0, 4, 8]


def test_drums_rest_where_the_guitar_rests_longer_than_a_bar():
    take = accompany(quarters(0, 4) + quarters(12, 16), four(4), RockDrummer())
    assert starts(take.played) == [0, 12]


def test_a_note_held_over_bars_sounds_in_all_of_them():
    take = accompany([Note(0.0, 11.0, 40)], four(4), RockDrummer())
    assert starts(take.played) == [0, 4, 8]


def test_a_note_that_ends_on_the_bar_line_does_not_sound_beyond_it():
    take = accompany([Note(0.0, 4.01, 40)], four(2), RockDrummer())
    assert starts(take.played) == [0]


def test_a_note_that_leans_forward_over_a_bar_line_belongs_to_the_bar_it_begins():
    for length in (0.9, 0.05):
        take = accompany([Note(7.98, length, 52)], four(4), RockDrummer())
        assert starts(take.played) == [8]


def test_no_guitar_no_drums():
    assert accompany([], four(4), RockDrummer()).hits == ()


def test_the_metre_of_each_bar_is_asked_for_and_history_ends_where_it_changes():
    drummer = RockDrummer()
    accompany(quarters(0, 14), bars_of(Metre(3, 4), Metre(3, 4), Metre(), Metre()), drummer)
    assert [request.metre for request in drummer.requests] == [Metre(3, 4)] * 2 + [Metre()] * 2
    assert [len(request.history) for request in drummer.requests] == [0, 1, 0, 1]


def test_a_bar_too_long_for_the_grid_is_played_in_pieces():
    drummer = RockDrummer()
    take = accompany(quarters(0, 7), bars_of(Metre(7, 4)), drummer)
    assert [(bar.start, bar.beats) for bar in take.played] == [(0, 4), (4, 3)]
    assert [request.metre for request in drummer.requests] == [Metre(), Metre(3, 4)]


def test_a_bar_cut_short_is_asked_for_at_its_own_length():
    drummer = RockDrummer()
    bars = [Bar(0.0, 2.5, Metre(), 120.0), Bar(2.5, 4.0, Metre(), 120.0)]
    accompany(quarters(0, 6), bars, drummer)
    assert [request.metre for request in drummer.requests] == [Metre(5, 8), Metre()]


def test_bars_that_do_not_fit_the_grid_rest_and_are_told():
    metres = (Metre(7, 16), Metre(1, 4), Metre(), Metre(4, 4))
    take = accompany(quarters(0, 11), bars_of(*metres), RockDrummer())
    assert [bar.metre for bar in take.unfit] == [Metre(7, 16), Metre(1, 4)]
    assert len(take.played) == 2


def test_a_fill_is_asked_for_at_the_end_of_a_phrase_and_a_crash_follows():
    drummer = RockDrummer()
    take = accompany(quarters(0, 72), four(18), drummer)
    asked = [request.wishes.fill for request in drummer.requests]
    assert [bar for bar, fill in enumerate(asked) if fill] == [7, 15]
    assert 32.0 in {hit.beat for hit in take.hits if hit.drum == CRASH}


def test_the_last_eight_bars_are_remembered_and_a_fill_is_one_of_them():
    drummer = RockDrummer()
    played = iter(Pattern.of([Hit(0.0, KICK, 1 + bar)], 4.0) for bar in range(20))
    drummer.play = lambda request: drummer.requests.append(request) or next(played)
    accompany(quarters(0, 48), four(12), drummer)
    assert drummer.requests[7].wishes.fill
    told = [
        [hit.velocity - 1 for bar in one.history for hit in bar.hits] for one in drummer.requests
    ]
    assert told == [list(range(max(0, bar - HISTORY_BARS), bar)) for bar in range(12)]


def test_phrases_are_counted_anew_where_the_guitar_has_rested():
    drummer = RockDrummer()
    accompany(quarters(0, 12) + quarters(40, 80), four(20), drummer)
    assert [request.start for request in drummer.requests if request.wishes.fill] == [68.0]


def test_a_song_ends_on_a_stroke_at_the_guitars_last_onset():
    take = accompany(quarters(0, 11), four(3), RockDrummer())
    last = [hit.drum for hit in take.hits if hit.beat == take.hits[-1].beat]
    assert take.hits[-1].beat == 10.0 and sorted(last) == [KICK, CRASH]


def test_a_chord_that_rings_over_the_last_bar_ends_on_the_one():
    take = accompany([*quarters(0, 4), Note(4.0, 7.5, 40)], four(4), RockDrummer())
    assert [(hit.beat, hit.drum) for hit in take.hits if hit.beat >= 8] == [(8, KICK), (8, CRASH)]
