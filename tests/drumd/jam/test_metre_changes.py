"""A metre that changes in the middle of a jam: by the player, by the host, by a file."""

from itertools import pairwise

import mido
import pytest

from drumd.config import Settings
from drumd.controls import Control
from drumd.jam.given import GivenGroove
from drumd.jam.song import Section, Song
from drumd.recording.recorder import Recorder
from drumd.remote.order import Order
from drumd.timing.bars import Bars
from drumd.timing.musical import MusicalClock
from drumd.timing.select import musical_clock
from drumd.timing.sources.jack_transport import JackTransport
from drumd.timing.sources.midi_clock import HostClock
from drumd.timing.transport_place import TransportPlace
from engine.music.kit import PITCH_OF, Voice
from engine.music.notes import COMMON_TIME, Hit, Metre, Pattern
from tests.support.offline_jam import OfflineJam
from tests.support.player import groove, host, steady

BPM, BEAT_S = 120.0, 0.5
KICK, SNARE, RIDE = (PITCH_OF[one] for one in (Voice.KICK, Voice.SNARE, Voice.RIDE))
WALTZ, SIX_EIGHT = Metre(3, 4), Metre(6, 8)


class Kit:
    """Strikes the pulses, the kick on one, then the snare, in 3/4 the ride; it remembers what it
    was asked."""

    def __init__(self):
        self.requests = []

    def play(self, request):
        self.requests.append(request)
        beats, pulse = request.metre.beats, request.metre.pulse
        other = RIDE if request.metre == WALTZ else SNARE
        pulses = range(round(beats / pulse))
        return Pattern.of([Hit(k * pulse, other if k else KICK) for k in pulses], beats)


class Master:
    """A JACK transport whose master counts these bars."""

    def __init__(self, bars, bpm=BPM):
        self.bars, self.bpm, self.now, self.moved, self.rolls = bars, bpm, 0.0, 0.0, True

    def __call__(self):
        if not self.rolls:
            return TransportPlace(self.now, False, 0.0, self.bpm, self.bars.place_of(0).metre)
        beat = self.now * self.bpm / 60 + self.moved
        bar = self.bars.number_at(beat)
        place = self.bars.place_of(bar)
        return TransportPlace(self.now, True, beat - place.start, self.bpm, place.metre, bar)


class Rig(OfflineJam):
    """A guitar at 120 bpm, on each beat from 0 s on."""

    def __init__(self, beats=40, musical=None, songs=(), **settings):
        self.kit = Kit()
        given = {"clock": "given", "bpm": BPM} | settings
        super().__init__(self.kit, Settings(**given), musical=musical, songs=songs)
        self.hear(groove(steady(BPM, 0.0), 0, beats))

    def beats(self, drum, last):
        """Where that drum is struck, to the hundredth of a beat."""
        return [round(t / BEAT_S, 2) for t, one in self.strokes() if one == drum and t < last]

    def say(self, beat, metre):
        self.until(beat * BEAT_S)
        return self.jam.obey(Order("metre", metre))

    def follow(self, master, end):
        """Go on with a transport that is read at each step."""
        while self.clock.now() < end * BEAT_S:
            master.now = self.clock.now()
            self.until(self.clock.now() + 0.004)


def jack(bars, **settings):
    master = Master(bars)
    clock = musical_clock("host", bars=Bars.of(COMMON_TIME), jack=JackTransport(master))
    return Rig(musical=clock, clock="host", bpm=None, **settings), master


def near(*beats):
    return pytest.approx(list(beats), abs=0.06)


def test_the_players_word_counts_from_the_next_bar_line_on():
    rig = Rig()
    assert rig.say(9.0, "3/4") == "3/4: from bar 4"
    assert rig.say(19.0, "4/4") == "4/4: from bar 7"
    rig.until(15.0)
    assert rig.beats(KICK, 15.0) == near(4, 8, 12, 15, 18, 21, 25, 29)
    assert [r.metre for r in rig.kit.requests[:6]] == [COMMON_TIME] * 2 + [WALTZ] * 3 + [
        COMMON_TIME
    ]
    assert rig.jam.conductor.counts.missed == rig.jam.conductor.counts.repeated == 0


def test_a_word_that_comes_too_late_for_the_next_bar_counts_for_the_one_after_it():
    rig = Rig()
    assert rig.say(11.6, "3/4") == "3/4: from bar 5"
    rig.until(12.0)
    assert rig.beats(KICK, 12.0) == near(4, 8, 12, 16, 19, 22)


def test_before_the_song_begins_the_word_is_the_songs_metre():
    rig = Rig(clock="count-in", bpm=None)
    rig.jam.obey(Order("metre", "3/4"))
    assert rig.jam.snapshot().metre == WALTZ


@pytest.mark.parametrize("word", ["7/16", "3", "8/4", "x/4", ""])
def test_what_is_no_metre_or_cannot_be_played_is_said(word):
    rig = Rig()
    with pytest.raises(ValueError, match=r"metre|bar"):
        rig.say(5.0, word)


def test_drums_of_another_length_are_no_history():
    rig = Rig()
    rig.say(13.0, "3/4")
    rig.until(14.0)
    for request in rig.kit.requests:
        assert {bar.beats for bar in request.history} <= {request.metre.beats}
    assert any(request.history for request in rig.kit.requests if request.metre == WALTZ)


def test_the_status_tells_the_bar_and_the_beat_in_the_metre_of_now():
    rig = Rig()
    rig.say(9.0, "3/4")
    told = []
    for beat in (11.5, 12.5, 14.5, 15.5):
        rig.until(beat * BEAT_S)
        shown = rig.jam.snapshot()
        told.append((str(shown.metre), shown.bar, shown.beat))
    assert told == [("4/4", 3, 4), ("3/4", 4, 1), ("3/4", 4, 3), ("3/4", 5, 1)]
    assert rig.jam.metre_since.beat == 12.0


def test_the_click_follows():
    rig = Rig(click="all")
    rig.say(9.0, "6/8")
    rig.until(11.0)
    clicks = [
        (round(time / BEAT_S, 1), message.velocity > 100)
        for time, message in rig.port.sent
        if message.type == "note_on" and message.note not in (KICK, SNARE)
    ]
    assert [one for one in clicks if 10.5 < one[0] < 19] == [
        (11.0, False), (12.0, True), (13.5, False), (15.0, True), (16.5, False), (18.0, True)
    ]  # fmt: skip


def test_a_host_that_goes_on_in_another_metre_is_followed_in_its_first_bar():
    bars = Bars.laid([(0.0, COMMON_TIME), (16.0, WALTZ), (25.0, COMMON_TIME)])
    rig, master = jack(bars)
    rig.follow(master, 36)
    assert rig.beats(KICK, 17.9) == near(4, 8, 12, 16, 19, 22, 25, 29, 33)
    assert rig.beats(RIDE, 17.9) == near(17, 18, 20, 21, 23, 24)
    assert rig.beats(SNARE, 17.9) == near(
        5, 6, 7, 9, 10, 11, 13, 14, 15, *[26, 27, 28], 30, 31, 32, 34, 35
    )
    first = next(r for r in rig.kit.requests if r.metre == WALTZ)
    assert (first.bar, first.start) == (4, 16.0)
    assert rig.jam._musical.jumps == 1


def test_a_bar_that_turns_out_longer_is_filled_and_one_that_is_shorter_is_cut():
    bars = Bars.laid([(0.0, WALTZ), (12.0, COMMON_TIME), (20.0, WALTZ)])
    master = Master(bars)
    clock = musical_clock("host", bars=Bars.of(WALTZ), jack=JackTransport(master))
    rig = Rig(musical=clock, clock="host", bpm=None)
    rig.follow(master, 30)
    struck = [beat for drum in (KICK, SNARE, RIDE) for beat in rig.beats(drum, 14.9)]
    assert sorted(struck) == near(*range(3, 30))
    assert rig.beats(KICK, 14.9) == near(3, 6, 9, 12, 16, 20, 23, 26, 29)


def test_a_host_that_takes_over_in_another_metre_brings_its_bars():
    master = Master(Bars.of(WALTZ))
    master.rolls = False
    rig = Rig(musical=musical_clock("auto", BPM, jack=JackTransport(master)), clock="auto")
    rig.follow(master, 20)
    assert rig.jam.snapshot().metre == COMMON_TIME
    master.rolls, master.moved = True, -20.0
    rig.follow(master, 36)
    assert rig.jam._musical.source == "jack transport"
    kicks = [round((beat - 20) % 3, 1) % 3 for beat in rig.beats(KICK, 18) if beat > 21]
    assert kicks == near(*[0.0] * len(kicks)) and len(kicks) >= 5


def test_a_host_that_is_moved_into_another_metre_is_followed_there():
    bars = Bars.laid([(0.0, COMMON_TIME), (16.0, WALTZ)])
    rig, master = jack(bars)
    rig.follow(master, 14)
    master.moved = 14.0  # to beat 28, where a bar of 3/4 begins
    rig.follow(master, 26)
    assert rig.jam.snapshot().metre == WALTZ
    assert [beat for beat in rig.beats(KICK, 12.9) if beat > 12.5] == near(14, 17, 20, 23)


@pytest.mark.parametrize(
    ("late_s", "old"), [(0.2, []), (0.7, [17]), (3.0, [17, 18, 20, 21, 23, 24])]
)
def test_an_answer_that_comes_late_plays_what_is_left_of_the_bar(late_s, old):
    rig, master = jack(Bars.laid([(0.0, COMMON_TIME), (16.0, WALTZ)]))
    ready = rig.jam._drummer.poll
    rig.follow(master, 15.5)
    kept = []

    def poll(now):
        kept.extend(ready(now))
        return [kept.pop(0)] if kept and now > 8.0 + late_s else []

    rig.jam._drummer.poll = poll
    rig.follow(master, 26)
    struck = [beat for drum in (KICK, SNARE, RIDE) for beat in rig.beats(drum, 12.9)]
    assert len({round(beat) for beat in struck if beat > 8}) == len([b for b in struck if b > 8])
    assert {16, 19, 22, 25} <= {round(beat) for beat in rig.beats(KICK, 12.9)}
    assert [beat for beat in rig.beats(SNARE, 12.9) if beat > 16] == near(*old)


def test_bars_that_are_told_by_the_player_go_before_the_hosts():
    master = Master(Bars.laid([(0.0, COMMON_TIME), (16.0, WALTZ)]))
    source = JackTransport(master, tells_metre=False)
    rig = Rig(musical=musical_clock("host", jack=source), clock="host", bpm=None)
    rig.follow(master, 36)
    assert {r.metre for r in rig.kit.requests} == {COMMON_TIME}
    assert rig.beats(KICK, 17.9) == near(4, 8, 12, 16, 20, 24, 28, 32)


def test_a_metre_of_the_host_that_cannot_be_played_is_said():
    rig, master = jack(Bars.laid([(0.0, COMMON_TIME), (16.0, Metre(7, 16))]))
    rig.follow(master, 26)
    assert "cannot play 7/16" in rig.jam.snapshot().trouble
    assert rig.jam.conductor.counts.missed == 0


def test_a_file_tells_all_its_bars_ahead():
    bars = Bars.laid([(0.0, COMMON_TIME), (12.0, WALTZ), (18.0, COMMON_TIME), (24.0, SIX_EIGHT)])
    rig = Rig(musical=MusicalClock(HostClock(), bars=bars), clock="host", bpm=None)
    rig.hear(host(BPM, 0.0, 40))
    rig.until(17.0)
    assert rig.beats(KICK, 16.9) == near(4, 8, 12, 15, 18, 22, 24, 27, 30, 33)
    assert rig.jam.conductor.counts.missed == rig.jam.conductor.counts.repeated == 0
    assert [r.start for r in rig.kit.requests if r.wishes.fill] == []
    starts = [request.start for request in rig.kit.requests]
    assert starts == sorted(set(starts))  # each bar is asked for once


def test_a_fill_leads_into_a_metre_that_is_known_ahead_and_a_phrase_begins_with_it():
    bars = Bars.laid([(0.0, COMMON_TIME), (24.0, WALTZ)])
    rig = Rig(musical=MusicalClock(HostClock(), bars=bars), clock="host", bpm=None)
    rig.hear(host(BPM, 0.0, 40))
    rig.until(17.0)
    asked = {request.start: request for request in rig.kit.requests}
    assert [start for start, one in asked.items() if one.wishes.fill] == [20.0]
    assert (asked[24.0].since, asked[27.0].since) == (0, 1)
    assert rig.jam.conductor.counts.missed == rig.jam.conductor.counts.repeated == 0


def test_a_groove_that_is_given_rests_in_another_metre_and_comes_back():
    rig = Rig()
    rig.jam.conductor.maker.keep_to(GivenGroove(Pattern(), COMMON_TIME, "beat.mid"))
    rig.say(9.0, "3/4")
    rig.until(6.0)
    assert "bars of 3/4 do without it" in rig.jam.snapshot().trouble
    rig.say(13.0, "4/4")
    rig.until(12.0)
    for request in rig.kit.requests:
        assert (request.groove is None) == (request.metre == WALTZ)


@pytest.mark.parametrize(
    ("clock", "orders"),
    [
        ("free", [Order("metre", "3/4")]),
        ("count-in", [Order("metre", "3/4")]),
        ("auto", [Order("metre", "7/8"), Order("metre", "3/4")]),
        ("count-in", [Order("twice"), Order("metre", "6/8"), Order("half"), Order("metre", "3/4")]),
    ],
)
def test_notes_are_followed_on_in_the_pulse_of_the_new_metre(clock, orders):
    rig = Rig(beats=0, clock=clock, bpm=None)
    taps = [(t * BEAT_S, mido.Message("note_on", note=40, velocity=90)) for t in range(4)]
    ends = [(t + 0.05, mido.Message("note_off", note=40)) for t, _ in taps]
    rig.hear([*taps, *ends] if clock != "free" else [])
    rig.hear(groove(steady(BPM, 4 * BEAT_S), 0, 80))
    rig.until(20 * BEAT_S)
    if not rig.jam._musical.rolling:
        rig.until(40 * BEAT_S)
    for order in orders:
        rig.jam.obey(order)
        rig.until(rig.clock.now() + 6 * BEAT_S)
    rig.until(76 * BEAT_S)
    kicks = [beat for beat in rig.beats(KICK, 38) if beat > 56]
    assert all(b - a == pytest.approx(3, abs=0.15) for a, b in pairwise(kicks)) and len(kicks) > 4
    assert rig.jam._musical.bpm == pytest.approx(BPM, abs=2)


def test_the_recording_has_the_metre_where_it_changed(tmp_path):
    path = tmp_path / "jam.mid"
    recorder = Recorder([path], COMMON_TIME)
    rig, master = jack(Bars.laid([(0.0, COMMON_TIME), (16.0, WALTZ), (25.0, COMMON_TIME)]))
    rig.jam._recorder = recorder
    rig.follow(master, 36)
    recorder.close(rig.clock.now())
    file, tick, told = mido.MidiFile(path), 0, []
    for message in file.tracks[0]:
        tick += message.time
        if message.type == "time_signature":
            told.append((tick / file.ticks_per_beat, message.numerator))
    assert told == [(0.0, 4), (16.0, 3), (25.0, 4)]


def test_the_parts_of_a_song_bring_their_metre():
    order = (Section("A", 3), Section("B", 2), Section("A", 2))
    song = Song("Turns", order, metres={"A": COMMON_TIME, "B": WALTZ})
    rig = Rig(songs=(song,))
    rig.until(14.0)
    assert rig.beats(KICK, 13.9) == near(4, 8, 12, 15, 18, 22, 26)
    assert [r.part for r in rig.kit.requests[:6]] == ["A", "A", "B", "B", "A", "A"]


def test_a_controller_chooses_among_the_metres():
    rig = Rig(metre_dial=Control.parse("program channel 16"))
    rig.hear([(9 * BEAT_S, mido.Message("program_change", channel=15, program=1))])
    rig.until(10.0)
    assert rig.beats(KICK, 9.9) == near(4, 8, 12, 15, 18)
