"""How the musical clock changes over between its sources, and what the player may say to it."""

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drumd.timing.musical import MusicalClock
from drumd.timing.select import musical_clock
from drumd.timing.sources.base import Source
from drumd.timing.sources.fixed_tempo import GivenTempo
from drumd.timing.sources.free import FreeTempo
from drumd.timing.sources.midi_clock import HostClock
from drumd.timing.timeline import Timeline
from engine.music.notes import Metre
from tests.support.player import Session, groove, host, note, steady

BPM = 104.0
BEAT_S = 60 / BPM


def test_a_host_takes_over_from_the_player_without_a_gap_or_a_doubled_beat():
    time_of = steady(BPM)
    begins = time_of(33.3)
    events = groove(time_of, 0, 33) + host(120.0, begins, 32)
    session = Session(musical_clock("auto")).play(events, begins + 15)
    assert session.clock.source == "host" and session.clock.bpm == pytest.approx(120, abs=0.3)
    assert min(session.steps()) > 0 and max(session.steps()) < 3 * 0.004 * 2
    moved = [
        (b[1] - a[1], a[2] != b[2]) for a, b in zip(session.track, session.track[1:], strict=False)
    ]
    for step, jumped in moved:  # a re-count moves by whole beats
        assert not jumped or step == pytest.approx(round(step), abs=0.03)
    in_a_bar = next(beat for time, beat, _ in session.track if time > begins + 2.5)
    assert (in_a_bar - 2.5 * 2 + 2) % 4 - 2 == pytest.approx(0, abs=0.06)


def test_a_host_that_vanishes_leaves_a_flywheel_at_its_tempo():
    events = host(BPM, 1.0, 16, stop=False)
    session = Session(musical_clock("auto")).play(events, 25)
    assert session.clock.source == "free" and session.clock.jumps == 1
    assert session.clock.bpm == pytest.approx(BPM, abs=0.5)
    assert session.off(steady(BPM), since=2) < 0.03
    assert session.clock.timeline.beat_at(1 + 40 * BEAT_S) == pytest.approx(40, abs=0.1)


def test_the_player_is_followed_after_the_host_has_vanished():
    def time_of(beat):
        return 1 + beat * BEAT_S if beat < 16 else 1 + 16 * BEAT_S + (beat - 16) * BEAT_S * 1.05

    events = host(BPM, 1.0, 16, stop=False) + groove(time_of, 0, 64)
    session = Session(musical_clock("auto")).play(sorted(events, key=lambda e: e[0]), 36)
    assert session.clock.bpm == pytest.approx(BPM / 1.05, rel=0.01)
    assert round(session.clock.timeline.beat_at(time_of(60))) == 60


def test_a_host_that_comes_back_is_followed_again():
    events = host(BPM, 1.0, 16, stop=False)
    later = 1 + 24 * BEAT_S + 0.1
    events += [(later + k * BEAT_S / 24, mido.Message("clock")) for k in range(24 * 16)]
    session = Session(musical_clock("auto")).play(events, later + 8)
    assert session.clock.source == "host" and min(session.steps()) > 0


def test_a_host_that_stops_is_waited_for_while_its_clock_ticks():
    time_of = steady(BPM)
    stopped = 1 + 16 * BEAT_S
    ticking = [(stopped + k * BEAT_S / 24, mido.Message("clock")) for k in range(24 * 48)]
    events = host(BPM, 1.0, 16) + ticking + groove(time_of, 0, 64)
    session = Session(musical_clock("auto")).play(sorted(events, key=lambda e: e[0]), 28)
    assert session.clock.source == "host" and not session.clock.rolling
    assert max(time for time, *_ in session.track) < stopped + 0.1


def test_a_host_that_ticks_but_has_not_started_is_waited_for():
    ticking = [(0.5 + k * BEAT_S / 24, mido.Message("clock")) for k in range(24 * 40)]
    events = [(0.5, mido.Message("stop")), *ticking, *groove(steady(BPM), 0, 36)]
    session = Session(musical_clock("auto", BPM))
    session.play(sorted(events, key=lambda e: e[0]), 20)
    assert not session.clock.rolling
    session.play(host(BPM, 20.1, 8), 24)
    assert session.clock.rolling and session.clock.source == "host"


def test_a_host_that_is_gone_after_its_stop_leaves_the_lead_to_the_player():
    time_of = steady(96.0, 16.0)
    events = host(BPM, 1.0, 16) + groove(time_of, 0, 48)
    session = Session(musical_clock("auto")).play(events, 44)
    assert session.clock.source == "free" and session.off(time_of, since=34) < 0.03


class Pendulum(Source):
    """A source that the musical clock has never heard of."""

    name = "pendulum"

    def __init__(self):
        self.timeline, self.rolling, self.gone = Timeline(0.0, 0.0, BPM), True, False

    @property
    def vanished(self):
        return self.gone

    @property
    def standing(self):
        return not self.rolling and not self.gone

    def end(self, *, gone):
        self.rolling, self.gone = False, gone


def test_a_source_of_a_kind_that_is_new_is_waited_for_while_it_stands():
    pendulum = Pendulum()
    session = Session(MusicalClock(pendulum, GivenTempo(60.0))).play([], 2.0)
    assert session.clock.source == "pendulum" and session.clock.confidence == 1
    pendulum.end(gone=False)
    session.play(note(2.5, 40), 4.0)
    assert session.clock.source == "pendulum" and not session.clock.rolling


def test_a_source_of_a_kind_that_is_new_leaves_its_tempo_to_the_player_as_it_vanishes():
    pendulum = Pendulum()
    session = Session(MusicalClock(pendulum, FreeTempo())).play([], 2.0)
    pendulum.end(gone=True)
    session.play([], 4.0)
    assert session.clock.source == "free" and session.clock.bpm == pytest.approx(BPM)


def test_this_is_one_moves_the_bar_line_but_not_the_beat():
    clock = MusicalClock(GivenTempo(120.0))
    clock.hear(0.0, mido.Message("note_on", note=40))
    clock.tick(3.1)
    clock.this_is_one(3.1)  # beat 6.2: beat 6 is a one
    assert clock.timeline.beat_at(3.0) == pytest.approx(8.0) and clock.jumps == 2
    clock.tick(3.2)
    assert clock.timeline.beat_at(4.0) == pytest.approx(10.0) and clock.bpm == 120
    clock.this_is_one(5.05)  # beat 12.1, which begins a bar already
    assert clock.jumps == 2


@pytest.mark.parametrize("factor", [2.0, 0.5])
def test_twice_and_half_change_the_reading_at_the_next_bar_line(factor):
    clock = MusicalClock(GivenTempo(120.0))
    clock.hear(0.0, mido.Message("note_on", note=40))
    clock.tick(2.5)
    clock.turn(factor)
    assert clock.bpm == 120 and clock.timeline.beat_at(4.0) == pytest.approx(8.0)
    session = Session(clock)
    session.now = 2.5
    session.play([], 6.0)
    assert clock.bpm == 120 * factor and clock.jumps == 1
    assert clock.timeline.beat_at(6.0) == pytest.approx(8 + 4 * factor, abs=0.02)
    assert min(session.steps()) > 0


PLAYED = st.one_of(
    st.sampled_from(["clock", "start", "stop", "continue"]),
    st.sampled_from(["one", "twice", "half", "tap"]),
    st.integers(36, 80),
)
PAUSES = st.one_of(st.just(0.25), st.just(0.0208), st.floats(0, 0.6), st.floats(0, 6.0))


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(PLAYED, PAUSES, st.integers(1, 24)), max_size=25),
    st.sampled_from([("auto", None), ("auto", 110.0), ("free", None), ("count-in", None)]),
)
def test_whatever_is_played_time_never_runs_backwards_and_never_jumps_by_itself(played, chosen):
    clock = musical_clock(*chosen)
    now, jumps, beat = 0.0, 0, float("-inf")
    for what, pause, times in played:
        for _ in range(times):
            now += pause
            _say(clock, now, what)
            clock.tick(now)
            if clock.jumps != jumps:
                jumps, beat = clock.jumps, float("-inf")
            if clock.timeline is not None:
                assert 0 < clock.timeline.bpm < 10_000 and 0 <= clock.confidence <= 1
                assert clock.timeline.beat_at(now) >= beat - 1e-6
                beat = clock.timeline.beat_at(now)


def _say(clock, now, what):
    match what:
        case int():
            clock.hear(now, mido.Message("note_on", note=what))
        case "one":
            clock.this_is_one(now)
        case "twice" | "half":
            clock.turn(2.0 if what == "twice" else 0.5)
        case "tap":
            clock.tap(now)
        case _:
            clock.hear(now, mido.Message(what))


def test_a_plain_host_clock_still_stops_with_its_host():
    session = Session(MusicalClock(HostClock())).play(host(BPM, 1.0, 16, stop=False), 25)
    assert not session.clock.rolling and session.clock.source == "host"


def from_one(beat):
    return abs((beat + 2) % 4 - 2)


def test_where_a_given_tempo_began_between_the_beats_this_is_one_moves_the_pulse():
    session = Session(MusicalClock(GivenTempo(120.0))).play(note(0.0, 40), 3.0)
    session.clock.this_is_one(3.26)  # beat 6.52
    session.play([], 6.0)
    assert from_one(session.clock.timeline.beat_at(3.26 + 2.0)) < 0.02
    assert session.clock.bpm == 120
    assert min(session.steps()) > 0


def test_at_half_the_tempo_this_is_one_chooses_the_beats_that_count():
    session = Session(MusicalClock(GivenTempo(120.0))).play(note(0.0, 40), 2.5)
    session.clock.turn(0.5)
    session.play([], 8.0)
    told = 8.0 + (0.5 - session.clock.timeline.beat_at(8.0)) % 1  # a second a beat, by now
    session.play([], told)
    session.clock.this_is_one(told)
    session.play([], told + 3)
    assert from_one(session.clock.timeline.beat_at(told + 4)) < 0.02
    assert session.clock.bpm == 60 and min(session.steps()) > 0


def test_this_is_one_between_the_beats_moves_the_followed_pulse_there():
    time_of = steady(BPM)
    late = groove(time_of, 0, 64)
    session = Session(musical_clock("free", BPM)).play(late, time_of(24))
    off_beat = time_of(24.5)
    session.play(late, off_beat)
    session.clock.this_is_one(off_beat)
    session.play([], time_of(28))
    assert from_one(session.clock.timeline.beat_at(time_of(28.5))) < 0.1
    assert min(session.steps()) > 0


def test_at_twice_the_tempo_a_beat_of_the_drums_is_not_between_the_beats():
    session = Session(MusicalClock(GivenTempo(120.0))).play(note(0.0, 40), 2.5)
    session.clock.turn(2.0)
    session.play([], 5.125)  # beat 16.5 of the drums, from 4 s on
    beat = session.clock.timeline.beat_at(5.125)
    told = 5.125 + (round(beat) + 1 - beat) / 4  # on a beat of theirs
    session.play([], told)
    session.clock.this_is_one(told)
    session.play([], told + 2)
    assert from_one(session.clock.timeline.beat_at(told + 3)) < 0.03
    assert max(session.steps()) < 1.05 * 4 * 0.004


def test_in_a_metre_that_was_changed_this_is_one_goes_by_its_own_bars():
    session = Session(MusicalClock(GivenTempo(120.0))).play(note(0.0, 40), 9.0)
    session.clock.take_metre(Metre(6, 8), 20.0)
    session.play([], 11.5)
    session.clock.this_is_one(11.5)  # beat 23, which begins a bar
    session.play([], 13.0)
    assert session.clock.timeline.beat_at(11.5) == pytest.approx(23.0)


def test_one_said_long_before_the_first_note_starts_nothing():
    session = Session(musical_clock("free")).play([], 0.5)
    session.clock.this_is_one(0.5)
    started = 30.0
    played = [(time + started, message) for time, message in groove(steady(BPM), 0, 4)]
    session.play(played, started + steady(BPM)(2.9))
    assert session.clock.searching and not session.clock.rolling


@pytest.mark.parametrize("told", [1.2, 3.9])  # beats: before some beat is followed, and after
def test_who_is_not_sure_yet_begins_when_told_where_one_is(told):
    time_of = steady(BPM)
    played = groove(time_of, 0, 64)
    session = Session(musical_clock("free")).play(played, time_of(told))
    assert session.clock.searching and not session.clock.rolling
    session.clock.this_is_one(time_of(round(told)) - 0.1 * BEAT_S)
    session.play([event for event in played if event[0] > session.now], time_of(40))
    assert session.clock.rolling and session.track[0][0] < time_of(4)
    place = session.clock.timeline.beat_at(time_of(40)) - 40 + round(told)
    assert from_one(place) < 0.15
