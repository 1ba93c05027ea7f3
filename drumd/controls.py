"""What the player says with a pedal, a key or a knob: which message stands for which command.

A control is written `cc 64` or `note 36`, with `channel 10` after it where it matters (1..16);
styles may also be chosen by `program`, the program change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

import mido

from engine.music.notes import Metre

_TEXT = re.compile(r"(?:(note|cc)\s+(\d+)|(program))(?:\s+channel\s+(\d+))?", re.IGNORECASE)


class Command(Enum):
    """What can be said; the values are the names of the settings."""

    ONE = "this_is_one"  # a bar begins now
    TWICE = "twice"  # from the next bar line on, twice as many beats
    HALF = "half"
    TAP = "tap"  # one of the four taps of a count-in
    COUNT = "count_off"  # drumd counts in, and a song begins
    FILL = "fill"  # the next bar is a fill
    REGENERATE = "regenerate"  # the drummer's next idea from the next bar on
    HOLD = "hold"  # while it is down, the bar that is heard as it is pressed is repeated
    MUTE = "mute"  # while it is down, the drums are silent
    GROOVE = "tap_groove"  # while it is down, a groove is tapped in
    PEDAL = "pedal"  # one for all: tapped, held or pressed twice; see drumd.jam.pedal
    NEXT = "next_part"  # of the song file, or of the parts that are kept; else a fill
    ENDING = "ending"  # a fill, a last stroke, silence
    START = "start"  # the drums come in at the next bar line
    PART_A = "part_a"  # a fill, and the part that was kept as A
    PART_B = "part_b"
    PART_C = "part_c"
    PART_D = "part_d"
    KEEP = "keep"  # what was just played is written to files
    KEEP_A = "keep_a"  # what plays is part A of the song from now on, as it is set
    KEEP_B = "keep_b"
    KEEP_C = "keep_c"
    KEEP_D = "keep_d"

    @property
    def recalls(self) -> str:
        """The part that it calls back; empty if none."""
        return self.value[-1].upper() if self.value.startswith("part_") else ""

    @property
    def keeps(self) -> str:
        """The part that it keeps; empty if none."""
        return self.value[-1].upper() if self.value.startswith("keep_") else ""


class Dial(Enum):
    """What can be turned; the values are the names of the settings."""

    STYLE = "style_dial"
    METRE = "metre_dial"  # program 0 is the first of METRES
    DENSITY = "density_dial"
    INTENSITY = "intensity_dial"
    HUMANIZE = "humanize_dial"
    PART = "part_dial"  # program 0 calls back part A, 1 B ...
    SONG = "song_dial"  # program 0 is the first song of the set list


METRES = tuple(
    Metre.parse(text) for text in ("4/4", "3/4", "6/8", "12/8", "2/4", "5/4", "7/8", "9/8")
)


@dataclass(frozen=True, slots=True)
class Control:
    """A note, a controller or all programs, on one channel (from 0) or on any."""

    kind: str  # note, cc or program
    number: int = 0
    channel: int | None = None

    @classmethod
    def parse(cls, text: str) -> Control:
        found = _TEXT.fullmatch(text.strip())
        if not found:
            raise ValueError("a control is written like `cc 64` or `note 36 channel 10`")
        kind, number, program, channel = found.groups(default="")
        if int(number or 0) > 127 or not 1 <= int(channel or 1) <= 16:
            raise ValueError("a number is in 0..127, a channel in 1..16")
        place = int(channel) - 1 if channel else None
        return cls("program", 0, place) if program else cls(kind.lower(), int(number), place)

    def __str__(self) -> str:
        """As it is written in a file of settings."""
        number = "" if self.kind == "program" else f" {self.number}"
        channel = "" if self.channel is None else f" channel {self.channel + 1}"
        return f"{self.kind}{number}{channel}"

    def owns(self, message: mido.Message) -> bool:
        """Whether the message comes from this control."""
        match message.type:
            case "note_on" | "note_off":
                sent: tuple[str, int] = ("note", message.note)
            case "control_change":
                sent = ("cc", message.control)
            case "program_change":
                sent = ("program", 0)
            case _:
                return False
        return sent == (self.kind, self.number) and self.channel in (None, int(message.channel))
