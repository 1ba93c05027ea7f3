"""What a host says of its transport, and whether it is still there."""

from __future__ import annotations

import mido

SPOKEN = frozenset(("start", "continue", "stop"))
GONE_S = 4.0  # a host that sent no clock for so long is not there any more


class Transport:
    """Hears a host's messages. Owned by the main thread."""

    def __init__(self) -> None:
        self._said: str | None = None
        self._last_clock = float("-inf")

    def hear(self, time: float, message: mido.Message) -> None:
        if message.type == "clock":
            self._last_clock = time
        elif message.type in SPOKEN:
            self._said = message.type

    @property
    def playing(self) -> bool:
        """Whether the host, by what it said last, plays. If its clock ends, it has vanished."""
        return self._said in ("start", "continue")

    def present(self, now: float) -> bool:
        """Whether its clock was heard lately, rolling or not."""
        return now - self._last_clock < GONE_S
