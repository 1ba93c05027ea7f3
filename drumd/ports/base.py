"""What every port can do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import log10
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

import mido

from drumd.timing.transport_place import TransportPlace

SILENT = 1e-5  # a peak of full scale
UNPITCHED = 52  # the note that a stroke counts as whose pitch nobody knows


@dataclass(frozen=True, slots=True)
class Onset:
    """The guitar was struck, heard by ear; or damped, where the velocity is 0.

    Told at once. Which notes that was comes later, with the same time: as notes, or as `Muted`.
    """

    velocity: int
    type: ClassVar[str] = "onset"

    def as_note(self) -> mido.Message:
        """The same for what finds a count-in, which knows notes only."""
        kind = "note_on" if self.velocity else "note_off"
        return mido.Message(kind, note=UNPITCHED, velocity=self.velocity)


@dataclass(frozen=True, slots=True)
class Muted:
    """A stroke by ear in which no pitch was found: rhythm for the clock, and no note."""

    pitch: int  # of the last note
    velocity: int
    type: ClassVar[str] = "muted"

    def as_note(self) -> mido.Message:
        """The same for the clock: the last note struck again, softly."""
        return mido.Message("note_on", note=self.pitch, velocity=self.velocity)


Heard = tuple[float, mido.Message | Onset | Muted]
"""The arrival time (seconds on the clock; where it is heard by ear, when it sounded) and what."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a port was found, so that it can be found again."""

    api: str
    other: str | None = None  # the other program's port; None: a virtual port of our own


class InputPort(Protocol):
    """Is polled for what has arrived, stamped with when it did.

    No code of ours runs in the driver's thread: on JACK it would wait there for the interpreter,
    the client would miss its cycle, and what came in it would be lost.
    """

    @property
    def name(self) -> str: ...

    @property
    def place(self) -> Place: ...

    @property
    def failed(self) -> int:
        """How many messages were no MIDI."""

    @property
    def ended(self) -> bool:
        """True when a file has played to its end; never on a live port."""

    def poll(self) -> Iterable[Heard]:
        """What has arrived since the last call, oldest first; of a flood only a part."""

    def lost(self) -> str | None:
        """Why the port went away, or None while it is there. Cheap; asked a few times a second."""

    def close(self) -> None: ...


@runtime_checkable
class OnServer(Protocol):
    """A port on a server that has a transport."""

    def transport(self) -> TransportPlace | None:
        """Where the transport is, or None if that cannot be said now. For the port's owner."""


@dataclass(frozen=True, slots=True)
class Level:
    """How loud an audio input was a moment ago."""

    peak: float  # of full scale
    clips: bool  # it was cut off of late

    @property
    def db(self) -> float:
        """The peak against full scale, in dB."""
        return 20 * log10(max(self.peak, SILENT))


@runtime_checkable
class Audible(Protocol):
    """An input that is heard by ear, and remembers how it sounded."""

    level: Level | None
    said: list[str]  # news that nobody has read

    def save(self, path: Path, start: float, end: float) -> None:
        """Let the sound between two moments become a file; any thread."""

    def drum(self, time: float, key: int, velocity: int) -> None:
        """A drum of ours sounds at `time`, seconds on the clock; told before it does."""


class Handed:
    """A message that a port has taken: when it goes out, and the chance to have it back."""

    __slots__ = ("_hands", "at")

    def __init__(self, at: float, data: bytes | None = None) -> None:
        """`data` is held until `at` (seconds on the clock); without it, it has gone out."""
        self.at = at
        self._hands = [] if data is None else [data]

    @property
    def gone(self) -> bool:
        return not self._hands

    def let_go(self) -> bytes | None:
        """What is held, for the one who asks first; None for all others."""
        try:
            return self._hands.pop()
        except IndexError:
            return None


class Sender(Protocol):
    """Sends messages: at once, or on time if it can be told ahead of time."""

    @property
    def ahead_s(self) -> float:
        """How long before its time a message should be handed over; 0: the port sends at once."""

    def send(self, message: mido.Message, at: float | None = None) -> Handed:
        """Send at `at` seconds on the clock if that is to come and the port can wait, else now."""


class OutputPort(Sender, Protocol):
    """A sender with a name."""

    @property
    def name(self) -> str: ...

    @property
    def failed(self) -> int:
        """How many messages were taken and could not be sent after all."""

    @property
    def place(self) -> Place: ...

    def lost(self) -> str | None:
        """Why the port went away, or None while it is there. Cheap; asked a few times a second."""

    def close(self) -> None:
        """Close, after what was handed over has gone out."""


@dataclass(frozen=True, slots=True)
class PortList:
    """The ports that are there, as the API named `api` shows them."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    api: str
