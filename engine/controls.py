"""What a player may ask of the drummer; whatever is None is left to the drummer.

Both dials run from 0 to 1. Density 0 is one stroke a beat, 1 is a busy seven; intensity 0 is the
touch of brushes (mean velocity 38), 1 is as hard as it goes (120).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

SPARSEST, DENSEST = 1.0, 7.0  # strokes a beat
SOFTEST, LOUDEST = 38.0, 120.0  # mean velocity


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


STYLES = len(Style)


@dataclass(frozen=True, slots=True)
class Controls:
    """The wishes for one request."""

    style: Style | None = None
    density: float | None = None
    intensity: float | None = None
    fill: bool | None = None  # True: a fill in this bar; False: none

    def __post_init__(self) -> None:
        for name, value in (("density", self.density), ("intensity", self.intensity)):
            if value is not None and not 0 <= value <= 1:
                raise ValueError(f"{name} must be in 0..1, not {value}")


FREE = Controls()
