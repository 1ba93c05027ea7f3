"""The JACK transport as a source of time, by hand and with a real server and a timebase master."""

import time
from types import SimpleNamespace

import mido
import pytest

from drumd.ports.jack.client import JackInput, JackOutput
from drumd.ports.jack.transport import BBT, _place
from drumd.timing.bars import Bars
from drumd.timing.clock import MonotonicClock
from drumd.timing.select import musical_clock
from drumd.timing.sources.jack_transport import JackTransport
from drumd.timing.transport_place import ROLLING, TransportPlace
from engine.music.notes import Metre
from tests.support.jack.harness import jack_server
from tests.support.jack.master import JackMaster
from tests.support.player import Session, groove, host, steady

BPM, WAIT_S = 93.0, 60.0
WALTZ = Bars.of(Metre(3, 4))


class Roll:
    """A transport that is moved by hand; it rolls at 120 bpm from `began` on."""

    def __init__(self, began=None):
        self.now, self.began = 0.0, began
        self.told = self.there = True

    def __call__(self):
        now, rolls = self.now, self.began is not None
        if not self.there:
            return None
        if not self.told:
            return TransportPlace(now, rolls)
        return TransportPlace(now, rolls, (now - self.began) * 2 if rolls else 0.0, 120.0)


class Song(Session):
    """A session with a transport."""

    def __init__(self, kind="auto"):
        self.roll = Roll()
        super().__init__(musical_clock(kind, jack=JackTransport(self._ask)))

    def _ask(self):
        self.roll.now = self.now
        return self.roll()


def test_it_rolls_where_beats_are_told_and_only_there():
    roll = Roll(began=1.0)
    roll.now = 5.0
    source, deaf = JackTransport(roll), JackTransport(roll)
    source.tick(5.0)
    assert source.rolling and source.timeline.beat_at(5.0) == 8.0 and source.timeline.bpm == 120.0
    roll.told = False
    deaf.tick(5.0)
    assert not deaf.rolling and not deaf.vanished


def test_a_relocation_is_a_jump_and_a_stop_ends_the_song():
    roll = Roll(began=0.0)
    source = JackTransport(roll)
    for roll.now in (1.0, 1.1):
        source.tick(roll.now)
    assert source.jumps == 1
    roll.began -= 4.0
    source.tick(roll.now)
    assert source.jumps == 2
    roll.began = None
    source.tick(roll.now)
    assert not source.rolling and source.standing and not source.vanished


def test_in_auto_a_transport_that_rolls_leads_and_one_that_has_stopped_is_waited_for():
    song = Song()
    song.roll.began = 1.0
    song.play(groove(steady(96.0), 0, 16), 10)
    assert song.clock.source == "jack transport" and song.clock.bpm == 120.0
    assert song.clock.timeline.beat_at(3.0) == pytest.approx(4.0)
    song.roll.began = None
    song.play(groove(steady(96.0, 10.0), 0, 48), 40)
    assert not song.clock.rolling and song.clock.source == "jack transport"
    song.roll.told = False  # its master has left
    song.play(groove(steady(96.0, 40.0), 0, 48), 70)
    assert song.clock.rolling and song.clock.source == "free"


def test_a_transport_that_never_rolled_is_not_waited_for():
    song = Song()
    song.play(groove(steady(96.0), 0, 48), 30)
    assert song.clock.rolling and song.clock.source == "free"


@pytest.mark.parametrize("gone", ["there", "told"])
def test_in_auto_a_transport_that_vanishes_leaves_its_tempo_and_its_bars(gone):
    song = Song()
    song.roll.began = 1.0
    song.play([], 9)
    setattr(song.roll, gone, False)
    song.play([], 20)
    assert song.clock.rolling and song.clock.source == "free" and song.clock.jumps == 1
    assert song.clock.timeline.beat_at(20.0) == pytest.approx(38.0, abs=0.05)
    setattr(song.roll, gone, True)
    song.play([], 21)
    assert song.clock.source == "jack transport"


def test_midi_clock_goes_before_the_transport_and_its_stop_is_a_stop():
    song = Song()
    song.roll.began = 1.0
    song.play(host(104.0, 0.5, 16, stop=False), 9.7)
    assert song.clock.source == "host" and song.clock.bpm == pytest.approx(104, abs=0.1)
    song.play([(9.71, mido.Message("stop"))], 11)
    assert not song.clock.rolling and song.clock.source == "host"
    song.play([], 16)  # it sends no clock any more
    assert song.clock.rolling and song.clock.source == "jack transport"


@pytest.mark.parametrize("kind", ["auto", "host"])
def test_where_midi_clock_vanishes_the_transport_takes_over_in_the_same_moment(kind):
    song = Song(kind)
    song.roll.began = 1.0
    song.play(host(120.0, 1.0, 16, stop=False), 8.9)
    assert song.clock.source == "host"
    while song.clock.source == "host":
        song.play([], song.now + 0.004)
        assert song.clock.rolling and song.now < 12
    assert song.clock.source == "jack transport" and song.clock.jumps == 1


@pytest.mark.jack
@pytest.mark.parametrize("port", [JackInput, JackOutput])
def test_a_ports_own_client_tells_where_the_transport_is_and_the_song_is_on_its_masters_beat(port):
    with jack_server() as server, JackMaster(server, BPM, WALTZ) as master:
        clock = MonotonicClock()
        own = port("Port", clock)
        musical = musical_clock("auto", jack=JackTransport(own.transport))
        musical.tick(clock.now())
        assert not musical.rolling and own.transport().metre == Metre(3, 4)
        master.start()
        _until(lambda: musical.rolling, musical, clock)
        assert musical.source == "jack transport"
        _until(lambda: musical.timeline.beat_at(clock.now()) > 3, musical, clock)
        assert musical.bpm == pytest.approx(BPM)
        assert min(_off_s(musical, master, clock) for _ in range(20)) < server.period_s
        master.stop()
        _until(lambda: not musical.rolling, musical, clock)
        own.close()
        assert own.transport() is None


def _until(true, musical, clock):
    give_up = clock.now() + WAIT_S
    while not true():
        assert clock.now() < give_up
        musical.tick(clock.now())
        time.sleep(0.004)


def _off_s(musical, master, clock, bpm=BPM):
    """How many seconds the clock is off the master's own beat."""
    musical.tick(clock.now())
    before = clock.now()
    beat = master.beat
    now = (before + clock.now()) / 2
    return abs(musical.timeline.beat_at(now) - beat) * 60 / bpm


@pytest.mark.parametrize("untold", ["beats_per_bar", "beat_type", "ticks_per_beat"])
def test_a_master_that_leaves_out_a_part_of_its_bars_tells_no_place(untold):
    told = {"beats_per_bar": 4.0, "beat_type": 4.0, "ticks_per_beat": 960.0, untold: 0.0}
    position = SimpleNamespace(valid=BBT, bar=2, beat=1, tick=0, beats_per_minute=120.0, **told)
    assert _place(1.0, ROLLING, position) == TransportPlace(1.0, rolling=True)


@pytest.mark.jack
def test_a_master_that_changes_its_metre_moves_no_beat_and_tells_the_bar_where_it_changed():
    bars = Bars.laid([(0.0, Metre(3, 4)), (6.0, Metre(5, 4))])
    with jack_server() as server, JackMaster(server, 180.0, bars) as master:
        clock = MonotonicClock()
        own = JackInput("Port", clock)
        musical = musical_clock("auto", jack=JackTransport(own.transport))
        master.start()
        _until(lambda: musical.beat > 8, musical, clock)
        assert min(_off_s(musical, master, clock, 180.0) for _ in range(20)) < server.period_s
        assert musical.jumps == 1 and musical.bars == bars
        own.close()
