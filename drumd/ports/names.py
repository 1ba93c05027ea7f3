"""How a name finds a port: exactly, then without its client, then as a part of a name.

ALSA calls a port `client:port 128:0`, JACK `client:port`, CoreMIDI and Windows `port`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from drumd.errors import PortAmbiguousError, PortNotFoundError
from drumd.ports.base import Place

IN_CLIENT, OUT_CLIENT = "drumd-in", "drumd"  # what ALSA and JACK call our side
CLIENTS = {"input": IN_CLIENT, "output": OUT_CLIENT}
OWN_PORTS = {"input": "guitar", "output": "drums"}  # our end of a cable to another's port
OWN = (f"{IN_CLIENT}:", f"{OUT_CLIENT}:")
ALSA_NUMBERS = re.compile(r" \d+:\d+$")
DIRECTIONS = re.compile(r"(?<![a-z])(in|out|input|output|capture|playback|send|receive)(?![a-z])")


def find_port(kind: str, wanted: str, names: Sequence[str]) -> str | None:
    """The one of `names` that is meant, or None; several are a PortAmbiguousError.

    A part never means a port of drumd's own: the drummer does not hear itself by accident.
    """
    if wanted in names:
        return wanted
    others = [name for name in names if not name.startswith(OWN)]
    for fits in (_is_port_of, _is_part_of):
        matches = _those(others, wanted, fits)
        if len(matches) > 1:
            raise PortAmbiguousError(kind, wanted, matches)
        if matches:
            return matches[0]
    return None


def cable_to(kind: str, wanted: str, again: Place | None, names: Sequence[str]) -> str | None:
    """Which of the others' ports to connect with, or None: be a port of that name.

    `again` tells where the port was before it had gone: another's is a PortNotFoundError until it
    is there, and one of our own stays one, whatever is called like it.
    """
    if again is None:
        return find_port(kind, wanted, names)
    if again.other is None:
        return None
    found = _find_again(kind, wanted, again.other, names)
    if found is None:
        raise PortNotFoundError(kind, again.other, names)
    return found


def _find_again(kind: str, wanted: str, before: str, names: Sequence[str]) -> str | None:
    """The port that was `before`; ALSA may give it another number."""
    bare = ALSA_NUMBERS.sub("", before)
    same = [name for name in names if ALSA_NUMBERS.sub("", name) == bare]
    if before in names or len(same) == 1:
        return before if before in names else same[0]
    return find_port(kind, wanted, names)


def same_place(input_name: str, output_name: str) -> bool:
    """Whether a source and a destination are two sides of one port.

    ALSA and CoreMIDI give both sides one name; JACK tells them apart by a word, as in
    `system:midi_capture_1` and `system:midi_playback_1`.
    """
    return _without_direction(input_name) == _without_direction(output_name)


def _those(names: Sequence[str], wanted: str, fits: Callable[[str, str], bool]) -> list[str]:
    part = wanted.casefold()
    return list(dict.fromkeys(name for name in names if fits(part, name.casefold())))


def _is_port_of(wanted: str, name: str) -> bool:
    return ALSA_NUMBERS.sub("", name).partition(":")[2] == wanted


def _is_part_of(wanted: str, name: str) -> bool:
    return wanted in name


def _without_direction(name: str) -> str:
    return DIRECTIONS.sub("", name.casefold().replace("_", " "))
