"""`drumd panic`: end every note on a MIDI output, whoever began it."""

from __future__ import annotations

import time

import click

from drumd.cli.terminal import tell
from drumd.errors import PortError, PortNotFoundError
from drumd.ports.base import OutputPort, PortList
from drumd.ports.last_words import last_words
from drumd.ports.names import find_port
from drumd.ports.open import list_ports, open_output
from drumd.timing.clock import MonotonicClock

PAUSE_S = 0.01  # after each channel: drivers and cables have short queues


@click.command()
@click.option("--out", "wanted", metavar="NAME", help="One output only: its name, or a part of it.")
@click.option("--api", default="auto", show_default=True, help="MIDI API to use.")
def command(wanted: str | None, api: str) -> None:
    """End every note: note offs, all notes off and all sound off on all 16 channels."""
    ports = list_ports(api)
    names = chosen(ports, wanted)
    for name in names:
        port = open_output(name, MonotonicClock(), api=ports.api)
        try:
            end_every_note(port)
        finally:
            port.close()
        tell(f"every note is ended on {name}")


def chosen(ports: PortList, wanted: str | None) -> tuple[str, ...]:
    """The outputs to silence: the one that is wanted, or all of them."""
    if wanted is None:
        if not ports.outputs:
            raise PortError("there is no MIDI output to silence; `drumd ports` lists what there is")
        return ports.outputs
    found = find_port("output", wanted, ports.outputs)
    if found is None:
        raise PortNotFoundError("output", wanted, ports.outputs)
    return (found,)


def end_every_note(port: OutputPort) -> None:
    """Send everything that ends a note, channel by channel, without flooding the driver."""
    for channel in range(16):
        for message in last_words(channel):
            port.send(message)
        time.sleep(PAUSE_S)
