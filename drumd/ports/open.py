"""How a name becomes a port."""

from __future__ import annotations

from pathlib import Path

from drumd.ports.file import FileInput
from drumd.ports.port import InputPort, OutputPort, PortList, Receiver
from drumd.timing.clock import Clock

DEMO = Path(__file__).parent.parent / "data" / "demo.mid"


def open_input(name: str, receive: Receiver, clock: Clock, *, api: str = "auto") -> InputPort:
    """Open the input that `name` means: `demo`, a .mid file, a port, or a new virtual port."""
    path = file_of(name)
    if path is not None:
        return FileInput(path, receive, clock)
    from drumd.ports import rtmidi

    return rtmidi.open_input(name, receive, clock, api=api)


def open_output(name: str, clock: Clock, *, api: str = "auto") -> OutputPort:
    """Open the output that `name` means: a port, or a new virtual port."""
    from drumd.ports import rtmidi

    return rtmidi.open_output(name, clock, api=api)


def list_ports(api: str = "auto") -> PortList:
    """The ports of the first API that answers."""
    from drumd.ports import rtmidi

    return rtmidi.list_ports(api)


def same_port(input_name: str, output_name: str, *, api: str = "auto") -> str | None:
    """One sentence if the two names mean one and the same port, else None."""
    if file_of(input_name) is None and input_name.casefold() == output_name.casefold():
        return f"--in and --out are both {input_name!r}: the drummer would hear itself"
    return None


def file_of(name: str) -> Path | None:
    """The MIDI file that an input name means, or None if it means a live port."""
    if name == "demo":
        return DEMO
    return Path(name).expanduser() if name.lower().endswith((".mid", ".midi")) else None
