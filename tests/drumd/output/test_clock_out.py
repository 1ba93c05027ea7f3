"""MIDI clock out: what a DAW that follows would hear."""

from __future__ import annotations

from itertools import pairwise

import mido
import pytest

from drumd.output.clock_out import ClockOut
from drumd.output.realtime import SimulatedThread
from drumd.ports.fakes import PatientPort, RecordingPort
from drumd.timing.clock import SimulatedClock
from drumd.timing.musical import MusicalClock
from drumd.timing.sources.base import Source
from drumd.timing.sources.fixed_tempo import GivenTempo
from drumd.timing.timeline import Timeline

NOTE = mido.Message("note_on", note=45)
BPM = 125.0  # a tick every 20 ms
TICK_S = 60 / BPM / 24


class Player(Source):
    """A source that a test leads."""

    name = "player"

    def roll(self, timeline: Timeline | None) -> None:
        self.timeline, self.rolling = timeline or self.timeline, timeline is not None
        self.jumps += timeline is not None


class Led:
    """A clock out on simulated time, and what went out of it."""

    def __init__(self, source: Source, port: RecordingPort | None = None) -> None:
        self.clock = SimulatedClock()
        self.port = port or RecordingPort(self.clock)
        self.musical = MusicalClock(source)
        self.out = ClockOut(self.port, self.clock, self.musical, thread=SimulatedThread)
        self.out.start()

    def run(self, until: float) -> None:
        while self.clock.now() < until:
            self.musical.tick(self.clock.now())
            self.clock.sleep(0.004)

    def said(self) -> list[str]:
        """What was said beside the ticks."""
        return [m.type for _, m in self.port.sent if m.type != "clock"]

    def ticks(self) -> list[float]:
        return [time for time, message in self.port.sent if message.type == "clock"]


def test_a_song_starts_on_its_first_beat_and_stops_at_the_end() -> None:
    led = Led(GivenTempo(BPM))
    led.run(1.0)
    assert led.port.sent == []
    led.musical.hear(1.0, NOTE)
    led.run(1.0 + 48 * TICK_S + 0.001)
    led.out.stop()
    assert led.said() == ["start", "stop"]
    ticks = led.ticks()
    assert len(ticks) >= 46 and [b - a for a, b in pairwise(ticks[2:])] == pytest.approx(
        [TICK_S] * (len(ticks) - 3), abs=1e-3
    )


def test_a_song_that_is_found_in_its_middle_goes_on_at_the_next_bar_line() -> None:
    source = Player()
    led = Led(source)
    source.roll(Timeline(0.0, 5.0, BPM))
    led.run(5.0)
    assert led.said() == ["songpos", "continue"] and led.port.sent[0][1].pos == 32
    assert led.ticks()[0] == pytest.approx(3 * 60 / BPM, abs=1e-3)  # beat 8


def test_a_jump_stops_the_other_end_until_the_next_bar_line() -> None:
    source = Player()
    led = Led(source)
    source.roll(Timeline(0.0, 0.0, BPM))
    led.run(1.0)
    source.roll(Timeline(1.0, 41.0, BPM))
    led.run(4.0)
    assert led.said() == ["start", "stop", "songpos", "continue"]
    assert led.port.sent[[m.type for _, m in led.port.sent].index("songpos")][1].pos == 44 * 4


def test_ticks_follow_a_tempo_that_bends() -> None:
    source = Player()
    led = Led(source)
    source.roll(Timeline(0.0, 0.0, BPM))
    led.run(2.0)
    source.timeline = Timeline(2.0, 2.0 * BPM / 60, BPM / 1.25)
    led.run(8.0)
    beats = led.musical.timeline.beat_at(led.clock.now()) if led.musical.timeline else 0.0
    assert len(led.ticks()) == pytest.approx(beats * 24, abs=2)


def test_a_port_that_can_wait_gets_its_ticks_on_their_exact_time() -> None:
    clock = SimulatedClock()
    port = PatientPort(clock)
    led = Led(GivenTempo(BPM), port)
    led.clock = clock
    led.out = ClockOut(port, clock, led.musical, thread=SimulatedThread)
    led.out.start()
    led.musical.hear(0.5, NOTE)
    while clock.now() < 3.0:
        clock.sleep(0.004)
        port.let_go()
    ticks = led.ticks()
    first = 0.5 + 24 * 4 * TICK_S if ticks[0] > 1.0 else 0.5
    late = [time - first - number * TICK_S for number, time in enumerate(ticks)]
    assert max(map(abs, late[2:])) < 1e-9


def test_a_port_that_was_away_is_started_anew() -> None:
    led = Led(GivenTempo(BPM))
    led.musical.hear(0.0, NOTE)
    led.run(1.0)
    led.port.lost_because = "unplugged"
    led.run(2.0)
    led.port.lost_because = None
    led.run(5.0)
    assert led.said() == ["start", "songpos", "continue"]
