"""What goes out to a kit with keys of its own."""

from __future__ import annotations

import mido

from drumd.ports.fakes import RecordingPort
from drumd.ports.keyed import Keyed
from drumd.timing.clock import ManualClock
from engine.music.kit_map import kit_map

CRASH = mido.Message("note_on", note=49, velocity=100, channel=9)
NOTES_OFF = mido.Message("control_change", control=123, channel=9)


def sent(kit: str, *messages: mido.Message, after: float = 0.0) -> list[str]:
    clock = ManualClock()
    port = RecordingPort(clock)
    keyed = Keyed(port, kit_map(kit), clock)
    for message in messages[:-1]:
        keyed.send(message)
    clock.advance(after)
    keyed.send(messages[-1])
    return [str(message) for _, message in port.sent]


def test_notes_go_out_on_the_keys_of_the_kit_and_all_else_as_it_is() -> None:
    hat = mido.Message("note_on", note=42, velocity=80, channel=9)
    end = mido.Message("note_off", note=42, channel=9)
    assert sent("addictive", hat, end, NOTES_OFF) == [
        str(hat.copy(note=49)), str(end.copy(note=49)), str(NOTES_OFF),
    ]  # fmt: skip


def test_a_crash_that_rings_is_choked_when_the_drums_fall_silent() -> None:
    _, choke, choked, off = sent("addictive", CRASH, NOTES_OFF)
    assert "note_on" in choke and "note=78" in choke and "note_off" in choked
    assert off == str(NOTES_OFF)
    _, held, let_go, _ = sent("roland", CRASH, NOTES_OFF)
    assert "polytouch" in held and "value=127" in held and "value=0" in let_go


def test_what_has_rung_out_or_cannot_be_choked_is_left_alone() -> None:
    assert len(sent("addictive", CRASH, NOTES_OFF, after=10.0)) == 2
    assert len(sent("gm", CRASH, NOTES_OFF)) == 2
    assert len(sent("addictive", CRASH, NOTES_OFF, NOTES_OFF)) == 5
