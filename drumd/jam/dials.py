"""What the player has set: styles and dials, a fill to come, a groove that is held, silence.

A `Dials` belongs to the main thread. What is turned counts from the next bar that is asked for;
how hard and how evenly the drums are struck from the next bar that is cued.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from drumd.controls import Command, Dial
from engine.music.wishes import FREE, STYLE_NAMES, Wishes, style_of

FULL = 127  # a controller's highest value


@dataclass(slots=True)
class Dials:
    """The settings as they stand."""

    wishes: Wishes = FREE
    temperature: float | None = None  # None: the bundle's own
    seed: int = 0
    fill: bool = False  # the next bar that is asked for is to be a fill
    down: frozenset[Command] = frozenset()  # pedals and keys that are held

    @property
    def holding(self) -> bool:
        return Command.HOLD in self.down

    @property
    def muted(self) -> bool:
        return Command.MUTE in self.down

    def turn(self, dial: Dial, value: int, *, program: bool = False) -> None:
        """Set a dial to a controller's value or, for the style, to a program, both 0..127."""
        match dial:
            case Dial.STYLE:
                place = value if program else value * len(STYLE_NAMES) // (FULL + 1)
                if place < len(STYLE_NAMES):
                    self.wishes = replace(self.wishes, style=style_of(STYLE_NAMES[place]))
            case Dial.DENSITY:
                self.wishes = replace(self.wishes, density=value / FULL)
            case Dial.INTENSITY:
                self.wishes = replace(self.wishes, intensity=value / FULL)
            case Dial.HUMANIZE:
                self.wishes = replace(self.wishes, humanize=value / FULL)

    def take_wishes(self) -> Wishes:
        """The wishes for the next bar; a fill that was asked for is taken up with them."""
        asked, self.fill = self.fill, False
        return replace(self.wishes, fill=True) if asked else self.wishes

    def __str__(self) -> str:
        """What is set, in words; empty where all is left to the drummer."""
        states = {"fill to come": self.fill, "held": self.holding, "muted": self.muted}
        said = [str(self.wishes), *(word for word, so in states.items() if so)]
        return ", ".join(word for word in said if word)
