"""Live ports, with a driver that is only pretended."""

import logging
from typing import ClassVar

import mido
import pytest
import rtmidi as driver

from drumd.errors import PortError, PortLostError, PortNotFoundError
from drumd.ports import list_ports, open_input, open_output, rtmidi, same_port
from drumd.timing import ManualClock

pytestmark = pytest.mark.usefixtures("system")

NOTE = mido.Message("note_on", note=40)


class Driver:
    """One end of a pretended MIDI system: what python-rtmidi shows of it."""

    ports: tuple[str, ...] = ()
    missing: tuple[int, ...] = ()
    virtual = True
    opened: ClassVar[list["Driver"]] = []

    def __init__(self, code, name):
        if code in self.missing:
            raise driver.SystemError("MidiInPretended::initialize: nothing there.")
        self.name, self.calls, self.sent = name, [], []
        Driver.opened.append(self)

    def get_ports(self):
        return list(self.ports)

    def get_port_name(self, index):
        if not self.ports:
            raise driver.InvalidPortError("MidiInPretended::getPortName: no ports available!")
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

    def set_callback(self, callback):
        self.callback = callback

    def cancel_callback(self):
        self.calls.append(("cancel", None))

    def send_message(self, data):
        self.sent.append(data)

    def close_port(self):
        self.calls.append(("close", None))

    def delete(self):
        self.calls.append(("delete", None))


@pytest.fixture
def system(monkeypatch):
    """Two APIs, of which tests take away one or both."""

    class System(Driver):
        pass

    monkeypatch.setattr(rtmidi, "MAKERS", {"input": System, "output": System})
    monkeypatch.setattr(rtmidi, "CODES", {"alsa": 2, "winmm": 4})
    monkeypatch.setattr(driver, "get_compiled_api", lambda: [2, 4])
    monkeypatch.setattr(Driver, "opened", [])
    return System


def heard_by(name="Guitar"):
    """An input and the list of what it hands over."""
    heard, clock = [], ManualClock(5.0)
    return open_input(name, lambda *event: heard.append(event), clock), heard


def test_a_message_is_stamped_on_arrival_and_handed_over():
    port, heard = heard_by()
    Driver.opened[-1].callback(([0x90, 40, 64], 0.1), None)
    assert heard == [(5.0, mido.Message("note_on", note=40))]
    assert port.name == "Guitar" and not port.ended and port.lost() is None


def test_the_clock_is_asked_for():
    heard_by()
    assert Driver.opened[-1].ignored["timing"] is False


def test_what_is_no_midi_is_counted_and_never_raises():
    port, heard = heard_by()
    for data in ([], [0x90], [0xF4], [0x90, 200, 1], [1, 2, 3]):
        Driver.opened[-1].callback((data, 0.0), None)
    assert not heard and port.garbled == 5 and port.lost() is None


def test_a_receiver_that_fails_is_said_and_never_raises():
    def receive(_time, _message):
        raise RuntimeError("broken")

    port = open_input("Guitar", receive, ManualClock())
    Driver.opened[-1].callback(([0xF8], 0.0), None)
    assert "broken" in port.lost()


def test_a_port_that_is_there_is_connected_and_else_a_virtual_one_is_made(system):
    system.ports = ("Synth:Out 20:0", "Guitar:MIDI 1 24:0")
    port, _ = heard_by("guitar")
    assert port.name == "Guitar:MIDI 1 24:0" and ("open", 1) in Driver.opened[-1].calls
    port, _ = heard_by("Bass")
    assert port.name == "Bass" and ("virtual", "Bass") in Driver.opened[-1].calls


def test_a_connected_port_that_vanishes_is_lost(system):
    system.ports = ("Synth", "Guitar")
    port, _ = heard_by()
    assert port.lost() is None
    system.ports = ("Guitar",)  # another one went: this one only moved
    assert port.lost() is None
    for left in (("Synth",), ()):
        system.ports = left
        assert "'Guitar' has gone" in port.lost()


def test_where_no_virtual_port_can_be_made_the_error_says_what_to_install(system):
    system.virtual, system.ports = False, ("Synth",)
    with pytest.raises(PortNotFoundError, match="loopMIDI") as raised:
        open_output("AI Drums", ManualClock())
    assert "Synth" in str(raised.value)
    assert Driver.opened[-1].calls[-1] == ("delete", None)


def test_closing_ends_the_callback_first_and_deletes_last_and_only_once():
    port, _ = heard_by()
    port.close()
    port.close()
    assert [call for call, _ in Driver.opened[-1].calls] == ["virtual", "cancel", "close", "delete"]
    assert port.lost()


def test_sending_after_close_is_an_error():
    port = open_output("AI Drums", ManualClock())
    port.send(NOTE)
    port.close()
    with pytest.raises(PortLostError, match="closed"):
        port.send(NOTE)
    assert Driver.opened[-1].sent == [NOTE.bytes()]


def test_a_driver_that_refuses_a_message_is_a_lost_port(monkeypatch):
    def refuse(_self, _data):
        raise driver.SystemError("MidiOutPretended::sendMessage: no room.")

    port = open_output("AI Drums", ManualClock())
    monkeypatch.setattr(Driver, "send_message", refuse)
    with pytest.raises(PortLostError, match="no room"):
        port.send(NOTE)


def test_a_missing_api_falls_to_the_next_with_a_note(system, caplog):
    system.missing = (2,)
    with caplog.at_level(logging.WARNING, "drumd"):
        heard_by()
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
    assert all(client.calls[-1] == ("delete", None) for client in Driver.opened)


def test_in_and_out_being_one_port_is_refused_by_its_full_name(system):
    system.ports = ("IAC Bus 1", "IAC Bus 2")
    assert "hear itself" in same_port("bus 1", "IAC Bus 1")
    assert same_port("bus 1", "bus 2") is None
    assert "hear itself" in same_port("New", "New")  # two virtual ports of one name


def test_names_are_compared_even_where_there_is_no_midi(system):
    system.missing = (2, 4)
    assert "hear itself" in same_port("Guitar", "Guitar")
    assert same_port("Guitar", "AI Drums") is None
