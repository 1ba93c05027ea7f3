"""What is asked for from outside (`drumd.remote`), done as pedals, keys and knobs would do it.

A `Steering` belongs to the main thread. The names of orders are those of the settings: a command
(`fill`), the four wishes (`density`, null leaves it to the drummer), and besides `idea` (from 1),
`metre` (`3/4`), `learn` (a command or knob that the next controller is to stand for) and `forget`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from drumd.controls import Command, Dial
from drumd.jam.conductor import Conductor
from drumd.jam.control_map import Action, ControlMap
from drumd.remote.order import Order
from engine.music.bars import PLAYABLE, playable
from engine.music.notes import Idea, Metre
from engine.music.wishes import AUTO, feel_named, style_of

COMMANDS = {command.value: command for command in Command}
ACTIONS: dict[str, Action] = COMMANDS | {dial.value: dial for dial in Dial}
Remember = Callable[[Mapping[str, str | None]], object]
"""Told of controls that were learnt, as they are written in a file of settings, or forgotten."""
HELD = (Command.HOLD, Command.MUTE, Command.GROOVE, Command.PEDAL)  # these are on or off


class Steering:
    """Does orders, and says what it did and when that counts."""

    def __init__(self, conductor: Conductor, controls: ControlMap) -> None:
        self.ideas: tuple[Idea, ...] = ()  # that the drummer offers
        self.remember: Remember = lambda _: None
        self._conductor, self._controls = conductor, controls
        self._written = controls.written

    def obey(self, time: float, order: Order) -> str:
        """Do what is asked for at `time` seconds; a ValueError says why that cannot be."""
        if command := COMMANDS.get(order.name):
            held = command in HELD
            return self._hold(time, command, order.on) if held else self._say(time, command)
        match order.name:
            case "style" | "feel":
                return self._choice(order)
            case "density" | "intensity" | "humanize":
                return self._dial(order)
            case "idea":
                return self._idea(order)
            case "metre":
                return self._metre(order)
            case "learn":
                return self._learn(order)
            case "forget":
                self._controls.forget(_action(order))
                self._note_controls()
                return f"no control stands for {order.text} any more"
        raise ValueError(f"nobody here knows {order.name!r}")

    def learnt(self, action: Action) -> str:
        """What to say of a control that was learnt: it is written so in a file of settings."""
        self._note_controls()
        return f'{action.value} = "{self._controls.written[action.value]}"'

    def _note_controls(self) -> None:
        """Have it remembered which controls stand for something else than before."""
        before, now = self._written, self._controls.written
        self._written = now
        self.remember({k: now.get(k) for k in (before | now) if before.get(k) != now.get(k)})

    def _say(self, time: float, command: Command) -> str:
        form = self._conductor.form
        form.notice = ""
        self._conductor.command(time, command)
        if form.notice:
            return form.notice
        if command.keeps:
            raise ValueError("there is nothing to keep: the drums do not play")
        match command:
            case Command.REGENERATE:
                return f"{self._named(self._conductor.maker.dials.idea)}: {self._when}"
            case Command.ONE:
                return "this is one"
            case Command.TWICE | Command.HALF:
                return f"{command.value} the beats: from the next bar line"
        return str(command.value)

    def _hold(self, time: float, command: Command, down: bool) -> str:
        if self._controls.latch(command, down=down):
            if down and command is not Command.PEDAL:
                self._conductor.command(time, command)
            self._conductor.press(time, self._controls.down)
        if command in self._controls.down and not down:
            return f"{command.value}: a pedal holds it still"
        return f"{command.value} {'on' if down else 'off'}"

    def _choice(self, order: Order) -> str:
        named = style_of if order.name == "style" else feel_named
        chosen = None if order.value is None else named(order.text)
        self._wish(**{order.name: chosen})
        return f"{order.name} {AUTO if chosen is None else chosen.name.lower()}: {self._when}"

    def _dial(self, order: Order) -> str:
        value = None if order.value is None else order.number
        if value is not None and not 0 <= value <= 1:
            raise ValueError(f"{order.name} is in 0..1")
        self._wish(**{order.name: value})
        said = "left to the drummer" if value is None else f"{value:.2f}"
        return f"{order.name} {said}: {self._when}"

    def _wish(self, **wishes: object) -> None:
        self._conductor.maker.wish(replace(self._conductor.maker.dials.wishes, **wishes))  # type: ignore[arg-type]

    def _idea(self, order: Order) -> str:
        number = order.number
        if not number.is_integer() or not 1 <= number <= max(1, len(self.ideas)):
            raise ValueError(f"there are ideas 1 to {len(self.ideas)}")
        self._conductor.maker.pick(int(number) - 1)
        return f"{self._named(int(number) - 1)}: {self._when}"

    def _metre(self, order: Order) -> str:
        metre = Metre.parse(order.text)
        if not playable(metre):
            raise ValueError(PLAYABLE)
        when = self._when
        self._conductor.take_metre(metre)
        return f"{metre}: {when}"

    def _named(self, idea: int) -> str:
        if not self.ideas:
            return "another idea"
        number = idea % len(self.ideas)
        return f"idea {number + 1}, {self.ideas[number].name}"

    def _learn(self, order: Order) -> str:
        if order.value is None:
            self._controls.learning = None
            return "nothing is learnt"
        self._controls.learning = _action(order)
        return f"press the pedal or turn the knob for {order.text}"

    @property
    def _when(self) -> str:
        bar = self._conductor.next_bar
        return "as soon as the song begins" if bar is None else f"from bar {bar}"


def _action(order: Order) -> Action:
    if order.text not in ACTIONS:
        raise ValueError(f"there is no control {order.text!r}")
    return ACTIONS[order.text]
