"""Parts of a song: kept, called back with a fill, brought back by their riff; the song's end."""

import mido
import pytest

from drumd.config import Settings
from drumd.controls import Command, Control
from drumd.jam.pedal import HOLD_S, OnePedal
from drumd.status.phase import Phase
from engine.music.kit import PITCH_OF, Voice
from engine.music.notes import InPart, Pattern
from engine.music.wishes import Style
from tests.support.drummers import ROCK
from tests.support.offline_jam import OfflineJam
from tests.support.player import groove, steady

BPM, BAR_S = 120.0, 2.0
TOMS = Pattern.from_grid({Voice.LOW_TOM: "x...x...xxxxxxxx"})
CRASH, KICK = PITCH_OF[Voice.CRASH], PITCH_OF[Voice.KICK]
KEYS = {
    name: Control("cc", number)
    for number, name in enumerate(
        ("part_a", "part_b", "keep_a", "keep_b", "pedal", "style_dial", "next_part", "ending"), 80
    )
}
CC = {name: control.number for name, control in KEYS.items()}
FUNK = 50  # of the style dial


class Kit:
    """Knows the riffs by the bar; keeps to what is kept, else plays a groove of its own."""

    def __init__(self, riffs):
        self.requests, self.riffs, self.told, self.groove = [], riffs, "", None
        self.names = {riff: riff for riff in riffs}

    def play(self, request):
        self.requests.append(request)
        riff = self.riffs[min(request.bar, len(self.riffs) - 1)]
        self.names[riff] = request.part or request.called or self.names[riff]
        part = self.names[riff]
        kept = {one.part: one for one in request.kept}.get(part)
        self.groove = kept.groove if kept else ROCK
        name = kept.name if kept else f"idea {request.idea + 1} of 5: rock"
        self.told = f"{name}; part {part}"
        return self.groove


class Announcing(Kit):
    """Says three bars into a riff, and one into one that returns, that its part seems to come.

    A riff brings its part with the bar after; it began so many bars ago.
    """

    def __init__(self, riffs, announced):
        super().__init__(riffs)
        self.announced, self.place = announced, InPart()

    def play(self, request):
        before = self.told
        pattern = super().play(request)
        bars = 4 if before and self.told != before else self.place.bars + 1
        self.place = InPart(bars, leads_on=request.bar in self.announced)
        return TOMS if self.place.leads_on else pattern


class Rig(OfflineJam):
    """A guitar from 0 s on: bar `n` begins at 2 n seconds."""

    def __init__(self, bars, riffs="A", *, guitar=None, songs=(), announced=(), **settings):
        self.kit, self.bars = Announcing(riffs, announced), bars
        time = {} if "clock" in settings else {"clock": "given", "bpm": BPM}
        super().__init__(self.kit, Settings(**KEYS, **time, **settings), songs=songs)
        self.hear(groove(steady(BPM, 0.0), 0, (bars if guitar is None else guitar) * 4))

    def press(self, bar, name, *, down_s=0.1, value=127):
        down = mido.Message("control_change", control=CC[name], value=value)
        self.hear([(bar * BAR_S, down), (bar * BAR_S + down_s, down.copy(value=0))])
        return self

    def turn(self, bar, value):
        """The style dial is turned."""
        number = CC["style_dial"]
        message = mido.Message("control_change", control=number, value=value)
        self.hear([(bar * BAR_S, message)])
        return self

    def program(self, bar, number):
        self.hear([(bar * BAR_S, mido.Message("program_change", program=number))])
        return self

    def to(self, bar):
        self.until(bar * BAR_S, step=0.01)
        return self

    def asked(self, bar):
        return next(request for request in self.kit.requests if request.bar == bar)

    def shown(self):
        return self.jam.snapshot()


def test_a_part_that_is_called_begins_with_its_settings_after_a_bar_with_a_fill():
    rig = Rig(14).press(3.2, "keep_a").turn(4.3, FUNK).press(5.2, "keep_b")
    rig.press(7.2, "part_a").to(14)
    before, fill, first = (rig.asked(bar) for bar in (7, 8, 9))
    assert before.wishes.style is not None and not before.wishes.fill
    assert fill.wishes.fill and fill.wishes.style is before.wishes.style
    assert first.wishes.style is None and first.part == "A" and first.since == 0
    assert [one.part for one in rig.kit.requests if one.bar > 9] == [""] * 5
    assert rig.shown().part == "A" and rig.shown().kept == ("A", "B")


def test_what_a_press_did_and_when_it_counts_is_shown_at_once():
    rig = Rig(9).press(3.2, "keep_a").to(3.3)
    assert rig.shown().notice == "kept as A"
    rig.press(4.2, "part_a").to(4.3)
    assert (rig.shown().notice, rig.shown().coming) == ("part A from bar 7", "part A from bar 7")
    rig.press(5.2, "part_b").to(5.3)
    assert rig.shown().notice == "there is no part B yet: keep what plays as B first"
    rig.to(7)
    assert rig.shown().coming == ""


def test_a_part_that_is_called_once_its_bar_has_been_asked_for_comes_a_bar_later():
    rig = Rig(10).press(3.2, "keep_a").press(4.95, "part_a").to(4.97)
    assert rig.shown().coming == "part A from bar 8"
    rig.to(10)
    assert [one.bar for one in rig.kit.requests if one.wishes.fill] == [6]


def test_a_part_may_wait_for_the_phrase():
    rig = Rig(20, parts_at="phrase").press(3.2, "keep_a").press(3.5, "part_a").to(20)
    assert next(one.bar for one in rig.kit.requests if one.wishes.fill) == 8
    assert rig.asked(9).part == "A" and rig.asked(9).since == 0


def test_a_kept_groove_is_told_with_every_bar_and_comes_back_with_its_riff():
    rig = Rig(14, "AAAAAABBBBAAAA")
    rig.press(4.2, "keep_a").to(14)
    (kept,) = rig.asked(6).kept
    assert (kept.part, kept.groove, kept.name) == ("A", ROCK, "idea 1 of 5: rock")
    assert rig.shown().groove == "idea 1 of 5: rock; part A"


def test_settings_go_with_their_part_when_riffs_change_it():
    rig = Rig(18, "AAAAAABBBBBBAAAABBB")
    rig.press(4.2, "keep_a").turn(7.2, FUNK).press(8.2, "keep_b").to(18)
    styles = [rig.asked(bar).wishes.style for bar in (5, 9, 14, 17)]
    assert styles == [None, Style.FUNK, None, Style.FUNK]


def test_outside_of_the_parts_that_are_kept_the_settings_are_as_they_were():
    rig = Rig(14, "AAAAAAAACCCC").press(3.2, "keep_a").turn(5.2, FUNK).to(14)
    assert rig.asked(7).wishes.style is Style.FUNK
    assert rig.asked(10).wishes.style is None and rig.shown().part == "C"


def test_a_part_that_was_announced_begins_with_a_crash_and_its_phrase_began_with_its_riff():
    rig = Rig(17, "A" * 6 + "B" * 14, announced=[5]).to(17)
    crashes = [time for time, drum in rig.strokes() if drum == CRASH]
    assert crashes[0] == pytest.approx(6 * BAR_S, abs=0.05)
    assert [rig.asked(bar).since for bar in (6, 7, 8)] == [5, 5, 6]
    assert [one.bar for one in rig.kit.requests if one.wishes.fill] == [9, 17]
    assert [len(rig.asked(bar).history) for bar in (6, 7, 8)] == [4, 1, 2]


def test_a_fill_that_announces_a_part_is_never_played_again_and_asked_for_by_nobody():
    rig = Rig(9, announced=[5]).to(9)
    assert sum(drum == PITCH_OF[Voice.LOW_TOM] for _, drum in rig.strokes()) == len(TOMS.hits)
    assert all(TOMS not in one.history for one in rig.kit.requests)


def test_where_the_part_that_was_announced_does_not_come_the_phrase_goes_on():
    assert since(Rig(14, announced=[5])) == since(Rig(14))
    fills = [one.bar for one in Rig(14, announced=[5]).to(14).kit.requests if one.wishes.fill]
    assert fills == [one.bar for one in Rig(14).to(14).kit.requests if one.wishes.fill] != []


def test_a_fill_that_was_due_after_one_that_announced_is_left_out():
    asked = Rig(14).to(14).kit.requests
    due = next(one.bar for one in asked if one.wishes.fill)
    assert not Rig(14, announced=[due - 1]).to(14).asked(due).wishes.fill


def since(rig):
    return [one.since for one in rig.to(rig.bars).kit.requests]


def test_what_is_kept_is_called_so_until_the_drummer_knows():
    rig = Rig(8, "AAAAABBB").press(3.2, "keep_b").to(8)
    called = [one.called for one in rig.kit.requests]
    assert called[:3] == ["", "", ""] and "B" in called
    assert rig.shown().part == "B"


def test_the_next_part_goes_round_those_that_are_kept_and_is_a_fill_where_there_are_none():
    rig = Rig(20).press(2.2, "next_part").press(4.2, "keep_a").press(5.2, "keep_b")
    rig.press(7.2, "next_part").press(11.2, "next_part").to(20)
    assert [one.bar for one in rig.kit.requests if one.wishes.fill][:3] == [3, 8, 12]
    assert (rig.asked(9).part, rig.asked(13).part) == ("A", "B")


def test_the_end_is_a_fill_a_last_stroke_and_silence_until_the_guitar_has_rested():
    rig = Rig(40, guitar=10).press(5.2, "ending").to(14)
    assert rig.asked(6).wishes.fill and rig.shown().phase is Phase.RESTING
    last = [drum for time, drum in rig.strokes() if time > 6.9 * BAR_S]
    assert sorted(last) == sorted([KICK, CRASH])
    rig.hear(groove(steady(BPM, 0.0), 60, 100))
    rig.to(20)
    assert rig.shown().phase is Phase.PLAYING


@pytest.mark.parametrize("name", ["ending", "pedal"])
def test_where_nothing_plays_there_is_nothing_to_end(name):
    rig = Rig(3, guitar=0).press(1.2, name, down_s=1.0).to(3)
    assert rig.strokes() == [] and not rig.jam.conductor.form.over


def test_pressed_twice_the_pedal_brings_the_drums_in_before_the_guitar():
    rig = Rig(8, guitar=0)
    rig.hear(groove(steady(BPM, 0.0), 0, 1))
    rig.press(0.3, "pedal").press(0.45, "pedal").to(0.5)
    assert rig.shown().notice == "drums from bar 2"
    rig.to(2)
    assert rig.shown().phase is Phase.PLAYING


def said(*moves, playing=True):
    """What the pedal says: moves are (seconds, down)."""
    pedal, words = OnePedal(), []
    for time, down in moves:
        word = pedal.follow(time, down=down, playing=playing)
        words += [word] if word else []
    return words


def test_a_tap_counts_as_it_is_let_go_and_a_hold_while_it_is_down():
    assert said((1.0, True), (1.1, False)) == [Command.NEXT]
    held = [(1.0, True), (1.3, True), (1.0 + HOLD_S, True), (2.0, True), (2.5, False)]
    assert said(*held) == [Command.ENDING]


def test_two_presses_start_only_what_does_not_play():
    twice = [(1.0, True), (1.1, False), (1.3, True), (1.4, False)]
    assert said(*twice, playing=False) == [Command.START]
    assert said(*twice) == [Command.NEXT, Command.NEXT]
    assert said((1.0, True), (1.1, False), (3.0, True), (3.1, False), playing=False) == []
