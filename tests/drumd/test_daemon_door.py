"""The daemon with its door open: what guests ask is done between two steps. Simulated time."""

import json

import mido
import pytest

from drumd.config import KIT_PROGRAMS
from drumd.ports.base import PortList
from drumd.remote.door import Door
from drumd.remote.order import Order
from drumd.remote.places import connect, doors
from tests.support.simulated import Studio

PORTS = PortList(("guitar", "drumd:guitar"), ("drums", "desk"), "fake")


class DoorStudio(Studio):
    """A studio with a guest, who comes at 3 s."""

    def __init__(self, folder, **settings):
        super().__init__(
            open_door=lambda: Door(folder), remember=self.remember, ports=PORTS, **settings
        )
        self.at(3.0, lambda: setattr(self, "guest", connect(doors(folder)[0])))

    def remember(self, controls):
        return f"remembered {controls}"

    def ask(self, time, *order):
        self.at(time, lambda: self.guest.sendall(Order(*order).line()))

    def told(self):
        """What the guest was told, to the end."""
        with self.guest, self.guest.makefile() as lines:
            return [json.loads(line) for line in lines]


@pytest.fixture
def studio(tmp_path):
    return DoorStudio(tmp_path)


def answers(told):
    return [message["answer"]["said"] for message in told if "answer" in message]


def test_a_guest_sees_the_jam_and_what_he_asks_is_done(studio, tmp_path):
    studio.ask(4.0, "mute", True)
    studio.run(9.0)
    told = studio.told()
    jams = [message["jam"] for message in told if "jam" in message]
    assert jams[0]["bpm"] > 0 and jams[0]["in"] == "guitar" and jams[0]["playing"]
    assert any(message.get("drums") for message in told)
    assert answers(told) == ["mute on"] and any(jam.get("down") == ["mute"] for jam in jams)
    struck = [time for time, one in studio.kit.sent if one.type == "note_on"]
    assert struck and max(struck) < 5.0  # the bar that had begun is played to its end
    assert doors(tmp_path) == []


def test_a_guest_learns_a_pedal_and_all_are_told(studio):
    studio.ask(4.0, "learn", "fill")
    pedal = mido.Message("control_change", control=80, value=127)
    studio.at(5.0, lambda: studio.play(pedal))
    studio.run(7.0)
    assert {"said": 'fill = "cc 80 channel 1"'} in studio.told()
    assert studio.log.said('fill = "cc 80 channel 1"')
    assert studio.log.said("remembered {'fill': 'cc 80 channel 1'}")


def test_the_kit_that_sounds_goes_with_a_style_that_is_chosen(tmp_path):
    studio = DoorStudio(tmp_path, output="speakers")
    studio.ask(4.2, "style", "jazz")
    studio.ask(8.2, "style", None)
    studio.run(12.0)
    assert answers(studio.told())[0].startswith("style jazz")
    programs = [one.program for _, one in studio.kit.sent if one.type == "program_change"]
    assert programs == [KIT_PROGRAMS["jazz"], KIT_PROGRAMS["rock"]]


def test_a_kit_that_was_named_stays(tmp_path):
    studio = DoorStudio(tmp_path, output="speakers", kit_sound="rock")
    studio.ask(4.2, "style", "jazz")
    studio.run(9.0)
    assert answers(studio.told())[0].startswith("style jazz")
    assert not any(one.type == "program_change" for _, one in studio.kit.sent)


def test_another_port_is_chosen_among_those_that_are_there(studio):
    studio.ask(4.0, "out", "desk")  # nobody has looked yet
    studio.ask(4.5, "ports")
    studio.ask(5.0, "out", "desk")
    studio.ask(5.5, "out", "guitar")
    summary = studio.run(9.0)
    said = answers(studio.told())
    assert said[0].startswith("there is no port 'desk'") and said[2] == "out: desk"
    assert said[3].startswith("there is no port 'guitar'")
    assert len(studio.kits) == 2 and studio.kits[0].closed
    assert studio.log.said("port 'desk' is there") and summary.reason == "seen enough"
    assert any(one.type == "note_on" for _, one in studio.kit.sent)
