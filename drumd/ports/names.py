"""How a name finds a port: exactly, then without its client, then as a part of a name.

ALSA calls a port `client:port 128:0`, JACK `client:port`, CoreMIDI `port`, and Windows `port 3`,
where 3 is its place in the list. A bridge from ALSA to JACK calls it `a2j:client [128] (capture):
port`. Such numbers change when something is plugged in; what they stand for stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from drumd.errors import PortAmbiguousError, PortNotFoundError
from drumd.ports.base import Place, PortList

IN_CLIENT, OUT_CLIENT = "drumd-in", "drumd"  # what ALSA and JACK call our side
CLIENTS = {"input": IN_CLIENT, "output": OUT_CLIENT}
OWN_PORTS = {"input": "guitar", "output": "drums"}  # our end of a cable to another's port
OWN = (f"{IN_CLIENT}:", f"{OUT_CLIENT}:")
ALSA_NUMBERS = re.compile(r" \d+:\d+$")
NUMBERS = re.compile(r" \d+:\d+(?= |$)|\s*\[\d+\]")  # ALSA's, and a bridge's
WINDOWS, PLACE_IN_LIST = "winmm", re.compile(r" \d+$")
DIRECTIONS = re.compile(r"(?<![a-z])(in|out|input|output|capture|playback|send|receive)(?![a-z])")


def find_port(kind: str, wanted: str, names: Sequence[str], *, api: str = "") -> str | None:
    """The one of the `names` of an API that is meant, or None; several are a PortAmbiguousError.

    A part never means a port of drumd's own: the drummer does not hear itself by accident.
    """
    if wanted in names:
        return wanted
    others = [name for name in names if not name.startswith(OWN)]
    known = bare(wanted, api).casefold()
    for fits in (
        lambda name: _is_port_of(wanted.casefold(), name.casefold()),
        lambda name: wanted.casefold() in name.casefold(),
        lambda name: bare(name, api).casefold() == known,
    ):
        matches = list(dict.fromkeys(filter(fits, others)))
        if len(matches) > 1:
            raise PortAmbiguousError(kind, wanted, matches)
        if matches:
            return matches[0]
    return None


def cable_to(
    kind: str, wanted: str, again: Place | None, names: Sequence[str], *, api: str = ""
) -> str | None:
    """Which of the others' ports to connect with, or None: be a port of that name.

    `again` tells where the port was before it had gone: another's is a PortNotFoundError until it
    is there, and one of our own stays one, whatever is called like it.
    """
    if again is None:
        return find_port(kind, wanted, names, api=api)
    if again.other is None:
        return None
    found = _find_again(kind, wanted, again.other, names, again.api)
    if found is None:
        raise PortNotFoundError(kind, again.other, names)
    return found


def _find_again(kind: str, wanted: str, before: str, names: Sequence[str], api: str) -> str | None:
    """The port that was `before`; the system may have given it another number."""
    same = [name for name in names if bare(name, api) == bare(before, api)]
    if before in names or len(same) == 1:
        return before if before in names else same[0]
    return find_port(kind, wanted, names, api=api)


def bare(name: str, api: str = "") -> str:
    """A port's name without the numbers that the system gave it."""
    if api == WINDOWS:
        return PLACE_IN_LIST.sub("", name)
    return NUMBERS.sub("", name)


def same_cable(input_name: str, output_name: str, ports: PortList) -> bool:
    """Whether two of these ports, by their full names, are two sides of one.

    Windows counts sources and destinations each for itself: of several that are else called alike
    the first source belongs to the first destination.
    """
    if ports.api != WINDOWS:
        return same_place(input_name, output_name)
    sides = (_counted(input_name, ports.inputs), _counted(output_name, ports.outputs))
    return sides[0] == sides[1]


def _counted(name: str, names: Sequence[str]) -> tuple[str, int]:
    """A Windows port's own name, and how many are called so before it."""
    own = bare(name, WINDOWS)
    before = takewhile(lambda other: other != name, names)
    return own.casefold(), sum(bare(other, WINDOWS) == own for other in before)


def same_place(input_name: str, output_name: str) -> bool:
    """Whether a source and a destination are two sides of one port.

    ALSA and CoreMIDI give both sides one name; JACK tells them apart by a word, as in
    `system:midi_capture_1` and `system:midi_playback_1`.
    """
    return _without_direction(input_name) == _without_direction(output_name)


def _is_port_of(wanted: str, name: str) -> bool:
    return ALSA_NUMBERS.sub("", name).partition(":")[2] == wanted


def _without_direction(name: str) -> str:
    return DIRECTIONS.sub("", name.casefold().replace("_", " "))
