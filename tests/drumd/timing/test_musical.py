"""The musical clock: it bends, and never runs backwards without a jump."""

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drumd.timing.musical import MusicalClock
from drumd.timing.slew import bend
from drumd.timing.sources.fixed_tempo import GivenTempo
from drumd.timing.sources.midi_clock import HostClock
from drumd.timing.timeline import Timeline
from tests.support.host import START, STOP, Host, song_position

NOTE = mido.Message("note_on", note=40)


def test_a_time_map_turns_seconds_into_beats_and_back():
    timeline = Timeline(time=10.0, beat=4.0, bpm=90.0)
    assert timeline.beat_at(12.0) == pytest.approx(7.0)
    assert timeline.time_of(7.0) == pytest.approx(12.0)


@pytest.mark.parametrize("bpm", [0.0, -1.0, float("nan")])
def test_a_tempo_must_be_above_zero(bpm):
    with pytest.raises(ValueError, match="above 0"):
        Timeline(0.0, 0.0, bpm)


def test_with_a_given_tempo_the_first_note_is_beat_zero():
    clock = MusicalClock(GivenTempo(120))
    clock.tick(1.0)
    assert not clock.rolling and clock.timeline is None and clock.bpm is None
    clock.hear(2.0, mido.Message("note_on", note=40, velocity=0))
    assert not clock.rolling
    clock.hear(3.0, NOTE)
    clock.hear(9.0, NOTE)
    assert clock.rolling and clock.source == "given" and clock.bpm == 120
    assert clock.timeline.beat_at(4.0) == pytest.approx(2.0)


def test_the_first_source_that_knows_the_time_is_followed():
    clock = MusicalClock(HostClock(), GivenTempo(120))
    clock.hear(0.0, NOTE)
    assert clock.source == "given" and clock.jumps == 1
    clock.hear(0.1, START)
    for tick in range(48):
        clock.hear(0.2 + tick * 0.025, mido.Message("clock"))
    assert clock.source == "host" and clock.bpm == pytest.approx(100)


def test_a_correction_is_a_bend_that_meets_the_source_soon():
    old, timeline = Timeline(0.0, 0.0, 120.0), Timeline(0.0, 0.02, 120.0)
    bent = bend(old, timeline, 1.0)
    assert bent.beat_at(1.0) == pytest.approx(2.0)
    assert bent.beat_at(1.1) == pytest.approx(timeline.beat_at(1.1))


@pytest.mark.parametrize("off", [-3.0, 3.0])
def test_a_large_correction_neither_stands_still_nor_races(off):
    bent = bend(Timeline(0.0, 0.0, 120.0), Timeline(0.0, off, 120.0), 1.0)
    assert 30 < bent.bpm < 400


def test_the_song_stands_where_the_host_stopped_it():
    host = Host()
    host.say(START)
    host.play(4)
    host.say(STOP)
    stopped = host.clock.timeline
    host.play(4)
    host.clock.tick(host.time)
    assert host.clock.timeline == stopped


MESSAGES = st.one_of(
    st.sampled_from(("clock",) * 12 + ("start", "stop", "continue", "note")),
    st.integers(0, 16383),
)
STEPS = st.one_of(st.just(0.02), st.floats(-0.05, 2.0), st.floats(0, 0.05))


def message_of(drawn):
    if isinstance(drawn, int):
        return mido.Message("songpos", pos=drawn)
    return NOTE if drawn == "note" else mido.Message(drawn)


@settings(deadline=None)  # a busy machine is slow now and then
@given(st.lists(st.tuples(MESSAGES, STEPS), max_size=150), st.booleans())
def test_no_messages_make_time_run_backwards_without_a_jump(drawn, free):
    clock = MusicalClock(HostClock(), *([GivenTempo(97.0)] if free else []))
    arrival = latest = 0.0
    jumps, beat = 0, float("-inf")
    for kind, step in drawn:
        arrival += step
        latest = max(latest, arrival)
        clock.hear(arrival, message_of(kind))
        clock.tick(latest)
        if clock.jumps != jumps:
            jumps, beat = clock.jumps, float("-inf")
        if clock.timeline:
            assert 0 < clock.timeline.bpm < 10_000
            now = clock.timeline.beat_at(latest)
            assert now >= beat - 1e-6
            beat = now


def test_a_host_that_loops_is_still_read_at_half_its_tempo():
    host = Host(bpm=120)
    host.say(START)
    host.play(8)
    host.clock.turn(0.5)
    host.play(8)
    assert host.clock.bpm == pytest.approx(60, abs=1)
    host.say(song_position(8))
    host.play(4)
    assert host.clock.bpm == pytest.approx(60, abs=1)
    assert host.beat() == pytest.approx((8 + 4 - 1 / 24) / 2, abs=0.05)
