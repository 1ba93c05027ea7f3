"""What is set with pedals and knobs, and said of it."""

import mido
import pytest

from drumd.controls import Command, Control, Dial
from drumd.jam.control_map import ControlMap
from drumd.jam.dials import Dials
from engine.music.wishes import STYLE_NAMES, Style, Wishes


def test_a_knob_sets_its_dial_from_nothing_to_all():
    dials = Dials().turned(Dial.DENSITY, 0).turned(Dial.INTENSITY, 127).turned(Dial.HUMANIZE, 64)
    assert dials.wishes.density == 0 and dials.wishes.intensity == 1
    assert dials.wishes.humanize == pytest.approx(0.5, abs=0.01)


def test_a_program_chooses_its_style_and_0_leaves_it_to_the_drummer():
    dials = Dials().turned(Dial.STYLE, STYLE_NAMES.index("funk"), program=True)
    assert dials.wishes.style is Style.FUNK
    dials = dials.turned(Dial.STYLE, 100, program=True)
    assert dials.wishes.style is Style.FUNK
    assert dials.turned(Dial.STYLE, 0, program=True).wishes.style is None


def test_a_knob_goes_through_all_styles():
    dials, met = Dials(), []
    for value in range(128):
        dials = dials.turned(Dial.STYLE, value)
        if not met or met[-1] is not dials.wishes.style:
            met.append(dials.wishes.style)
    assert met == [None, *Style]


def test_what_is_set_is_told_in_words():
    assert str(Dials()) == ""
    dials = Dials(Wishes(Style.FUNK, 0.6), down=frozenset({Command.HOLD, Command.MUTE}))
    assert str(dials) == "funk, density 0.60, held, muted"


def test_a_control_that_turns_is_told_from_one_that_is_pressed():
    dial = {Dial.STYLE: Control.parse("program channel 2"), Dial.DENSITY: Control.parse("cc 20")}
    controls = ControlMap({Command.MUTE: Control("cc", 64)}, dial)
    knob = mido.Message("control_change", control=20, value=99)
    program = mido.Message("program_change", program=3, channel=1)
    assert controls.owns(knob) and controls.turned(knob) == [(Dial.DENSITY, 99)]
    assert controls.owns(program) and controls.turned(program) == [(Dial.STYLE, 3)]
    assert not controls.owns(program.copy(channel=0))
    assert controls.commands(knob) == [] and controls.down == frozenset()


def test_a_pedal_is_down_until_it_is_let_go():
    controls = ControlMap({Command.HOLD: Control("note", 36)})
    controls.commands(mido.Message("note_on", note=36))
    assert controls.down == {Command.HOLD}
    controls.commands(mido.Message("note_off", note=36))
    assert controls.down == frozenset()
