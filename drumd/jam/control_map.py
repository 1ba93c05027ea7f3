"""Tells what the player says with pedals, keys and knobs from music; learns new ones by ear."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import mido

from drumd.controls import Command, Control, Dial

PRESSED = 64  # a controller's value from which on its pedal is down
# What is no pedal: bank select, data entry, parameter numbers (a MIDI guitar tells its bend range
# by these), and from 120 on the modes of a channel.
UNLEARNT = frozenset((0, 6, 32, 38, *range(96, 102), *range(120, 128)))

Action = Command | Dial


class ControlMap:
    """Tells commands from music. Owned by the main thread."""

    def __init__(
        self,
        controls: Mapping[Command, Control],
        dials: Mapping[Dial, Control] = MappingProxyType({}),
    ) -> None:
        self.learning: Action | None = None  # the next controller that comes is to stand for it
        self._controls, self._dials = dict(controls), dict(dials)
        self._down: set[Command] = set()  # pedals that are held
        self._latched: set[Command] = set()  # what is held down from outside

    @property
    def down(self) -> frozenset[Command]:
        """The commands whose pedals or keys are held."""
        return frozenset(self._down | self._latched)

    @property
    def written(self) -> dict[str, str]:
        """Each control as it is written in a file of settings."""
        return {action.value: str(control) for action, control in self._all()}

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

    def latch(self, command: Command, *, down: bool) -> bool:
        """Hold a command down, or let it go, without a pedal; whether that is new."""
        before = self.down
        (self._latched.add if down else self._latched.discard)(command)
        return self.down != before

    def learn(self, message: mido.Message) -> Action | None:
        """The action that the message's controller stands for from now on, if one is learnt."""
        action = self.learning
        programs = action in (Dial.STYLE, Dial.METRE) and message.type == "program_change"
        pressed = message.type == "control_change" and message.control not in UNLEARNT
        if action is None or not (programs or (pressed and _moved(action, message))):
            return None
        number = message.control if pressed else 0
        control = Control("cc" if pressed else "program", int(number), int(message.channel))
        self.learning = None
        self.forget(*(other for other, known in self._all() if known.owns(message)))
        if isinstance(action, Command):
            self._controls[action] = control
        else:
            self._dials[action] = control
        return action

    def forget(self, *actions: Action) -> None:
        """From now on nothing stands for these."""
        for action in actions:
            if isinstance(action, Command):
                self._controls.pop(action, None)
                self._down.discard(action)
            else:
                self._dials.pop(action, None)

    def _all(self) -> list[tuple[Action, Control]]:
        return [*self._controls.items(), *self._dials.items()]


def _moved(action: Action, message: mido.Message) -> bool:
    """Whether the player means this controller: a pedal goes down, a knob is turned."""
    return isinstance(action, Dial) or _pressed(message)


def _pressed(message: mido.Message) -> bool:
    if message.type == "control_change":
        return int(message.value) >= PRESSED
    return bool(message.type == "note_on" and message.velocity > 0)
