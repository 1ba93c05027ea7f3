"""How a name becomes a port."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drumd.config import AS_IT_COMES, Hearing, is_audio, is_speakers
from drumd.errors import PortError
from drumd.ports.base import InputPort, OutputPort, Place, PortList
from drumd.ports.midi_file import FileInput
from drumd.ports.midi_file_host import read_host_file
from drumd.ports.names import find_port, same_cable, same_place
from drumd.timing.clock import Clock
from engine.storage.outputs import same_file

logger = logging.getLogger("drumd")

NO_JACK_CLIENT = (
    "JACK without JACK-Client: drums go out up to a period late. For the exact frame, install "
    "libjack and `pip install 'drumd[jack]'`."
)
DEMO = Path(__file__).parent.parent / "data" / "demo.mid"


def open_input(
    name: str,
    clock: Clock,
    *,
    api: str = "auto",
    again: Place | None = None,
    hearing: Hearing = AS_IT_COMES,
) -> InputPort:
    """Open the input that `name` means: `demo`, a file, audio, a port, or a new virtual port.

    `again` tells where the port was before it vanished; `hearing` is for audio.
    """
    if is_audio(name):
        from drumd.ears.ears_input import EarsInput

        return EarsInput(name, clock, api=api, again=again, hearing=hearing)
    path = file_of(name)
    if path is not None:
        return FileInput(read_host_file(path), clock)
    from drumd.ports import rtmidi
    from drumd.ports.jack import client as jack_client

    found = again.api if again else _answering(api, note=logger.warning)
    if found == jack_client.API and jack_client.available():
        return jack_client.JackInput(name, clock, again)
    return rtmidi.open_input(name, clock, api=found, again=again)


def open_output(
    name: str,
    clock: Clock,
    *,
    api: str = "auto",
    again: Place | None = None,
    **sound: Any,
) -> OutputPort:
    """Open the output that `name` means: speakers, a port, or a new virtual port.

    `again` tells where the port was before it vanished, `sound` is for speakers: their kit, more
    kits that a style may choose, a file whose guitar they play too (`drumd.sound.speakers`).
    """
    if is_speakers(name):
        from drumd.sound.speakers import open_speakers

        return open_speakers(name, clock, **sound)
    from drumd.ports import rtmidi
    from drumd.ports.jack import client as jack_client

    found = again.api if again else _answering(api)
    if found == jack_client.API and jack_client.available():
        return jack_client.JackOutput(name, clock, again)
    return rtmidi.open_output(name, clock, api=found, again=again)


def list_ports(api: str = "auto") -> PortList:
    """The ports of the first API that answers."""
    from drumd.ports import rtmidi
    from drumd.ports.jack import client as jack_client

    found = _answering(api)
    if found == jack_client.API and jack_client.available():
        return jack_client.list_ports()
    return rtmidi.list_ports(found)


def _answering(api: str, *, note: Callable[[str], None] = logger.debug) -> str:
    """The API meant: of "auto" the first that runs, with a note on those that do not."""
    from drumd.ports import rtmidi
    from drumd.ports.jack import client as jack_client

    if api == jack_client.API:
        if not jack_client.available():
            note(NO_JACK_CLIENT)
        return api
    return rtmidi.answering(note=note) if api == "auto" else api


def same_port(input_name: str, output_name: str, *, api: str = "auto") -> str | None:
    """One sentence if the two names mean one and the same port or file, else None."""
    if is_speakers(output_name) or is_audio(input_name):
        return None
    source, target = file_of(input_name), file_of(output_name)
    if source and target:
        same = same_file(source, target)
    elif source or target:
        same = False
    else:
        same = same_place(input_name, output_name) or _one_cable(input_name, output_name, api)
    if not same:
        return None
    return f"in {input_name!r} and out {output_name!r} are one port: the drummer would hear itself"


def _one_cable(input_name: str, output_name: str, api: str) -> bool:
    """Whether the ports that the names mean are two sides of one."""
    try:
        ports = list_ports(api)
    except PortError:  # opening them will say what is wrong
        return False
    source = find_port("input", input_name, ports.inputs, api=ports.api)
    target = find_port("output", output_name, ports.outputs, api=ports.api)
    return same_cable(source or input_name, target or output_name, ports)


def file_of(name: str) -> Path | None:
    """The MIDI file that an input name means, or None if it means a live port."""
    if name == "demo":
        return DEMO
    return Path(name).expanduser() if name.lower().endswith((".mid", ".midi")) else None
