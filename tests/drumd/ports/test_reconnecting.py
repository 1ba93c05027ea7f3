"""Ports that vanish and are found again."""

from collections import deque
from itertools import pairwise

import mido
import pytest

from drumd.errors import PortError, PortLostError
from drumd.ports.base import Place
from drumd.ports.clock_holdover import CLOCK
from drumd.ports.fakes import PlayedInput, RecordingPort
from drumd.ports.reconnecting import SteadyInput, SteadyOutput
from drumd.timing.clock import ManualClock
from drumd.timing.musical import MusicalClock
from drumd.timing.sources.midi_clock import HostClock
from tests.support.simulated import at_once

NOTE = mido.Message("note_on", note=40)
TICK_S = 60 / 120 / 24


class Socket:
    """Where a port is plugged in; a test pulls it out and puts it back."""

    def __init__(self, make):
        self._make, self.asked = make, []
        self.plugged, self.port = True, None

    def open(self, again):
        self.asked.append(again)
        if not self.plugged:
            raise PortError("there is nothing")
        self.port = self._make()
        return self.port

    def pull(self):
        self.plugged, self.port.lost_because = False, "the cable was pulled"

    def put_back(self):
        self.plugged = True


class Room:
    """A guitar and a kit, both plugged in, on a clock moved by hand."""

    def __init__(self):
        self.clock = ManualClock(10.0)
        self.guitar = Socket(lambda: PlayedInput("guitar"))
        self.kit = Socket(lambda: RecordingPort(self.clock, "kit"))
        self.input = SteadyInput(self.guitar.open, self.clock, aside=at_once)
        self.output = SteadyOutput(self.kit.open, self.clock, aside=at_once)
        self.news, self.heard = [], []

    def wait(self, seconds, step=0.004):
        """Let time pass as the daemon does, which looks after its ports four times a second."""
        for index in range(round(seconds / step)):
            self.clock.advance(step)
            self.heard += self.input.poll()
            if index % 60 == 0:
                news = (self.input.look_after(), self.output.look_after())
                self.news += [line for line in news if line]


def test_a_port_that_cannot_be_opened_at_first_is_an_error():
    socket = Socket(PlayedInput)
    socket.plugged = False
    with pytest.raises(PortError, match="nothing"):
        SteadyInput(socket.open, ManualClock())


def test_a_port_that_vanishes_is_waited_for_and_found_within_a_second_of_its_return():
    room = Room()
    room.guitar.pull()
    lost = room.guitar.port
    room.wait(5.0)
    assert room.input.waiting == "guitar" and room.output.waiting is None
    room.guitar.put_back()
    room.wait(1.0)
    assert room.input.waiting is None
    assert room.news == [
        "the cable was pulled; waiting for port 'guitar'",
        "port 'guitar' is back",
    ]
    assert room.guitar.port is not lost
    assert room.guitar.asked[0] is None and set(room.guitar.asked[1:]) == {Place("fake")}
    room.guitar.port.play(room.clock.now(), NOTE)
    room.wait(0.1)
    assert room.heard[-1][1] == NOTE


class Slow(Room):
    """Its guitar takes its time to open again."""

    def __init__(self):
        super().__init__()
        self.jobs = []
        self.input = SteadyInput(self.guitar.open, self.clock, aside=self._put_off)

    def _put_off(self, job):
        self.jobs.append(job)
        return job


def test_a_port_that_takes_long_to_open_again_holds_nobody_up():
    room = Slow()
    room.guitar.pull()
    room.wait(1.0)
    room.guitar.put_back()
    room.wait(2.0)
    assert len(room.jobs) == 1 and room.input.waiting == "guitar"  # one attempt at a time
    room.jobs[0]()
    room.wait(0.5)
    assert room.input.waiting is None and room.news[-1] == "port 'guitar' is back"


def test_what_is_being_opened_as_the_daemon_stops_is_closed_too():
    clock, jobs = ManualClock(), []
    kit = Socket(lambda: RecordingPort(clock, "kit"))
    output = SteadyOutput(kit.open, clock, aside=lambda job: jobs.append(job) or job)
    kit.pull()
    output.look_after()
    kit.put_back()
    clock.advance(1.0)
    output.look_after()
    first = kit.port
    output.close()
    assert len(jobs) == 1 and kit.port is not first and kit.port.closed


def test_messages_for_an_output_that_is_away_are_refused_and_then_sent_again():
    room = Room()
    room.kit.pull()
    with pytest.raises(PortLostError, match="pulled"):
        room.output.send(NOTE)
    room.wait(0.1)
    with pytest.raises(PortLostError, match="away"):
        room.output.send(NOTE)
    room.kit.put_back()
    room.wait(1.0)
    room.output.send(NOTE)
    assert [message for _, message in room.kit.port.sent] == [NOTE]


def test_an_output_that_refuses_a_message_is_opened_anew(monkeypatch):
    room = Room()
    first = room.kit.port
    monkeypatch.setattr(first, "lost", lambda: None)
    first.lost_because = "no room"
    with pytest.raises(PortLostError, match="no room"):
        room.output.send(NOTE)
    room.wait(1.0)
    assert first.closed and room.kit.port is not first


def test_messages_that_failed_are_counted_over_all_the_times_a_port_was_there():
    room = Room()
    assert room.input.failed == room.output.failed == 0
    room.guitar.port.failed, room.kit.port.failed = 3, 2
    room.guitar.pull()
    room.wait(0.5)
    assert room.input.failed == 3 and room.output.failed == 2
    room.guitar.put_back()
    room.wait(1.0)
    room.guitar.port.failed = 1
    room.input.close()
    room.output.close()
    assert room.input.failed == 4 and room.output.failed == 2


def test_notes_that_are_held_when_the_input_vanishes_are_ended():
    room = Room()
    for message in (NOTE, NOTE.copy(note=43), mido.Message("note_off", note=43)):
        room.guitar.port.play(room.clock.now(), message)
    room.wait(0.1)
    room.guitar.pull()
    room.wait(0.5)
    assert [str(m) for _, m in room.heard[3:]] == [str(mido.Message("note_off", note=40))]


def host_plays(room, count, start):
    for index in range(count):
        room.guitar.port.play(start + index * TICK_S, CLOCK)


def test_the_hosts_clock_turns_on_while_it_is_away_and_the_song_is_where_it_belongs_after():
    room, song = Room(), MusicalClock(HostClock())
    start = room.clock.now()
    room.guitar.port.play(start, mido.Message("start"))
    host_plays(room, 97, start)
    room.wait(96 * TICK_S + 0.001)
    room.guitar.pull()
    room.wait(3.0)
    room.guitar.put_back()
    room.wait(0.7)
    played = room.clock.now() - start
    first = int(played / TICK_S) + 1  # the host has played on meanwhile
    host_plays(room, 48, start + first * TICK_S)
    room.wait(1.5)
    for time, message in room.heard:
        song.hear(time, message)
    assert song.rolling and song.jumps == 1
    assert song.timeline.beat_at(start + 8.0) == pytest.approx(16.0, abs=0.01)
    clocks = [time for time, message in room.heard if message == CLOCK]
    assert max(b - a for a, b in pairwise(clocks)) < 1.6 * TICK_S


def test_a_clock_that_had_stopped_before_the_port_went_stands_still():
    room = Room()
    host_plays(room, 48, room.clock.now())
    room.wait(3.0)
    room.guitar.pull()
    room.wait(2.0)
    assert len(room.heard) == 48


def test_a_host_that_does_not_come_back_with_its_port_is_not_waited_for_for_ever():
    room = Room()
    host_plays(room, 49, room.clock.now())
    room.wait(48 * TICK_S + 0.001)
    room.guitar.pull()
    room.wait(1.0)
    room.guitar.put_back()
    room.wait(20.0)
    last, _ = room.heard[-1]
    assert 5 < room.clock.now() - last < 15


def test_a_host_that_says_stop_when_it_is_back_is_believed():
    room = Room()
    host_plays(room, 49, room.clock.now())
    room.wait(48 * TICK_S + 0.001)
    room.guitar.pull()
    room.wait(1.0)
    room.guitar.put_back()
    room.wait(1.0)
    room.guitar.port.play(room.clock.now(), mido.Message("stop"))
    room.wait(1.0)
    assert room.heard[-1][1].type == "stop"


def test_only_a_port_that_hears_sound_is_told_of_our_drums():
    class Microphone(PlayedInput):
        level, told = None, ()
        said = ()

        def save(self, *_):
            """Nothing is kept."""

        def drum(self, *stroke):
            self.told += (stroke,)

    microphone, cable = Microphone("mic"), PlayedInput("guitar")
    for port in (microphone, cable):
        struck = deque([(1.0, 38, 90), (1.5, 42, 60)])
        SteadyInput(lambda _, port=port: port, ManualClock()).tell_drums(struck)
        assert not struck
    assert microphone.told == ((1.0, 38, 90), (1.5, 42, 60))
