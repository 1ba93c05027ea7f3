"""How a name finds a port."""

import pytest

from drumd.errors import PortAmbiguousError, PortNotFoundError
from drumd.ports.base import Place
from drumd.ports.names import cable_to, find_port, same_place

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
