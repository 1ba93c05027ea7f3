"""The JACK transport as a source of time, with a real server and a timebase master."""

import time

import pytest

from drumd.timing import ManualClock, MonotonicClock
from drumd.timing.choose import musical_clock
from drumd.timing.jackroll import JackTransport, Place, server_roll
from tests.jack_harness import _open_client, jack_server

BPM, TICKS = 93.0, 1920.0
WAIT_S = 10.0


class Rolls:
    """A transport that is moved by hand."""

    def __init__(self, place=None):
        self.at = place

    def place(self):
        return self.at


def test_it_rolls_by_beats_where_they_are_told_and_by_seconds_with_a_tempo():
    rolls, clock = Rolls(Place(1.0, True, 6.0)), ManualClock(1.0)
    without, given = JackTransport(rolls), JackTransport(rolls, 120.0)
    for source in (without, given):
        source.tick(clock.now())
    assert not without.rolling
    assert given.rolling and given.line.beat_at(1.0) == pytest.approx(12.0)
    rolls.at = Place(1.0, True, 6.0, beat=8.0, bpm=80.0)
    without.tick(clock.now())
    assert without.rolling and without.line.beat_at(1.0) == 8.0 and without.line.bpm == 80.0


def test_a_relocation_is_a_jump_and_a_stop_ends_the_song():
    rolls = Rolls(Place(1.0, True, 0.0, beat=0.0, bpm=60.0))
    source = JackTransport(rolls)
    source.tick(1.0)
    rolls.at = Place(1.1, True, 0.1, beat=0.1, bpm=60.0)
    source.tick(1.1)
    assert source.jumps == 1
    rolls.at = Place(1.2, True, 8.0, beat=8.0, bpm=60.0)
    source.tick(1.2)
    assert source.jumps == 2
    rolls.at = Place(1.3, False, 8.0, beat=8.0, bpm=60.0)
    source.tick(1.3)
    assert not source.rolling


@pytest.mark.jack
def test_without_midi_clock_the_transport_of_a_server_leads_on_its_masters_beat():
    with jack_server() as server:
        master = _open_client("master", server.name, server.process)
        master.set_timebase_callback(_tell_beats)
        master.activate()
        clock = MonotonicClock()
        roll = server_roll(clock)
        musical = musical_clock("host", jack=JackTransport(roll))
        musical.tick(clock.now())
        assert not musical.rolling
        master.transport_start()
        _until(lambda: musical.rolling, musical, clock)
        assert musical.source == "jack transport"
        _until(lambda: musical.map.beat_at(clock.now()) > 3, musical, clock)
        assert musical.bpm == pytest.approx(BPM)
        assert min(_off(musical, master, clock) for _ in range(20)) < 0.002
        master.transport_stop()
        _until(lambda: not musical.rolling, musical, clock)
        roll.close()
        master.deactivate()
        master.close()


def _tell_beats(_state, _frames, position, _new):
    position.valid = 0x10  # bars, beats and ticks
    beat = position.frame / position.frame_rate * BPM / 60
    position.bar, position.beat = int(beat // 4) + 1, int(beat % 4) + 1
    position.tick, position.ticks_per_beat = int(beat % 1 * TICKS), TICKS
    position.beats_per_bar = position.beat_type = 4
    position.beats_per_minute = BPM


def _until(true, musical, clock):
    give_up = clock.now() + WAIT_S
    while not true():
        assert clock.now() < give_up
        musical.tick(clock.now())
        time.sleep(0.004)


def _off(musical, master, clock):
    """How many seconds the clock is off the master's own frame."""
    musical.tick(clock.now())
    before = clock.now()
    beat = master.transport_frame / 48_000 * BPM / 60
    now = (before + clock.now()) / 2
    return abs(musical.map.beat_at(now) - beat) * 60 / BPM
