"""Tells what the player says with pedals, keys and knobs from music."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import mido

from drumd.controls import Command, Control, Dial

PRESSED = 64  # a controller's value from which on its pedal is down


class ControlMap:
    """Tells commands from music. Owned by the main thread."""

    def __init__(
        self,
        controls: Mapping[Command, Control],
        dials: Mapping[Dial, Control] = MappingProxyType({}),
    ) -> None:
        self._controls, self._dials = dict(controls), dict(dials)
        self._down: set[Command] = set()  # pedals that are held

    @property
    def down(self) -> frozenset[Command]:
        """The commands whose pedals or keys are held."""
        return frozenset(self._down)

    def owns(self, message: mido.Message) -> bool:
        """Whether the message belongs to a control, pressed or let go, and is no music."""
        owners = (*self._controls.values(), *self._dials.values())
        return any(control.owns(message) for control in owners)

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

    def turned(self, message: mido.Message) -> list[tuple[Dial, int]]:
        """The dials that a message sets, and to what, 0..127."""
        return [
            (dial, int(message.program if control.kind == "program" else message.value))
            for dial, control in self._dials.items()
            if control.owns(message)
        ]


def _pressed(message: mido.Message) -> bool:
    if message.type == "control_change":
        return int(message.value) >= PRESSED
    return bool(message.type == "note_on" and message.velocity > 0)
