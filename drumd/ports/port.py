"""What every port can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import mido

Receiver = Callable[[float, mido.Message], None]
"""Takes the arrival time (seconds on the clock) and the message, on the driver's thread: it must
put the message into a queue and return."""


class InputPort(Protocol):
    """Hands each message to its receiver, stamped on arrival."""

    @property
    def name(self) -> str: ...

    @property
    def ended(self) -> bool:
        """True when a file has played to its end; never on a live port."""

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
