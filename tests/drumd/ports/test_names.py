"""How a name finds a port."""

import pytest

from drumd.errors import PortAmbiguousError, PortNotFoundError
from drumd.ports.base import Place, PortList
from drumd.ports.names import cable_to, find_port, same_cable, same_place

ALSA = ("Midi Through:Midi Through Port-0 14:0", "Roland GR-55:GR-55 MIDI 1 20:0")


@pytest.mark.parametrize(
    ("wanted", "names", "found"),
    [
        ("Guitar", ("Guitar", "Guitar 2"), "Guitar"),  # exactly
        ("Guitar", ("synth:Guitar", "synth:Guitar 2"), "synth:Guitar"),  # but for its client
        ("GR-55 MIDI 1", ALSA, ALSA[1]),
        ("roland", ALSA, ALSA[1]),  # a part, in whatever case
        ("IAC", ("IAC Driver Bus 1",), "IAC Driver Bus 1"),
        ("Guitar", ("Piano",), None),
        ("Guitar", (), None),
        ("drums", ("drumd:AI Drums",), None),  # our own
        ("drumd:AI Drums", ("drumd:AI Drums",), "drumd:AI Drums"),  # unless named in full
        ("Twin", ("Twin", "Twin"), "Twin"),
        (
            "a2j:GR [24] (capture): GR 1",
            ("a2j:GR [28] (capture): GR 1",),
            "a2j:GR [28] (capture): GR 1",
        ),
        ("GR:MIDI 1 20:0", ("GR:MIDI 1 24:0", "GR:MIDI 2 24:1"), "GR:MIDI 1 24:0"),
        ("GR [24]", ("Synth [24]",), None),
    ],
)
def test_a_name_finds_its_port(wanted, names, found):
    assert find_port("input", wanted, names) == found


def test_a_name_that_fits_several_ports_lists_them():
    with pytest.raises(PortAmbiguousError, match="name one of them in full") as raised:
        find_port("output", "bus", ("IAC Bus 1", "IAC Bus 2", "Synth"))
    assert raised.value.matches == ("IAC Bus 1", "IAC Bus 2")


@pytest.mark.parametrize(
    ("before", "names", "found"),
    [
        (ALSA[1], ALSA, ALSA[1]),
        (ALSA[1], ("Roland GR-55:GR-55 MIDI 1 24:0", ALSA[0]), "Roland GR-55:GR-55 MIDI 1 24:0"),
        (ALSA[1], ("Roland GR-33:MIDI 1 20:0",), "Roland GR-33:MIDI 1 20:0"),  # as at first
    ],
)
def test_a_port_that_was_plugged_in_anew_is_found(before, names, found):
    assert cable_to("input", "roland", Place("alsa", before), names) == found


BRIDGED = "a2j:Roland GR-55 [{}] (capture): GR-55 MIDI 1"
PIPEWIRE = "Midi-Bridge:GR-55 {}:0 (capture_0) GR-55 MIDI 1"


@pytest.mark.parametrize("form", [BRIDGED, PIPEWIRE, "Roland GR-55:GR-55 MIDI 1 {}:0"])
@pytest.mark.parametrize("in_full", [True, False])
def test_a_port_that_was_given_another_number_is_found_however_it_was_named(form, in_full):
    before, after = form.format(24), form.format(28)
    wanted = before if in_full else "gr-55"
    others = (form.replace("GR-55", "GR-33").format(24), "system:midi_capture_1")
    assert cable_to("input", wanted, Place("jack", before), (*others, after)) == after
    assert cable_to("input", before, None, (*others, after)) == after


def test_a_windows_port_that_moved_up_the_list_is_found():
    place = Place("winmm", "Guitar 2")
    assert cable_to("input", "Guitar 2", place, ("Synth 0", "Guitar 1")) == "Guitar 1"
    assert find_port("input", "Guitar 2", ("Synth 0", "Guitar 1"), api="winmm") == "Guitar 1"
    with pytest.raises(PortNotFoundError):
        cable_to("input", "Guitar 2", place, ("Synth 0", "Guitar Two 1"))


def test_a_number_that_is_part_of_a_windows_name_still_tells_ports_apart():
    names = ("Port 0", "Port 1 1")  # "Port", then "Port 1"
    assert find_port("input", "Port 1", names, api="winmm") == "Port 1 1"


INPUTS, OUTPUTS = (
    ("Synth 0", "Guitar 1", "UM-1 2", "UM-1 3"),
    ("Wavetable 0", "UM-1 1", "UM-1 2", "Guitar 3"),
)


@pytest.mark.parametrize(
    ("source", "target", "same"),
    [
        ("Guitar 1", "Guitar 3", True),  # one cable
        ("Guitar 1", "UM-1 1", False),
        ("UM-1 2", "UM-1 1", True),  # the first of two
        ("UM-1 2", "UM-1 2", False),
        ("UM-1 3", "UM-1 2", True),
    ],
)
def test_windows_numbers_the_two_sides_of_one_cable_each_in_its_list(source, target, same):
    assert same_cable(source, target, PortList(INPUTS, OUTPUTS, "winmm")) is same
    assert not same_cable("Bus 1", "Bus 2", PortList(("Bus 1",), ("Bus 2",), "coremidi"))


def test_a_port_that_is_not_back_yet_is_not_replaced_by_one_of_our_own():
    with pytest.raises(PortNotFoundError, match="GR-55"):
        cable_to("input", "roland", Place("alsa", ALSA[1]), ALSA[:1])


def test_a_port_of_our_own_comes_back_as_one_whatever_else_is_called_so():
    assert cable_to("input", "Guitar", None, ("Guitar",)) == "Guitar"
    assert cable_to("input", "Guitar", Place("jack"), ("Guitar",)) is None


@pytest.mark.parametrize(
    ("source", "target", "same"),
    [
        ("IAC Driver Bus 1", "IAC Driver Bus 1", True),
        ("IAC Driver Bus 1", "IAC Driver Bus 2", False),
        ("system:midi_capture_1", "system:midi_playback_1", True),
        ("system:midi_capture_1", "system:midi_playback_2", False),
        ("ardour:Guitar/midi_out 1", "ardour:Guitar/midi_in 1", True),
        ("ardour:Guitar/midi_out 1", "ardour:AI Drums/midi_in 1", False),
        ("guitar", "Guitar", True),
    ],
)
def test_two_sides_of_one_port_are_told_by_their_names(source, target, same):
    assert same_place(source, target) is same
