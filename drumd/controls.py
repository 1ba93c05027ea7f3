"""What the player says with a pedal or a key: a note or a controller for each command.

A control is written `cc 64` or `note 36`, with `channel 10` after it where it matters (1..16).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import mido

PRESSED = 64  # a controller's value from which on its pedal is down
_TEXT = re.compile(r"(note|cc)\s+(\d+)(?:\s+channel\s+(\d+))?", re.IGNORECASE)


class Command(Enum):
    """What can be said; the values are the names of the settings."""

    ONE = "this_is_one"  # the beat nearest to now begins a bar
    TWICE = "twice"  # from the next bar line on, twice as many beats
    HALF = "half"
    TAP = "tap"  # one of the four taps of a count-in


@dataclass(frozen=True, slots=True)
class Control:
    """A note or a controller, on one channel (from 0) or on any."""

    kind: str  # note or cc
    number: int
    channel: int | None = None

    @classmethod
    def parse(cls, text: str) -> Control:
        found = _TEXT.fullmatch(text.strip())
        if not found:
            raise ValueError("a control is written like `cc 64` or `note 36 channel 10`")
        kind, number, channel = found.groups()
        if int(number) > 127 or not 1 <= int(channel or 1) <= 16:
            raise ValueError("a number is in 0..127, a channel in 1..16")
        return cls(kind.lower(), int(number), int(channel) - 1 if channel else None)

    def owns(self, message: mido.Message) -> bool:
        """Whether the message comes from this control."""
        match message.type:
            case "note_on" | "note_off":
                sent: tuple[str, int] = ("note", message.note)
            case "control_change":
                sent = ("cc", message.control)
            case _:
                return False
        return sent == (self.kind, self.number) and self.channel in (None, int(message.channel))


class Controls:
    """Tells commands from music. Owned by the main thread."""

    def __init__(self, controls: Mapping[Command, Control]) -> None:
        self._controls = dict(controls)
        self._down: set[Command] = set()  # pedals that are held

    def owns(self, message: mido.Message) -> bool:
        """Whether the message belongs to a control, pressed or let go, and is no music."""
        return any(control.owns(message) for control in self._controls.values())

    def commands(self, message: mido.Message) -> list[Command]:
        """The commands that a control's message gives."""
        pressed = _pressed(message)
        said = []
        for command, control in self._controls.items():
            if control.owns(message):
                if pressed and command not in self._down:
                    said.append(command)
                (self._down.add if pressed else self._down.discard)(command)
        return said


def _pressed(message: mido.Message) -> bool:
    if message.type == "control_change":
        return int(message.value) >= PRESSED
    return bool(message.type == "note_on" and message.velocity > 0)
