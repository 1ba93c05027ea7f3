"""Ports of the operating system and of JACK, through python-rtmidi."""

from __future__ import annotations

import mido
import rtmidi

from drumd.errors import PortLostError
from drumd.ports.port import PortList, Receiver
from drumd.timing.clock import Clock


def open_input(name: str, receive: Receiver, clock: Clock, *, api: str = "auto") -> RtmidiInput:
    return RtmidiInput(name, receive, clock)


def open_output(name: str, clock: Clock, *, api: str = "auto") -> RtmidiOutput:
    return RtmidiOutput(name)


def list_ports(api: str = "auto") -> PortList:
    return PortList(
        tuple(rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="drumd").get_ports()),
        tuple(rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="drumd").get_ports()),
        "jack",
    )


class RtmidiInput:
    def __init__(self, name: str, receive: Receiver, clock: Clock) -> None:
        self.name, self.ended = name, False
        self._receive, self._clock = receive, clock
        self._port = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="drumd")
        self._port.ignore_types(sysex=True, timing=False, active_sense=True)
        self._port.set_callback(self._on_message)
        self._port.open_virtual_port(name)

    def _on_message(self, event: tuple[list[int], float], _data: object) -> None:
        time = self._clock.now()
        try:
            self._receive(time, mido.Message.from_bytes(event[0]))
        except Exception:
            pass

    def lost(self) -> str | None:
        return None

    def close(self) -> None:
        self._port.cancel_callback()
        self._port.close_port()
        self._port.delete()


class RtmidiOutput:
    def __init__(self, name: str) -> None:
        self.name = name
        self._port: rtmidi.MidiOut | None = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="drumd")
        self._port.open_virtual_port(name)

    def send(self, message: mido.Message) -> None:
        if self._port is None:
            raise PortLostError(f"{self.name} is closed")
        self._port.send_message(message.bytes())

    def lost(self) -> str | None:
        return None

    def close(self) -> None:
        if self._port is not None:
            self._port.close_port()
            self._port.delete()
            self._port = None
