"""What a player may ask of the drummer; whatever is None is left to the drummer.

Both dials run from 0 to 1. Density 0 is one stroke a beat, 1 is a busy seven; intensity 0 is the
touch of brushes (mean velocity 38), 1 is as hard as it goes (120).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

SPARSEST, DENSEST = 1.0, 7.0  # strokes a beat
SOFTEST, LOUDEST = 38.0, 120.0  # mean velocity
GIVEN_TEMPERATURE = 0.5  # where the player gives the groove: he wants that one, and little else


class Style(IntEnum):
    """The styles that the corpus knows; a value is its place among the network's inputs."""

    JAZZ = 0
    ROCK = 1
    POP = 2
    FUNK = 3
    METAL = 4
    BALLAD = 5
    LATIN = 6
    COUNTRY = 7
    BLUES = 8
    DANCE = 9


class Feel(IntEnum):
    """How a beat is divided: in halves, in halves of which the second comes late, in thirds."""

    STRAIGHT = 0
    SWUNG = 1
    TRIPLETS = 2


STYLES, FEELS = len(Style), len(Feel)
AUTO = "auto"  # left to the drummer
STYLE_NAMES = (AUTO, *(style.name.lower() for style in Style))
FEEL_NAMES = (AUTO, *(feel.name.lower() for feel in Feel))


def style_of(name: str) -> Style | None:
    """The style of that name, None for `auto`; ValueError for any other."""
    if name.lower() not in STYLE_NAMES:
        raise ValueError(f"there is no style {name!r}; there are {', '.join(STYLE_NAMES)}")
    return None if name.lower() == AUTO else Style[name.upper()]


def feel_named(name: str) -> Feel | None:
    """The feel of that name, None for `auto`; ValueError for any other."""
    if name.lower() not in FEEL_NAMES:
        raise ValueError(f"there is no feel {name!r}; there are {', '.join(FEEL_NAMES)}")
    return None if name.lower() == AUTO else Feel[name.upper()]


@dataclass(frozen=True, slots=True)
class Wishes:
    """The wishes for one request."""

    style: Style | None = None
    density: float | None = None
    intensity: float | None = None
    fill: bool | None = None  # True: a fill in this bar; False: none
    humanize: float | None = None  # 0: on the grid and even; None, as 1: as learnt
    feel: Feel | None = None

    def __post_init__(self) -> None:
        for name in ("density", "intensity", "humanize"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise ValueError(f"{name} must be in 0..1, not {value}")

    def __str__(self) -> str:
        """What is set, in words; empty where all is left to the drummer."""
        given = [one.name.lower() for one in (self.feel, self.style) if one is not None]
        for name in ("density", "intensity", "humanize"):
            value = getattr(self, name)
            if value is not None:
                given.append(f"{name} {value:.2f}")
        return ", ".join(given)


FREE = Wishes()
