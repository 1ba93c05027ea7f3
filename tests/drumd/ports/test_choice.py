"""Choosing another port while the jam runs."""

import pytest

from drumd.errors import PortError
from drumd.ports.base import PortList
from drumd.ports.choice import PortChoice
from drumd.ports.fakes import RecordingPort
from drumd.ports.reconnecting import SteadyOutput
from drumd.timing.clock import ManualClock
from tests.support.simulated import at_once

PORTS = PortList(("Guitar 20:0", "drumd:drums"), ("DAW 24:0", "Guitar 20:0"), "alsa")


def choice(ports=PORTS):
    chosen = PortChoice(lambda: ports, aside=at_once)
    chosen.look()
    return chosen


def test_what_is_there_is_offered_without_our_own():
    assert choice().names == {"in": ["Guitar 20:0"], "out": ["DAW 24:0", "Guitar 20:0"]}


def test_no_port_is_offered_where_no_api_answers():
    def silent():
        raise PortError("nobody answers")

    chosen = PortChoice(silent, aside=at_once)
    chosen.look()
    assert chosen.names == {"in": [], "out": []}


def test_a_port_that_is_not_there_or_is_the_other_side_cannot_be_chosen():
    with pytest.raises(ValueError, match="no port"):
        choice().check("in", "made up", "DAW 24:0")
    with pytest.raises(ValueError, match="hear itself"):
        choice().check("out", "Guitar 20:0", "Guitar 20:0")
    choice().check("out", "DAW 24:0", "Guitar 20:0")


def test_a_steady_port_turns_to_another_and_closes_the_one_it_leaves():
    clock, wanted, opened = ManualClock(), ["first"], []

    def open_port(again):
        assert again is None or len(opened) == 0
        port = RecordingPort(clock)
        port.name = wanted[0]
        opened.append(port)
        return port

    steady = SteadyOutput(open_port, clock, aside=at_once)
    wanted[0] = "second"
    steady.turn_to("second")
    ended = {one.note for _, one in opened[0].sent if one.type == "note_off" and one.channel == 9}
    assert ended == set(range(128))  # nothing is left sounding there
    assert opened[0].closed and steady.waiting == "second"
    assert steady.look_after() == "port 'second' is there" and steady.waiting is None


def test_a_port_that_comes_back_after_it_was_turned_from_is_let_go():
    clock, opened, jobs = ManualClock(), [], []

    def open_port(_again):
        opened.append(RecordingPort(clock))
        return opened[-1]

    def later(job):
        jobs.append(job)
        return lambda: None

    steady = SteadyOutput(open_port, clock, aside=later)
    opened[0].lost_because = "gone"
    steady.look_after()
    clock.advance(1.0)
    steady.look_after()  # an attempt begins
    steady.turn_to("other")
    jobs.pop()()
    assert steady.look_after() is None and opened[1].closed
    steady.look_after()
    jobs.pop()()
    assert steady.look_after() == "port 'other' is there" and not opened[2].closed
