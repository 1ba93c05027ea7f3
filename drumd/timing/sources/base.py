"""What a source of musical time has to say: the host, a given tempo, the player."""

from __future__ import annotations

from typing import Protocol

import mido

from drumd.timing.timeline import Timeline


class Source(Protocol):
    """Listens to messages in order of arrival and says where the song is.

    Owned by the main thread. `timeline` is the source's best guess, free to move with every
    message: the musical clock does the bending. `jumps` counts the times the song was moved on
    purpose.
    """

    name: str

    @property
    def timeline(self) -> Timeline | None: ...

    @property
    def rolling(self) -> bool: ...

    @property
    def jumps(self) -> int: ...

    def hear(self, time: float, message: mido.Message) -> None: ...

    def tick(self, now: float) -> None: ...
