"""Live ports, with a driver that is only pretended."""

import logging
from collections import deque
from functools import partial
from typing import ClassVar

import mido
import pytest

from drumd.errors import PortError, PortLostError, PortNotFoundError
from drumd.ports import rtmidi
from drumd.ports.driver import Driver
from drumd.ports.open import list_ports, open_input, open_output, same_port
from drumd.ports.reconnecting import SteadyInput, SteadyOutput
from drumd.timing.clock import ManualClock
from tests.support.simulated import at_once

pytestmark = pytest.mark.usefixtures("system")

NOTE = mido.Message("note_on", note=40)
CLOCK = mido.Message("clock")


class PretendedError(Exception):
    """What the pretended library raises."""


class Client:
    """One end of a pretended MIDI system, as the library shows it."""

    ports: tuple[str, ...] = ()
    sides: ClassVar[dict[str, tuple[str, ...]]] = {}  # of each kind, where they differ
    missing: tuple[int, ...] = ()
    virtual = True
    opened: ClassVar[list["Client"]] = []

    def __init__(self, code, name, queue=0):
        if code in self.missing:
            raise PretendedError("MidiInPretended::initialize: nothing there.")
        self.name, self.longest = name, queue
        self.calls, self.sent, self.queue = [], [], deque()
        Client.opened.append(self)

    def get_ports(self):
        return list(self.sides.get("input" if self.longest else "output", self.ports))

    def get_port_name(self, index):
        if not self.ports:
            raise PretendedError("MidiInPretended::getPortName: no ports available!")
        return self.ports[index] if index < len(self.ports) else ""

    def open_port(self, index, name):
        self.calls.append(("open", index))
        self.own_name = name

    def open_virtual_port(self, name):
        if not self.virtual:
            raise NotImplementedError("no virtual ports")
        self.calls.append(("virtual", name))

    def ignore_types(self, **which):
        self.ignored = which

    def get_message(self):
        return self.queue.popleft() if self.queue else None

    def send_message(self, data):
        self.sent.append(data)

    def close_port(self):
        self.calls.append(("close", None))

    def delete(self):
        self.calls.append(("delete", None))


@pytest.fixture
def system(monkeypatch):
    """Two APIs, of which tests take away one or both."""

    class System(Client):
        pass

    pretended = Driver(
        library="pretended",
        codes={"alsa": 2, "winmm": 4},
        compiled=lambda: [2, 4],
        make_input=System,
        make_output=System,
        failures=(PretendedError, NotImplementedError),
        no_virtual=(NotImplementedError,),
    )
    monkeypatch.setattr(rtmidi, "DRIVER", pretended)
    monkeypatch.setattr(Client, "opened", [])
    return System


def an_input(name="Guitar"):
    """An input, its pretended driver and its clock."""
    clock = ManualClock(5.0)
    port = open_input(name, clock)
    return port, Client.opened[-1], clock


def test_what_the_driver_queued_is_handed_over_with_the_times_between():
    port, system, clock = an_input()
    assert not list(port.poll())
    clock.advance(0.004)
    system.queue += [([0x90, 40, 64], 0.0), ([0xF8], 0.001)]
    assert list(port.poll()) == [(pytest.approx(5.004), NOTE), (pytest.approx(5.004), CLOCK)]
    clock.advance(0.004)
    system.queue.append(([0xF8], 0.002))
    assert list(port.poll()) == [(pytest.approx(5.006), CLOCK)]
    assert port.name == "Guitar" and not port.ended and port.lost() is None


def test_a_flood_is_taken_in_parts():
    port, system, _ = an_input()
    system.queue += [([0xF8], 0.0)] * 3000
    taken = [len(list(port.poll())) for _ in range(4)]
    assert sum(taken) == 3000 and taken[0] < 1500 and taken[-1] == 0


def test_the_clock_is_asked_for():
    an_input()
    assert Client.opened[-1].ignored["timing"] is False


def test_what_is_no_midi_is_counted_and_what_follows_is_heard():
    port, system, _ = an_input()
    system.queue += [(data, 0.0) for data in ([], [0x90], [0xF4], [0x90, 200, 1], [1, 2, 3])]
    system.queue.append(([0xF8], 0.0))
    assert [message for _, message in port.poll()] == [CLOCK] and port.failed == 5


def test_a_port_that_is_there_is_connected_and_else_a_virtual_one_is_made(system):
    system.ports = ("Synth:Out 20:0", "Guitar:MIDI 1 24:0")
    port, *_ = an_input("guitar")
    assert port.name == "Guitar:MIDI 1 24:0" and ("open", 1) in Client.opened[-1].calls
    port, *_ = an_input("Bass")
    assert port.name == "Bass" and ("virtual", "Bass") in Client.opened[-1].calls


def test_a_connected_port_that_vanishes_is_lost(system):
    system.ports = ("Synth", "Guitar")
    port, *_ = an_input()
    assert port.lost() is None
    system.ports = ("Guitar",)  # another one went: this one only moved
    assert port.lost() is None
    for left in (("Synth",), ()):
        system.ports = left
        assert "'Guitar' has gone" in port.lost()


def test_where_no_virtual_port_can_be_made_the_error_says_what_to_install(system, clock):
    system.virtual, system.ports = False, ("Synth",)
    with pytest.raises(PortNotFoundError, match="loopMIDI") as raised:
        open_output("AI Drums", clock)
    assert "Synth" in str(raised.value)
    assert Client.opened[-1].calls[-1] == ("delete", None)


def test_closing_deletes_last_and_only_once_and_nothing_is_asked_of_it_then():
    port, system, _ = an_input()
    system.queue.append(([0xF8], 0.0))
    port.close()
    port.close()
    assert [call for call, _ in system.calls] == ["virtual", "close", "delete"]
    assert port.lost() and not list(port.poll())


def test_sending_after_close_is_an_error(clock):
    port = open_output("AI Drums", clock)
    port.send(NOTE)
    port.close()
    with pytest.raises(PortLostError, match="closed"):
        port.send(NOTE)
    assert Client.opened[-1].sent == [NOTE.bytes()]


def test_a_driver_that_refuses_a_message_is_a_lost_port(monkeypatch, clock):
    def refuse(_self, _data):
        raise PretendedError("MidiOutPretended::sendMessage: no room.")

    port = open_output("AI Drums", clock)
    monkeypatch.setattr(Client, "send_message", refuse)
    with pytest.raises(PortLostError, match="no room"):
        port.send(NOTE)


def test_a_missing_api_falls_to_the_next_with_a_note(system, caplog):
    system.missing = (2,)
    with caplog.at_level(logging.WARNING, "drumd"):
        an_input()
    assert [record.getMessage() for record in caplog.records] == [
        "using winmm for MIDI, since there is no alsa (nothing there)"
    ]
    assert list_ports().api == "winmm"


def test_an_api_asked_for_by_name_is_not_replaced(system):
    system.missing = (2,)
    with pytest.raises(PortError, match="no MIDI here: no alsa"):
        list_ports("alsa")


def test_without_any_midi_the_error_says_what_to_start(system):
    system.missing = (2, 4)
    with pytest.raises(PortError, match=r"(?s)no alsa.*no winmm.*Start JACK"):
        list_ports()


def test_an_unknown_api_is_answered_with_those_there_are():
    with pytest.raises(PortError, match="auto, alsa, winmm"):
        list_ports("jakc")


def test_ports_are_listed_and_their_clients_closed(system):
    system.ports = ("Synth",)
    ports = list_ports()
    assert (ports.inputs, ports.outputs, ports.api) == (("Synth",), ("Synth",), "alsa")
    assert all(client.calls[-1] == ("delete", None) for client in Client.opened)


def test_in_and_out_being_one_port_is_refused_by_its_full_name(system):
    system.ports = ("IAC Bus 1", "IAC Bus 2")
    assert "hear itself" in same_port("bus 1", "IAC Bus 1")
    assert same_port("bus 1", "bus 2") is None
    assert "hear itself" in same_port("New", "New")  # two virtual ports of one name


def test_in_and_out_being_one_cable_of_windows_is_refused(system):
    system.missing = (2,)
    system.sides = {"input": ("Synth 0", "Guitar 1"), "output": ("Wavetable 0", "AI 1", "Guitar 2")}
    assert "hear itself" in same_port("Guitar 1", "Guitar 2")
    assert same_port("Guitar 1", "AI 1") is None


def test_names_are_compared_even_where_there_is_no_midi(system):
    system.missing = (2, 4)
    assert "hear itself" in same_port("Guitar", "Guitar")
    assert same_port("Guitar", "AI Drums") is None


def steady(kind, name):
    """A steady port over the pretended driver, and its clock."""
    clock = ManualClock()
    if kind == "input":
        opened = partial(open_input, name, clock)
        return SteadyInput(lambda again: opened(again=again), clock, aside=at_once), clock
    opened = partial(open_output, name, clock)
    return SteadyOutput(lambda again: opened(again=again), clock, aside=at_once), clock


@pytest.mark.parametrize("kind", ["input", "output"])
def test_a_system_that_fails_as_it_is_asked_for_its_names_is_a_port_that_has_gone(
    system, kind, monkeypatch
):
    system.ports = ("Guitar",)
    port, _ = steady(kind, "Guitar")
    system.ports = ()

    def fails(_):
        raise PretendedError("MidiInPretended::getPortCount: the server is gone.")

    monkeypatch.setattr(system, "get_ports", fails)
    assert "waiting for port 'Guitar'" in port.look_after()
    with pytest.raises(PortError, match="does not say what ports there are"):
        list_ports()


@pytest.mark.parametrize("kind", ["input", "output"])
def test_a_device_that_is_plugged_in_anew_is_found_under_its_new_number(system, kind):
    system.ports = ("Synth:MIDI 1 20:0", "Guitar:MIDI 1 24:0")
    port, clock = steady(kind, "guitar")
    system.ports = ("Synth:MIDI 1 20:0",)
    assert "waiting for port 'Guitar:MIDI 1 24:0'" in port.look_after()
    opened = len(Client.opened)
    for _ in range(10):
        clock.advance(0.25)
        assert port.look_after() is None
    assert all(call[0] != "virtual" for client in Client.opened[opened:] for call in client.calls)
    system.ports = ("Guitar:MIDI 1 28:0", "Synth:MIDI 1 20:0")
    clock.advance(0.5)
    assert "is back" in port.look_after() and port.waiting is None
    assert ("open", 0) in Client.opened[-1].calls
    assert all(client.calls[-1][0] == "delete" for client in Client.opened[:-1])


def test_a_virtual_port_whose_api_had_gone_is_made_anew_and_on_no_other_api(system, monkeypatch):
    port, clock = steady("input", "Guitar")
    monkeypatch.setattr(rtmidi._Client, "server_gone", lambda _: True)
    assert "waiting for port 'Guitar'" in port.look_after()
    system.missing = (2,)
    clock.advance(0.5)
    assert port.look_after() is None and port.waiting
    system.missing = ()
    clock.advance(0.5)
    assert "is back" in port.look_after()
    assert Client.opened[-1].calls == [("virtual", "Guitar")]
