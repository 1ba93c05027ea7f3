"""The ports of a jam: opened by name, found again when they vanish, left for others while it runs.

`LivePorts` belong to the main thread; only the scheduler's sends through the output.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import mido

from drumd.config import (
    AUTO,
    KIT_PROGRAMS,
    KIT_SOUNDS,
    SPEAKERS,
    Settings,
    is_speakers,
    kit_for,
)
from drumd.errors import DrumdError, PortLostError
from drumd.output.clock_out import ClockOut
from drumd.output.realtime import RealtimeThread, ThreadMaker
from drumd.output.together import Together
from drumd.ports import open as by_name
from drumd.ports.base import InputPort, OutputPort, Place, PortList
from drumd.ports.choice import INPUT, OUTPUT, PortChoice
from drumd.ports.fakes import NullPort
from drumd.ports.keyed import Keyed
from drumd.ports.midi_file import FileInput
from drumd.ports.midi_file_host import HostFile
from drumd.ports.reconnecting import Aside, SteadyInput, SteadyOutput, in_thread
from drumd.remote.order import Order
from drumd.timing.clock import Clock
from drumd.timing.musical import MusicalClock
from drumd.timing.transport_place import TransportPlace
from engine.errors import EngineError
from engine.music.general_midi import DRUM_CHANNEL
from engine.music.kit_map import kit_map
from engine.music.wishes import Style

Output = SteadyOutput | Together


@dataclass(frozen=True, slots=True)
class Openers:
    """How names become ports."""

    input: Callable[..., InputPort] = by_name.open_input
    output: Callable[..., OutputPort] = by_name.open_output
    list: Callable[[str], PortList] = by_name.list_ports


BY_NAME = Openers()


class LivePorts:
    """Opens the output at once, guitar and clock when it is told to; closed with the `stack`."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        stack: ExitStack,
        *,
        openers: Openers,
        thread: ThreadMaker = RealtimeThread,
        aside: Aside = in_thread,
        played: HostFile | None = None,
        recorded: Path | None = None,
        say: Callable[[str], None],
    ) -> None:
        """`played`, `recorded`: the files that guitar and output are, where they are files."""
        self._settings, self._clock, self._stack = settings, clock, stack
        self._openers, self._thread, self._aside = openers, thread, aside
        self._played, self._recorded = played, recorded
        self._names = {INPUT: settings.input, OUTPUT: settings.output}
        self._choice = PortChoice(partial(openers.list, settings.api), aside=aside)
        self._clock_port: SteadyOutput | None = None  # where MIDI clock goes out
        self.guitar: SteadyInput | None = None
        self._speakers: SteadyOutput | None = None
        self._kit = settings.kit_heard  # that sounds there
        self.output = self._start_output(say)
        stack.callback(self.output.close)

    def _start_output(self, say: Callable[[str], None]) -> Output:
        port = self._steady(self._open_output)
        if is_speakers(self._settings.output):
            self._speakers = port
        if self._settings.sound:
            try:
                self._speakers = self._steady(self._open_speakers)
            except (DrumdError, EngineError) as error:  # no reason not to jam
                say(f"no sound beside the output: {error}")
            else:
                return Together(port, self._speakers, self._clock, thread=self._thread)
        return port

    def _open_output(self, again: Place | None) -> OutputPort:
        if self._recorded:
            return NullPort(self._clock, str(self._recorded))
        if is_speakers(self._settings.output):
            return self._open_speakers(again)
        port = self._open_port(self._names[OUTPUT], again)
        return Keyed(port, kit_map(self._settings.kit), self._clock)

    def _open_speakers(self, again: Place | None) -> OutputPort:
        output = self._settings.output
        name = output if is_speakers(output) else SPEAKERS
        more = KIT_SOUNDS if self._settings.kit_sound.lower() == AUTO else ()
        guitar = None if again else self._played
        return self._open_port(name, again, kit=self._kit, more=more, guitar=guitar)

    def _open_port(self, name: str, again: Place | None, **sound: object) -> OutputPort:
        api = self._settings.api
        return self._openers.output(name, self._clock, api=api, again=again, **sound)

    def _open_input(self, again: Place | None) -> InputPort:
        if self._played:
            file = FileInput(self._played, self._clock)
            self._tell_speakers(mido.Message("start"), file.start)
            return file
        name, api = self._names[INPUT], self._settings.api
        hearing = self._settings.hearing
        return self._openers.input(name, self._clock, api=api, again=again, hearing=hearing)

    def _steady(self, open_port: Callable[[Place | None], OutputPort]) -> SteadyOutput:
        return SteadyOutput(open_port, self._clock, aside=self._aside)

    def start_guitar(self) -> SteadyInput:
        self.guitar = SteadyInput(self._open_input, self._clock, aside=self._aside)
        self._stack.callback(self.guitar.close)
        return self.guitar

    def start_clock(self, name: str, musical: MusicalClock) -> None:
        """Send the song's time as MIDI clock."""
        self._clock_port = self._steady(partial(self._open_port, name))
        self._stack.callback(self._clock_port.close)
        sender = ClockOut(self._clock_port, self._clock, musical, thread=self._thread)
        self._stack.callback(sender.stop)
        sender.start()

    def sound_in(self, style: Style | None, moment: float) -> None:
        """Let the kit that goes with a style sound from a moment on, where none was named."""
        kit = kit_for(self._settings.kit_sound, style)
        if kit != self._kit:
            self._kit = kit
            program = KIT_PROGRAMS[kit]
            message = mido.Message("program_change", program=program, channel=DRUM_CHANNEL)
            self._tell_speakers(message, moment)

    def _tell_speakers(self, message: mido.Message, moment: float) -> None:
        if self._speakers:
            with suppress(PortLostError):  # they are told as they come back, or sound no more
                self._speakers.send(message, moment)

    def transport(self) -> TransportPlace | None:
        """Where the transport of a port's server is, if one is on one."""
        return self.output.transport() or (self.guitar.transport() if self.guitar else None)

    def look_after(self, silence: Callable[[], None]) -> list[str]:
        """Find ports again that have gone, and tell of it; what sounds there is to be silenced."""
        news = [self.guitar.look_after()] if self.guitar else []
        if back := self.output.look_after():
            news.append(back)
            silence()  # what sounded when it went may sound still
        if self._clock_port:
            news.append(self._clock_port.look_after())
        return list(filter(None, news))

    @property
    def away(self) -> tuple[str, ...]:
        """Guitar and output by their names, while they are away."""
        ports = (self.guitar, self.output)
        return tuple(port.waiting for port in ports if port and port.waiting)

    @property
    def garbled(self) -> int:
        """How many messages of the guitar could not be understood."""
        return self.guitar.failed if self.guitar else 0

    @property
    def shown(self) -> dict[str, object]:
        """The ports of the jam, and those that could be chosen."""
        guitar = self.guitar.name if self.guitar else ""
        return {"in": guitar, "out": self.output.name, "ports": self._choice.names}

    def obey(self, order: Order) -> str | None:
        """Do an order that is about ports; a ValueError says why that cannot be."""
        if order.name == "ports":
            self._choice.look()
            return "looking for ports"
        if order.name in self._names:
            return self._turn_to(order.name, order.text)
        return None

    def _turn_to(self, side: str, name: str) -> str:
        """Leave a port for another one."""
        assert self.guitar is not None  # guests come in when there is one
        sides = {INPUT: self.guitar, OUTPUT: self.output}
        port, other = sides[side], sides[OUTPUT if side == INPUT else INPUT]
        file = self._played if side == INPUT else self._recorded
        if file or isinstance(port, Together) or is_speakers(self._names[side]):
            raise ValueError(f"{port.name} stays: to change it, start drumd again")
        self._choice.check(side, name, other.name)
        if name != port.name:
            self._names[side] = name
            port.turn_to(name)
        return f"{side}: {name}"
