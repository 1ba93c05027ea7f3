"""Pedals and keys that say something."""

import mido
import pytest

from drumd.controls import Command, Control
from drumd.jam.control_map import ControlMap


def cc(number, value, channel=0):
    return mido.Message("control_change", control=number, value=value, channel=channel)


def test_a_control_is_written_in_words():
    assert Control.parse("cc 64") == Control("cc", 64)
    assert Control.parse("Note 36 channel 10") == Control("note", 36, 9)


@pytest.mark.parametrize("text", ["", "pedal", "cc", "cc 128", "note 3 channel 17", "cc 64 10"])
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=r"written like|0\.\.127"):
        Control.parse(text)


def test_a_pedal_says_its_command_once_each_time_it_goes_down():
    controls = ControlMap({Command.TAP: Control("cc", 64)})
    values = (127, 127, 90, 0, 127)
    assert [controls.commands(cc(64, value)) for value in values] == [
        [Command.TAP],
        [],
        [],
        [],
        [Command.TAP],
    ]


def test_a_key_is_known_by_its_channel_and_is_no_music():
    controls = ControlMap({Command.ONE: Control("note", 36, 9)})
    pressed = mido.Message("note_on", note=36, channel=9)
    assert controls.commands(pressed) == [Command.ONE]
    assert controls.owns(mido.Message("note_off", note=36, channel=9))
    assert not controls.owns(mido.Message("note_on", note=36, channel=0))
    assert not controls.owns(cc(36, 127)) and not controls.owns(mido.Message("clock"))
