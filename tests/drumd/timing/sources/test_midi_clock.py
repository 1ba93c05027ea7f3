"""The host's clock and transport."""

import mido
import pytest

from tests.support.host import CLOCK, CONTINUE, START, STOP, Host, song_position

MS = 1e-3


@pytest.mark.parametrize("bpm", [60, 90, 120, 173, 240])
def test_a_steady_clock_gives_its_tempo_and_beat_zero_at_the_first_clock(bpm):
    host = Host(bpm)
    host.say(START)
    host.play(8)
    assert host.clock.rolling and host.clock.source == "host"
    assert host.clock.bpm == pytest.approx(bpm)
    assert host.beat(1.0) == pytest.approx(0, abs=1e-6)
    assert host.beat() == pytest.approx(8 - 1 / 24)


def test_nothing_is_known_before_the_clock_comes():
    host = Host()
    host.say(START)
    assert host.clock.timeline is None and not host.clock.rolling and host.clock.source == "none"


@pytest.mark.parametrize("seed", range(5))
def test_two_bars_of_jittery_clock_give_phase_and_tempo(seed):
    host = Host(120, jitter=3 * MS, seed=seed)
    host.say(START)
    host.play(8)
    assert abs(host.clock.bpm - 120) < 0.2
    assert abs(host.beat() - (8 - 1 / 24)) * 0.5 < 2 * MS


@pytest.mark.parametrize("jitter", [0, 1 * MS, 3 * MS])
@pytest.mark.parametrize("after", [60, 110, 130, 200])
def test_a_step_of_the_tempo_is_followed_within_a_bar(jitter, after):
    host = Host(120, jitter=jitter)
    host.say(START)
    host.play(16)
    host.bpm = after
    host.play(4)
    assert abs(host.clock.bpm - after) < 0.01 * after
    assert abs(host.beat() - (20 - 1 / 24)) * 60 / after < 4 * MS


def test_a_ramp_of_the_tempo_is_followed():
    host = Host(100)
    host.say(START)
    host.play(8)
    host.play(16, lambda beat: 100 + 2.5 * beat)
    assert abs(host.clock.bpm - 140) < 2.5
    assert abs(host.beat() - (24 - 1 / 24)) * 60 / 140 < 4 * MS


@pytest.mark.parametrize("bpm", [100, 120, 180])
def test_a_machine_that_stood_still_hears_seconds_of_clocks_at_once_and_finds_the_beat_again(bpm):
    host = Host(bpm)
    host.say(START)
    host.play(8)
    woke = host.time + 3.0
    for _ in range(round(3.0 * bpm / 60 * 24)):
        host.clock.hear(woke, CLOCK)
    host.time = woke
    host.play(4)
    assert host.clock.rolling and host.clock.bpm == pytest.approx(bpm, rel=0.01)
    assert host.beat() == pytest.approx(8 + 3.0 * bpm / 60 + 4 - 1 / 24, abs=0.05)


@pytest.mark.parametrize("jitter", [0, 1 * MS, 2.7 * MS])
@pytest.mark.parametrize("lost", [1, 2])
@pytest.mark.parametrize("bpm", [90, 120, 173])
def test_a_clock_that_was_lost_does_not_move_the_song(bpm, lost, jitter):
    host = Host(bpm, jitter=jitter)
    host.say(START)
    host.play(8)
    host.time += lost * 60 / bpm / 24
    host.play(4)
    assert abs(host.beat() - (12 + (lost - 1) / 24)) * 60 / bpm < 3 * MS


@pytest.mark.parametrize("bpm", [90, 120, 173])
@pytest.mark.parametrize("pace", [0.5, 0.6, 2 / 3, 0.75, 0.8, 0.85, 0.9, 1.2, 1.5, 2])
def test_a_new_tempo_is_not_taken_for_lost_clocks(bpm, pace):
    host = Host(bpm, jitter=2.7 * MS)
    host.say(START)
    host.play(8)
    host.bpm = bpm * pace
    host.play(8)
    assert abs(host.beat() - (16 - 1 / 24)) * 60 / host.bpm < 5 * MS


def test_a_burst_of_late_clocks_does_not_move_the_song():
    host = Host(120)
    host.say(START)
    host.play(8)
    tick = 60 / 120 / 24
    for late in range(6):  # the machine stood still for five ticks
        host.clock.hear(max(host.time + late * tick, host.time + 5 * tick), CLOCK)
    host.time += 6 * tick
    assert abs(host.beat() - (8 + 5 / 24)) * 0.5 < 10 * MS
    host.play(4)
    assert abs(host.beat() - (12 + 5 / 24)) * 0.5 < 1 * MS


def test_stop_ends_the_rolling_and_continue_goes_on_from_there():
    host = Host()
    host.say(START)
    host.play(6)
    host.say(STOP)
    assert not host.clock.rolling
    host.play(3)  # a clock without a song
    assert not host.clock.rolling
    host.say(CONTINUE)
    host.play(2)
    assert host.clock.rolling and host.clock.jumps == 2
    assert host.beat() == pytest.approx(8 - 1 / 24, abs=1e-6)


def test_start_goes_back_to_beat_zero():
    host = Host()
    host.say(START)
    host.play(6)
    host.say(START)
    host.play(1)
    assert host.beat() == pytest.approx(1 - 1 / 24, abs=1e-6) and host.clock.jumps == 2


def test_a_song_position_is_where_continue_goes_on():
    host = Host()
    host.say(START)
    host.play(2)
    host.say(STOP)
    host.say(song_position(33.5))
    host.say(CONTINUE)
    host.play(1)
    assert host.beat() == pytest.approx(34.5 - 1 / 24, abs=1e-6)


def test_a_song_position_while_rolling_is_a_jump_unless_it_is_where_the_song_is():
    host = Host()
    host.say(START)
    host.play(4)
    host.say(song_position(4))
    host.play(1)
    assert host.clock.jumps == 1 and host.beat() == pytest.approx(5 - 1 / 24, abs=1e-6)
    host.say(song_position(1))
    host.play(1)
    assert host.clock.jumps == 2 and host.beat() == pytest.approx(2 - 1 / 24, abs=1e-6)


def test_a_clock_that_begins_anew_between_two_ticks_keeps_its_tempo():
    host = Host(100)
    host.say(START)
    host.play(8)
    host.say(STOP)
    host.time += 0.0137  # no whole number of ticks
    host.say(START)
    first = host.time
    host.play(1 / 12)
    assert host.clock.bpm == pytest.approx(100, abs=0.1)
    assert host.beat(first) == pytest.approx(0, abs=1e-3)


def test_a_clock_that_stops_coming_does_not_roll_until_it_comes_again():
    host = Host()
    host.say(START)
    host.play(4)
    host.clock.tick(host.last + 0.4)
    assert host.clock.rolling
    host.clock.tick(host.last + 0.6)
    assert not host.clock.rolling
    host.time += 3
    host.play(1)
    assert host.clock.rolling and host.clock.jumps == 2
    assert host.beat() == pytest.approx(5 - 1 / 24, abs=1e-3)


def test_the_first_note_is_beat_zero_for_a_host_that_never_says_start():
    host = Host()
    host.play(4.25)
    assert host.clock.timeline is None
    host.clock.hear(host.time - 0.002, mido.Message("note_on", note=40))
    host.play(1)
    assert host.clock.rolling
    assert host.beat() == pytest.approx(1 - 1 / 24, abs=1e-6)


def test_a_note_does_not_start_a_host_that_has_stopped():
    host = Host()
    host.say(STOP)
    host.play(4)
    host.say(mido.Message("note_on", note=40))
    host.play(1)
    assert not host.clock.rolling
