"""A jam with ideas, parts and grooves that are given or tapped in."""

import mido
import pytest

from drumd.config import Settings
from drumd.controls import Control
from drumd.jam.given import GivenGroove
from drumd.recording.recorded import read_session
from drumd.recording.recorder import Recorder
from drumd.recording.report import session_page
from engine.music.kit import PITCH_OF, Voice
from engine.music.notes import Hit, Metre, Pattern
from tests.support import drummers
from tests.support.offline_jam import OfflineJam
from tests.support.player import groove, host, note, steady

BPM, BAR_S = 120.0, 2.0
KICK, SNARE, CRASH = (PITCH_OF[voice] for voice in (Voice.KICK, Voice.SNARE, Voice.CRASH))
PEDALS = {"regenerate": Control("cc", 81), "tap_groove": Control("cc", 84)}
TOMS = Pattern.from_grid({Voice.LOW_TOM: "x...x...x...x..."})
RIDE = Pattern.from_grid({Voice.RIDE: "x...x...x...x..."})


class Keeping:
    """Plays the groove that it is told, else its own; `told` says so, and the part by the bar."""

    def __init__(self, parts=""):
        self.requests, self.told, self.parts = [], "", parts

    def play(self, request):
        self.requests.append(request)
        self.told = "the given groove" if request.groove else f"idea {request.idea + 1} of 5: rock"
        if self.parts:
            self.told += f"; part {self.parts[min(request.bar, len(self.parts) - 1)]}"
        return request.groove or drummers.ROCK


class Rig(OfflineJam):
    """A guitar at a given tempo from 0 s on: bar `n` begins at about 2 n seconds."""

    def __init__(self, bars, kit=None, *, guitar=None, recorder=None, given=None, **settings):
        self.kit = kit or Keeping()
        settings = {"clock": "given", "bpm": BPM} | PEDALS | settings
        super().__init__(self.kit, Settings(**settings), recorder=recorder)
        self.jam.conductor.maker.keep_to(given)
        self.bars = bars
        self.hear(groove(steady(BPM, 0.0), 0, (bars if guitar is None else guitar) * 4))

    def press(self, bar, number, value=127):
        message = mido.Message("control_change", control=number, value=value)
        self.hear([(bar * BAR_S, message)])

    def tap(self, first, last, strokes, *, press=None, let_go=None):
        """Tap each of the bars on pads; the pedal goes down just before and up just after."""
        self.press(first - 0.01 if press is None else press, 84)
        self.press(last + 0.01 if let_go is None else let_go, 84, value=0)
        for bar in range(first, last):
            for beat, drum in strokes:
                time = (bar + beat / 4) * BAR_S + 0.01
                self.hear(
                    [(at, m.copy(channel=9)) for at, m in note(time, drum, 100, 0.1)],
                )

    def play(self):
        self.until(self.bars * BAR_S, step=0.01)
        return self

    def asked(self, bar):
        return next(request for request in self.kit.requests if request.bar == bar)


def test_a_request_tells_its_song_and_how_long_the_drums_have_played():
    rig = Rig(6).play()
    assert [request.since for request in rig.kit.requests] == list(range(len(rig.kit.requests)))
    assert {request.song for request in rig.kit.requests} == {1}


def test_a_host_that_starts_again_begins_another_song_with_the_first_idea():
    rig = Rig(0, clock="host", bpm=None)
    for start in (0.0, 12.0):
        rig.hear([*host(BPM, start, 16), *groove(steady(BPM, start), 0, 16)])
    rig.press(2.5, 81)
    rig.bars = 11
    rig.play()
    songs = [(request.song, request.idea) for request in rig.kit.requests]
    assert list(dict.fromkeys(songs)) == [(1, 0), (1, 1), (2, 0)]


def test_regenerate_pressed_twice_goes_on_by_two_ideas():
    rig = Rig(7)
    for at in (3.3, 3.5):
        rig.press(at, 81)
        rig.press(at + 0.1, 81, value=0)
    rig.play()
    assert [rig.asked(bar).idea for bar in (3, 4, 5)] == [0, 2, 2]
    assert rig.jam.snapshot().groove == "idea 3 of 5: rock"


def test_who_says_nothing_of_what_it_plays_is_shown_without():
    rig = Rig(4, drummers.Rock()).play()
    assert rig.jam.snapshot().groove == "" and rig.jam.conductor.played == []


def test_another_part_begins_a_phrase_with_a_crash_and_its_bars_are_counted_anew():
    rig = Rig(9, Keeping("AAAAABBBB")).play()
    assert [rig.asked(bar).since for bar in (4, 5, 6, 7)] == [3, 4, 1, 2]
    crashes = [time for time, drum in rig.strokes() if drum == CRASH]
    assert crashes == pytest.approx([5 * BAR_S], abs=0.05)


def test_the_first_part_of_a_song_is_no_turn():
    rig = Rig(5, Keeping("AAAAA")).play()
    assert CRASH not in {drum for _, drum in rig.strokes()}


def test_a_given_groove_is_told_bar_by_bar_and_shown():
    pattern = Pattern.of([*TOMS.hits, *(Hit(4 + h.beat, h.drum) for h in RIDE.hits)], 8.0)
    rig = Rig(6, given=GivenGroove(pattern, Metre(), "beat.mid")).play()
    played = [{hit.voice for hit in rig.asked(bar).groove.hits} for bar in (1, 2, 3)]
    assert played == [{Voice.LOW_TOM}, {Voice.RIDE}, {Voice.LOW_TOM}]
    snapshot = rig.jam.snapshot()
    assert snapshot.dials == "groove: beat.mid" and snapshot.groove == "the given groove"


def test_regenerate_plays_a_given_groove_otherwise_and_keeps_to_it():
    rig = Rig(6, given=GivenGroove(TOMS, Metre(), "beat.mid"))
    rig.press(3.4, 81)
    rig.play()
    assert (rig.asked(4).seed, rig.asked(4).idea, rig.asked(4).groove) == (1, 0, TOMS)


def test_a_given_groove_of_another_metre_is_not_kept_to_and_that_is_said():
    rig = Rig(4, given=GivenGroove(Pattern(beats=3.0), Metre(3, 4), "waltz.mid")).play()
    assert rig.asked(2).groove is None
    assert rig.jam.snapshot().trouble == "the groove waltz.mid is in 3/4: bars of 4/4 do without it"


def test_what_is_tapped_is_the_groove_from_the_next_bar_line_on():
    rig = Rig(9)
    rig.tap(3, 5, [(0, KICK), (1, SNARE), (2.5, KICK)])
    rig.play()
    assert rig.asked(5).groove is None
    kept = rig.asked(6).groove
    assert [(hit.beat, hit.drum) for hit in kept.hits] == [(0, KICK), (1, SNARE), (2.5, KICK)]
    assert rig.asked(6).since == 0 and rig.asked(6).history == ()
    assert rig.asked(7).groove == kept and rig.asked(7).since == 1
    assert rig.jam.snapshot().dials == "groove: tapped in, 2 bars"


def test_what_is_tapped_is_no_guitar():
    rig = Rig(7)
    rig.tap(3, 5, [(0, KICK), (1, SNARE), (2.5, KICK)])
    rig.play()
    assert {note.pitch for note in rig.kit.requests[-1].notes}.isdisjoint({KICK, SNARE})


def test_while_a_groove_is_tapped_in_that_is_shown_and_the_drums_play_on():
    rig = Rig(8, guitar=3)
    rig.tap(3, 8, [(beat, KICK) for beat in range(4)])
    rig.play()
    assert rig.jam.snapshot().dials == "tapping a groove"
    assert {request.bar for request in rig.kit.requests} >= {3, 4, 5, 6, 7}


def test_a_groove_tapped_in_before_there_is_a_guitar_brings_the_drums_in():
    rig = Rig(0, clock="host", bpm=None)
    rig.hear(host(BPM, 0.0, 32))
    rig.tap(1, 2, [(0, KICK), (2, SNARE)])
    rig.bars = 5
    rig.play()
    first = rig.kit.requests[0]
    assert first.bar == 3 and first.groove is not None and first.since == 0


def test_a_pedal_pressed_only_briefly_brings_back_the_drummers_own_ideas():
    rig = Rig(7, given=GivenGroove(TOMS, Metre(), "beat.mid"))
    rig.tap(3, 3, [], press=3.2, let_go=3.4)
    rig.play()
    assert rig.asked(3).groove is not None and rig.asked(4).groove is None
    assert rig.jam.snapshot().dials == ""


def test_less_than_a_bar_changes_nothing_and_that_is_said():
    rig = Rig(6, given=GivenGroove(TOMS, Metre(), "beat.mid"))
    rig.tap(3, 4, [(1.5, KICK)], press=3.3, let_go=3.6)
    rig.play()
    assert rig.asked(5).groove == TOMS
    assert "hold the pedal for a whole bar" in rig.jam.snapshot().trouble


def test_the_recording_and_its_page_tell_the_parts_and_the_ideas(tmp_path):
    recorder = Recorder([tmp_path / "jam.mid"], Metre())
    rig = Rig(14, Keeping("AAAAAABBBBAAAA"), recorder=recorder)
    rig.press(11.4, 81)
    rig.play()
    recorder.close(rig.clock.now())
    session = read_session(tmp_path / "jam.mid")
    told = [(turn.told.part, turn.told.groove) for turn in session.turns]
    rock, other = "idea 1 of 5: rock", "idea 2 of 5: rock"
    assert told == [("A", rock), ("B", rock), ("A", rock), ("A", other)]
    bars = [session.bars_in(turn.start, turn.end) for turn in session.turns]
    assert [last - first + 1 for first, last in bars[:3]] == [5, 4, 2]
    assert [first for first, _ in bars] == [2, 7, 11, 13]
    page = session_page(session)
    assert "<b>A, B, A</b>" in page and other in page
