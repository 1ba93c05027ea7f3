"""What the player has set: styles and dials, a fill to come, a groove that is held, silence.

A `Dials` is a value; the `Groove` holds the one that counts, and only it takes another. What is
turned counts from the next bar that is asked for; how hard and how evenly the drums are struck from
the next bar that is cued.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from drumd.controls import Command, Dial
from drumd.jam.given import GivenGroove
from engine.music.wishes import FREE, GIVEN_TEMPERATURE, STYLE_NAMES, Wishes, style_of

FULL = 127  # a controller's highest value


@dataclass(frozen=True, slots=True)
class Dials:
    """The settings as they stand."""

    wishes: Wishes = FREE
    temperature: float | None = None  # None: the bundle's own
    seed: int = 0
    idea: int = 0  # which of the drummer's own, 0 the first
    given: GivenGroove | None = None  # kept to instead of the drummer's ideas
    fill: bool = False  # the next bar that is asked for is to be a fill
    down: frozenset[Command] = frozenset()  # pedals and keys that are held

    @property
    def daring(self) -> float | None:
        """The temperature to play at: what is set, and safe where a groove is given."""
        if self.temperature is None and self.given is not None:
            return GIVEN_TEMPERATURE
        return self.temperature

    @property
    def holding(self) -> bool:
        return Command.HOLD in self.down

    @property
    def muted(self) -> bool:
        return Command.MUTE in self.down

    @property
    def tapping(self) -> bool:
        return Command.GROOVE in self.down

    def turned(self, dial: Dial, value: int, *, program: bool = False) -> Dials:
        """With a dial at a controller's value or, for the style, at a program, both 0..127."""
        match dial:
            case Dial.STYLE:
                wishes = self._with_style(value, program=program)
            case Dial.DENSITY:
                wishes = replace(self.wishes, density=value / FULL)
            case Dial.INTENSITY:
                wishes = replace(self.wishes, intensity=value / FULL)
            case Dial.HUMANIZE:
                wishes = replace(self.wishes, humanize=value / FULL)
            case Dial.PART | Dial.SONG | Dial.METRE:
                return self  # the song knows these
        return replace(self, wishes=wishes)

    def _with_style(self, value: int, *, program: bool) -> Wishes:
        """The wishes in the style of that number; in the same one if there are not so many."""
        place = value if program else value * len(STYLE_NAMES) // (FULL + 1)
        if place >= len(STYLE_NAMES):
            return self.wishes
        return replace(self.wishes, style=style_of(STYLE_NAMES[place]))

    def __str__(self) -> str:
        """What is set, in words; empty where all is left to the drummer."""
        states = {
            "fill to come": self.fill,
            "held": self.holding,
            "muted": self.muted,
            "tapping a groove": self.tapping,
        }
        given = f"groove: {self.given.name}" if self.given else ""
        said = [str(self.wishes), given, *(word for word, so in states.items() if so)]
        return ", ".join(word for word in said if word)
