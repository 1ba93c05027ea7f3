"""What every port can do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import mido

Heard = tuple[float, mido.Message]
"""The arrival time (seconds on the clock) and the message."""


class InputPort(Protocol):
    """Is polled for what has arrived, stamped with when it did.

    No code of ours runs in the driver's thread: on JACK it would wait there for the interpreter,
    the client would miss its cycle, and what came in it would be lost.
    """

    @property
    def name(self) -> str: ...

    @property
    def ended(self) -> bool:
        """True when a file has played to its end; never on a live port."""

    def poll(self) -> Iterable[Heard]:
        """What has arrived since the last call, oldest first; of a flood only a part."""

    def lost(self) -> str | None:
        """Why the port went away, or None while it is there. Cheap; asked a few times a second."""

    def close(self) -> None: ...


class OutputPort(Protocol):
    """Sends messages at once."""

    @property
    def name(self) -> str: ...

    def send(self, message: mido.Message) -> None: ...

    def lost(self) -> str | None:
        """Why the port went away, or None while it is there. Cheap; asked a few times a second."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class PortList:
    """The ports that are there, as the API named `api` shows them."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    api: str
