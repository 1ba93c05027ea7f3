"""A port and the speakers beside it: both get every stroke on its time, each has its own fate."""

from __future__ import annotations

import mido
import pytest

from drumd.errors import PortError, PortLostError
from drumd.output.realtime import SimulatedThread
from drumd.output.together import Together
from drumd.ports.fakes import PatientPort, RecordingPort
from drumd.ports.reconnecting import SteadyOutput
from drumd.timing.clock import SimulatedClock
from tests.support.simulated import Log, Studio, at_once

SNARE = mido.Message("note_on", note=38, velocity=100, channel=9)


class Pair:
    """A port that sends at once, and speakers that are told 20 ms ahead."""

    def __init__(self) -> None:
        self.clock = SimulatedClock()
        self.port, self.speakers = RecordingPort(self.clock), PatientPort(self.clock)
        first, beside = (
            SteadyOutput(
                lambda again, port=port: self._open(port, again), self.clock, aside=at_once
            )
            for port in (self.port, self.speakers)
        )
        self.both = Together(first, beside, self.clock, thread=SimulatedThread)

    def _open(self, port: RecordingPort, again: object) -> RecordingPort:
        if again and port.lost_because:
            raise PortError("not back yet")
        return port

    def wait(self, seconds: float) -> None:
        self.clock.sleep(seconds)
        self.speakers.let_go()


@pytest.fixture
def pair() -> Pair:
    return Pair()


def test_a_stroke_goes_out_of_both_at_its_time(pair: Pair) -> None:
    assert pair.both.ahead_s == pair.speakers.ahead_s
    pair.both.send(SNARE, 0.02)
    assert pair.port.sent == []
    pair.wait(0.03)
    assert [at for at, _ in pair.port.sent] == pytest.approx([0.02], abs=1e-9)
    assert [at for at, _ in pair.speakers.sent] == [0.02]


def test_what_is_taken_back_comes_out_of_neither(pair: Pair) -> None:
    handed = pair.both.send(SNARE, 0.02)
    assert handed.let_go() == SNARE.bin() and handed.let_go() is None
    pair.wait(0.03)
    assert pair.port.sent == pair.speakers.sent == []


def test_what_goes_out_now_comes_after_what_was_due_before(pair: Pair) -> None:
    pair.both.send(SNARE, 0.001)
    pair.clock.sleep(0.002)
    end = mido.Message("note_off", note=38, channel=9)
    pair.both.send(end, 0.002)
    assert [message for _, message in pair.port.sent] == [SNARE, end]


def test_while_one_is_away_the_other_goes_on(pair: Pair) -> None:
    pair.port.lost_because = "unplugged"
    assert "unplugged" in (pair.both.look_after() or "")
    pair.both.send(SNARE, 0.02)
    pair.wait(0.03)
    assert len(pair.speakers.sent) == 1 and pair.both.waiting == "recording"
    pair.speakers.lost_because = "no card"
    pair.both.look_after()
    with pytest.raises(PortLostError):
        pair.both.send(SNARE)


def test_the_daemon_sounds_beside_its_port() -> None:
    studio = Studio(sound=True)
    studio.run(6.0)
    port, speakers = studio.kits
    strokes = [message for _, message in port.sent if message.type == "note_on"]
    assert strokes and strokes == [m for _, m in speakers.sent if m.type == "note_on"]


def test_a_machine_without_a_sound_card_jams_without() -> None:
    studio = Studio(sound=True)
    studio.sound_card = False
    studio.run(6.0)
    assert isinstance(studio.log, Log) and "no sound card" in "".join(studio.log.lines)
    assert [m for _, m in studio.kit.sent if m.type == "note_on"]
