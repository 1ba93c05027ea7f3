"""Which groove each bar keeps to: ideas, wishes, riffs that come back, grooves that are given."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.grooves.book import alike, folded, loops
from engine.grooves.groove import WRITTEN
from engine.grooves.heard import FIT_INPUTS, SUMMARY
from engine.grooves.ideas import worth_of
from engine.inference import infer
from engine.inference.accompany import accompany
from engine.inference.guide import CLEARLY, SURER_AFTER, Guide
from engine.inference.infer import FOUNDING_BARS, FOUNDING_TAKES, BundleDrummer
from engine.music.notes import KeptGroove, Metre, Note, Pattern, Request
from engine.music.wishes import FREE, Feel, Style, Wishes
from tests.support.bars import bars_of, four
from tests.support.bundles import (
    BOOK_OF_SEVEN,
    BUSY,
    DANCE,
    HALF_TIME,
    ROCK,
    SPARSE,
    TWO_BARS,
    WALTZ,
    book_of,
    first_kit_bundle,
    groove_of,
    tiny_bundle,
)
from tests.support.fakes import RockDrummer

RIFFS = {  # onsets and pitches of a bar
    "A": ([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5], [40, 40, 43, 40, 45, 40, 43, 40]),
    "B": ([0, 1.75, 2.25], [48, 50, 48]),
    "-": ([], []),
}


class Ranker:
    """A fit network that always hopes for the same, and remembers what it saw."""

    def __init__(self, *hope):
        self.hope = np.array(hope, np.float32)
        self.seen = []

    def __call__(self, inputs):
        assert inputs.shape == (1, FIT_INPUTS)
        self.seen.append(inputs[0])
        return np.zeros(len(self.hope), np.float32), self.hope


def guide_of(*hope, book=BOOK_OF_SEVEN):
    """A guide that prefers the grooves of its book by what is hoped for of each."""
    return Guide(book_of(*book), Ranker(*hope))


def preferring(*grooves, book=BOOK_OF_SEVEN):
    """A guide that prefers these grooves, the first most."""
    hope = [0.1] * len(book)
    for rank, groove in enumerate(grooves):
        hope[book.index(groove)] = 3.0 - rank / 2
    return guide_of(*hope, book=book)


def undecided():
    """A guide for which all grooves in 4/4 are as good, and ROCK a little better."""
    guide = guide_of(*[0.0] * 7)
    in_four = np.array([1, 1, 1, 1, 1, 1, 0])
    close = alike(folded(loops(BOOK_OF_SEVEN)))
    expected = worth_of(in_four / 6, np.zeros(7), close, in_four / 7)
    guide._rank.hope = np.float32(0.5 - 2 * expected)
    guide._rank.hope[0] += 0.005
    return guide


def notes_of(form, beats=4.0):
    return [
        Note(bar * beats + onset, 0.4, pitch)
        for bar, riff in enumerate(form)
        for onset, pitch in zip(*RIFFS[riff], strict=True)
    ]


def live(guide, form, **asked):
    """What is chosen for each bar of a song as it is played."""
    notes, found = notes_of(form), []
    for bar in range(len(form)):
        heard = tuple(note for note in notes if note.onset < 4.0 * bar)
        request = Request(bar, 4.0 * bar, heard, 4.0 * bar, since=bar)
        found.append(guide.choose(replace(request, **asked)))
    return found


def test_the_groove_that_is_hoped_for_most_is_played_from_the_first_bar_on():
    chosen = live(preferring(HALF_TIME), "AAAA")
    assert [choice.groove for choice in chosen] == [HALF_TIME] * 4
    assert chosen[0].told == "idea 1 of 5: half-time rock, ride"


def test_every_bar_that_was_played_is_heard_once():
    guide = preferring(ROCK)
    live(guide, "AB")
    live(guide, "AB", song=1)
    assert len(guide._rank.seen) == 2, "one look a song, before anything was played"
    surer = preferring(ROCK)
    live(surer, "A" * (SURER_AFTER[0] + 1))
    assert (surer._rank.seen[0][:SUMMARY] != surer._rank.seen[-1][:SUMMARY]).any()


def test_a_bar_asked_for_again_is_answered_alike_and_heard_once():
    guide, request = preferring(ROCK), Request(1, 4.0, tuple(notes_of("A")), 4.0)
    first = guide.choose(request)
    assert guide.choose(request) == first
    assert len(guide._song.bars) == 1


def test_regenerate_goes_on_to_the_next_idea_and_comes_round():
    guide = preferring(ROCK, DANCE)
    names = [live(guide, "A", idea=idea)[0].groove.name for idea in range(6)]
    assert names[0] == ROCK.name and len(set(names[:5])) == 5
    assert names[5] == names[0]
    assert live(guide, "A", idea=2)[0].told.startswith("idea 3 of 5: ")


def test_a_small_book_has_fewer_ideas():
    guide = guide_of(0.5, 0.4, book=(ROCK, DANCE))
    told = [live(guide, "A", idea=idea)[0] for idea in range(3)]
    assert [choice.groove for choice in told] == [ROCK, DANCE, ROCK]
    assert told[1].told.startswith("idea 2 of 2: ")


def test_the_same_ideas_are_kept_while_nothing_is_said():
    guide = preferring(ROCK)
    first = live(guide, "AAAAAAAAAAAA")
    guide._rank.hope = np.roll(guide._rank.hope, 1)
    assert live(guide, "AAAAAAAAAAAA")[0].groove == first[0].groove


@pytest.mark.parametrize(
    ("wishes", "groove"),
    [
        (FREE, ROCK),
        (Wishes(density=0.0), SPARSE),
        (Wishes(density=0.75), BUSY),
        (Wishes(style=Style.DANCE), DANCE),
        (Wishes(style=Style.FUNK), TWO_BARS),
        (Wishes(intensity=1.0), ROCK),
    ],
)
def test_wishes_bend_the_choice(wishes, groove):
    assert live(undecided(), "A", wishes=wishes)[0].groove is groove


def test_of_jazz_the_written_grooves_go_first_at_their_tempo():
    shared = replace(ROCK, style="jazz")
    written = replace(HALF_TIME, style="jazz", source=WRITTEN, bpm=(100.0, 200.0))
    for wishes, bpm, groove in (
        (Wishes(style=Style.JAZZ), 150.0, written),
        (Wishes(style=Style.JAZZ), 70.0, shared),
        (FREE, 150.0, shared),
    ):
        guide = guide_of(0.45, 0.4, 0.1, book=(shared, written, SPARSE))
        assert live(guide, "A", wishes=wishes, bpm=bpm)[0].groove is groove


def test_the_feel_is_the_player_s_to_say():
    swung = replace(ROCK, pattern=Pattern.of(swing(ROCK.pattern.hits), 4.0))
    book = (ROCK, swung, SPARSE)
    for feel, groove in ((None, ROCK), (Feel.STRAIGHT, ROCK), (Feel.SWUNG, swung)):
        guide = guide_of(0.5, 0.4, 0.1, book=book)
        assert live(guide, "A", wishes=Wishes(feel=feel))[0].groove is groove


def swing(hits):
    """The eighths between the beats on the last triplet."""
    return [replace(one, beat=one.beat + (1 / 6 if one.beat % 1 == 0.5 else 0)) for one in hits]


def test_wishes_do_not_go_before_what_the_guitar_says_clearly():
    chosen = live(preferring(ROCK), "A", wishes=Wishes(style=Style.DANCE))
    assert chosen[0].groove is ROCK


def test_new_wishes_are_new_ideas_and_a_fill_is_no_new_wish():
    guide = undecided()
    notes = tuple(notes_of("AA"))
    request = Request(2, 8.0, notes, 8.0, since=SURER_AFTER[0] + 1)
    assert guide.choose(request).groove is ROCK
    looks = len(guide._rank.seen)
    assert guide.choose(replace(request, wishes=Wishes(fill=True, humanize=0.5))).groove is ROCK
    assert len(guide._rank.seen) == looks
    style = replace(request, wishes=Wishes(style=Style.DANCE))
    assert guide.choose(style).groove is DANCE


def test_once_more_was_heard_a_clearly_better_groove_takes_over_and_a_little_better_one_does_not():
    for more, wanted in ((12 * CLEARLY, DANCE), (CLEARLY / 4, ROCK)):
        guide = guide_of(0.6, 0.1, 0.5, 0.1, 0.1, 0.1, 0.1)
        assert live(guide, "AAA")[-1].groove is ROCK
        guide._rank.hope[2] = 0.6 + more
        notes = tuple(notes_of("AAAA"))
        request = Request(4, 16.0, notes, 16.0, since=SURER_AFTER[0])
        for _ in range(2):  # asked for again it is answered alike
            later = guide.choose(request)
            assert later.groove is wanted and later.anew == (wanted is DANCE)
        assert not guide.choose(replace(request, bar=5, start=20.0, since=5)).anew


def test_a_single_bar_of_another_metre_leads_back_into_the_part_that_it_broke_into():
    guide, notes, parts = preferring(ROCK), tuple(notes_of("A" * 12)), []
    metres = [Metre(4, 4)] * 4 + [Metre(2, 4)] + [Metre(4, 4)] * 4
    start = 0.0
    for bar, metre in enumerate(metres):
        heard = tuple(note for note in notes if note.onset < start)
        parts.append(guide.choose(Request(bar, start, heard, start, metre=metre, since=bar)).part)
        start += metre.beats
    assert parts[:4] == parts[5:] == ["A"] * 4


def test_an_idea_that_the_player_asked_for_is_not_thought_over():
    guide = guide_of(0.6, 0.1, 0.5, 0.1, 0.1, 0.1, 0.1)
    asked = live(guide, "AAA", idea=1)[-1]
    guide._rank.hope[6] = 3.0
    request = Request(4, 16.0, tuple(notes_of("AAAA")), 16.0, since=SURER_AFTER[0], idea=1)
    assert guide.choose(request).groove == asked.groove


def test_a_new_song_is_heard_from_its_beginning():
    guide = preferring(ROCK)
    live(guide, "AAAA")
    request = Request(0, 0.0, (), 0.0, song=1)
    guide.choose(request)
    assert guide._song.bars == []


def test_a_song_that_is_moved_back_is_heard_on_from_there():
    guide = preferring(ROCK)
    live(guide, "AAAAAAAA")
    heard = len(guide._song.bars)
    guide.choose(Request(8, 4.0, tuple(notes_of("A")), 4.0))
    assert len(guide._song.bars) == heard + 1


def test_live_a_returning_riff_brings_its_groove_back():
    chosen = live(preferring(ROCK), "A" * 8 + "B" * 8 + "A" * 8)
    first, second, third = chosen[7], chosen[15], chosen[23]
    assert [choice.part for choice in (first, second, third)] == ["A", "B", "A"]
    assert second.groove != first.groove and third.groove == first.groove


def test_live_a_part_that_seems_to_come_is_announced_unless_the_player_says_parts_or_no_fills():
    form = "A" * 8 + "B" * 8
    places = [choice.place for choice in live(preferring(ROCK), form)]
    assert [bar for bar, place in enumerate(places) if place.leads_on] == [11]
    assert [place.bars for place in places[11:14]] == [11, 4, 5]
    for asked in ({"wishes": Wishes(fill=False)}, {"part": "verse"}):
        assert not any(one.place.leads_on for one in live(preferring(ROCK), form, **asked))


def test_the_groove_of_another_part_is_related_to_the_first_ones():
    far = groove_of("latin", cowbell="x..x..x...x.x...", low_tom="..x...x...x...x.")
    near = groove_of(
        "rock", kick="x... .... x.x. ....", snare=".... x... .... x...", ride="x.x.x.x.x.x.x.x."
    )
    guide = preferring(ROCK, far, book=(ROCK, far, near))
    chosen = live(guide, "A" * 8 + "B" * 8)
    assert chosen[0].groove is ROCK and chosen[-1].groove is near


def test_where_no_groove_is_related_the_parts_share_one():
    guide = guide_of(0.9, book=(ROCK,))
    chosen = live(guide, "A" * 8 + "B" * 8)
    assert {choice.groove for choice in chosen} == {ROCK} and chosen[-1].part == "B"


@pytest.mark.parametrize(("metre", "groove"), [(Metre(3, 4), WALTZ), (Metre(4, 4), ROCK)])
def test_another_metre_has_grooves_of_its_own(metre, groove):
    request = Request(0, 0.0, (), 0.0, metre)
    assert preferring(ROCK, BUSY).choose(request).groove is groove


def test_a_metre_without_a_groove_of_its_own_takes_one_of_its_length_or_any():
    six = groove_of("", Metre(6, 8), ride="x.x.x.x.x.x.")
    guide = preferring(ROCK, book=(ROCK, six))
    assert guide.choose(Request(0, 0.0, (), 0.0, Metre(3, 4))).groove is six
    assert guide.choose(Request(0, 0.0, (), 0.0, Metre(7, 8))).groove is ROCK


def test_a_change_of_metre_is_a_new_choice_and_back_again():
    guide = preferring(ROCK)
    metres = [Metre(4, 4), Metre(3, 4), Metre(4, 4)]
    chosen = [guide.choose(Request(0, 0.0, (), 0.0, metre)).groove for metre in metres]
    assert chosen == [ROCK, WALTZ, ROCK]


def test_live_another_metre_is_another_part_and_the_first_comes_back_with_its_own():
    guide, found, at = preferring(ROCK), [], 0.0
    for number, beats in enumerate((4, 4, 4, 3, 3, 3, 4, 4, 3)):
        heard = tuple(Note(float(beat), 0.4, 40) for beat in range(round(at)))
        asked = Request(number, at, heard, at, Metre(beats, 4), since=number)
        found.append(guide.choose(asked))
        at += beats
    assert "".join(choice.part for choice in found) == "AAABBBAAB"
    wanted = [ROCK] * 3 + [WALTZ] * 3 + [ROCK] * 2 + [WALTZ]
    assert [choice.groove for choice in found] == wanted
    assert len(guide._song.bars) == 8  # each was heard once, in its own metre


def test_metres_that_come_by_turns_bar_by_bar_are_one_part():
    guide, parts, at = preferring(ROCK), [], 0.0
    for number, beats in enumerate((4, 3) * 4):
        heard = tuple(Note(float(beat), 0.4, 40) for beat in range(round(at)))
        parts.append(guide.choose(Request(number, at, heard, at, Metre(beats, 4))).part)
        at += beats
    assert set(parts) == {"A"}


def planned(form, guide, **asked):
    drummer = RockDrummer(guide=guide)
    take = accompany(notes_of(form), four(len(form)), drummer, **asked)
    return take, [request.groove for request in drummer.requests]


def test_for_a_file_the_parts_are_known_from_their_first_bars_and_written_as_letters():
    form = "A" * 8 + "B" * 8 + "A" * 8
    take, grooves = planned(form, preferring(ROCK))
    assert take.parts == form
    assert take.groove == "idea 1 of 5: rock, closed hat"
    assert grooves[:8] == grooves[16:] == [ROCK.pattern] * 8
    assert ROCK.pattern not in grooves[8:16]


def test_a_part_ends_in_a_fill_and_the_next_begins_a_phrase():
    drummer = RockDrummer(guide=preferring(ROCK))
    form = "AAAAABBBBBAAAAA"
    accompany(notes_of(form), four(len(form)), drummer)
    assert [bar for bar, one in enumerate(drummer.requests) if one.wishes.fill] == [4, 9]
    assert [one.since for one in drummer.requests] == [0, 1, 2, 3, 4] * 3
    assert [one.left for one in drummer.requests] == list(range(14, -1, -1))


def test_in_a_file_nothing_is_told_of_what_was_played_in_the_last_part():
    drummer = RockDrummer(guide=preferring(ROCK))
    accompany(notes_of("A" * 8 + "B" * 8), four(16), drummer)
    lengths = [len(request.history) for request in drummer.requests]
    assert lengths[7] > lengths[8] == 0 < lengths[9]


def test_a_file_can_be_given_another_idea():
    ideas = [planned("AAAA", preferring(ROCK, DANCE), idea=idea) for idea in range(5)]
    assert len({take.groove for take, _ in ideas}) == 5
    assert len({tuple(grooves) for _, grooves in ideas}) == 5


def test_a_groove_of_two_bars_is_played_through():
    _, grooves = planned("AAAA", preferring(TWO_BARS))
    assert grooves == [TWO_BARS.bar(0), TWO_BARS.bar(1)] * 2


def test_a_groove_that_is_given_is_kept_to_in_all_bars_of_its_length():
    drummer = RockDrummer(guide=preferring(ROCK))
    bars = bars_of(*[Metre(4, 4)] * 4, *[Metre(3, 4)] * 2)
    notes = [Note(float(beat), 0.9, 45) for beat in range(22)]
    take = accompany(notes, bars, drummer, groove=DANCE)
    grooves = [request.groove for request in drummer.requests]
    assert grooves == [DANCE.pattern] * 4 + [WALTZ.pattern] * 2
    assert [request.loosely for request in drummer.requests] == [False] * 4 + [True] * 2
    assert take.groove == f"the given groove: {DANCE.name}"


def test_a_song_in_two_metres_has_a_groove_for_each():
    drummer = RockDrummer(guide=preferring(HALF_TIME))
    bars = bars_of(Metre(4, 4), Metre(3, 4), Metre(4, 4))
    accompany([Note(float(beat), 0.9, 45) for beat in range(11)], bars, drummer)
    grooves = [request.groove for request in drummer.requests]
    assert grooves == [HALF_TIME.pattern, WALTZ.pattern, HALF_TIME.pattern]


def test_no_guitar_asks_for_no_groove():
    take = accompany([], four(4), RockDrummer(guide=preferring(ROCK)))
    assert (take.hits, take.groove, take.parts) == ((), "", "")


def test_without_a_guide_there_is_no_groove_and_no_part():
    take, grooves = planned("AAAA", None)
    assert grooves == [None] * 4 and (take.groove, take.parts) == ("", "")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tiny_bundle(tmp_path_factory.mktemp("drummer"))


def test_a_drummer_plays_the_groove_that_its_guide_chooses_and_says_which(folder):
    drummer, request = BundleDrummer(folder, seed=1), Request(0, 0.0, (), 0.0, since=0)
    chosen = BundleDrummer(folder, seed=1).guide.choose(request).groove
    played = drummer.play(request)
    assert drummer.told == f"idea 1 of 5: {chosen.name}; part A"
    given = BundleDrummer(folder, seed=1)
    assert given.play(replace(request, groove=chosen.bar(0))) == played
    assert given.told == "the given groove; part A"


def test_a_bar_that_announces_a_part_is_played_as_the_fill_that_was_wished_for(folder):
    notes = tuple(notes_of("A" * 8 + "B" * 3))
    plain, filled, unsaid = (
        Request(11, 44.0, notes, 44.0, song=2, since=11, wishes=Wishes(fill=fill))
        for fill in (False, True, None)
    )
    played = []
    for asked in (plain, filled, unsaid):
        drummer = BundleDrummer(folder)
        for bar in range(11):
            heard = tuple(note for note in notes if note.onset < 4.0 * bar)
            drummer.guide.choose(Request(bar, 4.0 * bar, heard, 4.0 * bar, song=2, since=bar))
        played.append((drummer.play(asked), drummer.place.leads_on))
    assert [leads_on for _, leads_on in played] == [False, True, True]
    assert played[0][0] != played[1][0] == played[2][0]


def test_what_was_played_in_the_last_part_does_not_count_in_the_next(folder):
    notes = tuple(notes_of("A" * 8 + "B" * 4))
    played = []
    for history in ((), (ROCK.bar(0),), (DANCE.bar(0),)):
        drummer = BundleDrummer(folder)
        for bar in range(12):
            heard = tuple(note for note in notes if note.onset < 4.0 * bar)
            drummer.guide.choose(Request(bar, 4.0 * bar, heard, 4.0 * bar, song=2, since=bar))
        asked = Request(12, 48.0, notes, 48.0, song=2, since=12, history=history)
        played.append((drummer.play(asked), drummer.place.turned, drummer.place.bars))
    assert played[0][1:] == (True, 4)
    assert played[0] == played[1] == played[2]


def test_what_was_played_does_not_pull_back_the_groove_that_takes_over(folder):
    notes = tuple(notes_of("A" * SURER_AFTER[0]))
    start, played = 4.0 * SURER_AFTER[0], []
    for history in ((), (ROCK.bar(0),), (DANCE.bar(0),)):
        drummer = BundleDrummer(folder)
        first = Request(0, 0.0, (), 0.0, song=2, since=0)
        drummer.guide.choose(first)
        worst = drummer.guide.choose(replace(first, idea=4)).groove
        drummer.guide._song.ideas[0] = drummer.guide.book.index(worst)
        bar = SURER_AFTER[0]
        asked = Request(bar, start, notes, start, song=2, since=bar, history=history)
        played.append(drummer.play(asked))
    assert played[0] == played[1] == played[2]


def test_a_drummer_that_leans_towards_the_guitar_plays_otherwise_by_the_same_dice(tmp_path):
    plain, listening = (
        BundleDrummer(tiny_bundle(tmp_path / str(dial), listening=dial), seed=1)
        for dial in (0.0, 5.0)
    )
    ahead = Request(8, 32.0, tuple(notes_of("A")), 32.0, since=8)
    request = replace(ahead, heard_until=36.0, groove=ROCK.bar(0))
    assert plain.play(request) != listening.play(request)
    assert plain.play(ahead) == listening.play(ahead), "of that bar no guitar is known yet"


def test_the_bars_that_found_a_pattern_are_chosen_by_what_is_expected(folder, monkeypatch):
    asked = []

    def noticed(struck, _):
        asked.append(len(struck))
        return np.zeros(len(struck))

    monkeypatch.setattr(infer, "expected_f1", noticed)
    drummer = BundleDrummer(folder)
    asked.clear()  # of warming up
    for since in range(4):
        drummer.play(Request(since, 4.0 * since, tuple(notes_of("A")), 4.0 * since, since=since))
    assert asked == [FOUNDING_TAKES] * FOUNDING_BARS


def test_another_groove_is_played_otherwise_by_the_same_dice(folder):
    drummer, request = BundleDrummer(folder, seed=1), Request(0, 0.0, (), 0.0)
    played = {drummer.play(replace(request, groove=one.pattern)) for one in (ROCK, BUSY, SPARSE)}
    assert len(played) == 3


def test_another_seed_plays_the_same_idea_otherwise(folder):
    drummers = [BundleDrummer(folder, seed=seed) for seed in (1, 2)]
    takes = [accompany(notes_of("AAAA"), four(4), drummer) for drummer in drummers]
    assert takes[0].groove == takes[1].groove and takes[0].hits != takes[1].hits


def test_a_bundle_of_the_first_kit_plays_without_a_guide(tmp_path):
    drummer = BundleDrummer(first_kit_bundle(tmp_path / "bundle"))
    take = accompany(notes_of("AAAA"), four(4), drummer)
    assert drummer.guide is None and drummer.told == "" and take.groove == ""
    assert take.hits and len(take.played) == 4
    first_ten = {36, 38, 42, 44, 46, 43, 47, 50, 49, 51}
    assert {hit.drum for hit in take.hits} <= first_ten


def test_a_bundle_of_the_first_kit_takes_no_notice_of_a_groove_or_of_bars_long_ago(tmp_path):
    drummer = BundleDrummer(first_kit_bundle(tmp_path / "bundle"))
    request = Request(3, 12.0, tuple(notes_of("AAA")), 12.0, history=(ROCK.pattern,) * 2)
    plain = drummer.play(request)
    long_ago = (SPARSE.pattern,) * 6 + request.history
    told = replace(request, groove=BUSY.pattern, history=long_ago, since=3, left=9)
    assert drummer.play(told) == plain
    assert drummer.play(replace(request, history=(ROCK.pattern, BUSY.pattern))) != plain
    assert drummer.play(replace(request, history=(BUSY.pattern, ROCK.pattern))) != plain


def test_the_player_says_which_part_comes_and_what_is_kept_for_it():
    guide = preferring(ROCK)
    kept = (KeptGroove("B", HALF_TIME.pattern, "my chorus"),)
    live(guide, "A" * 6, kept=kept)
    notes = tuple(notes_of("A" * 6))
    chosen = guide.choose(Request(6, 24.0, notes, 24.0, part="B", kept=kept))
    assert (chosen.part, chosen.told) == ("B", "my chorus")
    assert chosen.groove.pattern == HALF_TIME.pattern


def test_what_is_kept_comes_back_with_its_riff():
    guide, kept = preferring(ROCK), (KeptGroove("verse", DANCE.pattern, "my verse"),)
    form = "A" * 6 + "B" * 6 + "A" * 4
    notes, told = notes_of(form), []
    for bar in range(len(form)):
        heard = tuple(note for note in notes if note.onset < 4.0 * bar)
        called = "verse" if bar == 5 else ""
        request = Request(bar, 4.0 * bar, heard, 4.0 * bar, since=bar, called=called, kept=kept)
        told.append(guide.choose(request).told)
    assert told[4].startswith("idea") and told[5] == told[8] == told[-1] == "my verse"
    assert told[11].startswith("idea")


def test_words_that_come_back_bring_their_ideas_back():
    guide = undecided()
    first = live(guide, "AA", wishes=FREE)[-1]
    notes = tuple(notes_of("AAAA"))
    asked = Request(2, 8.0, notes[:16], 8.0, since=2)
    guide.choose(replace(asked, wishes=Wishes(style=Style.DANCE)))
    guide._rank.hope = np.roll(guide._rank.hope, 1)
    back = guide.choose(replace(asked, bar=3, start=12.0, heard_until=12.0, notes=notes[:24]))
    assert back.groove == first.groove
