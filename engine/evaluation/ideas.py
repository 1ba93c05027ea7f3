"""Who plays the ideas that a drummer has for a song, the best first.

A drummer that does not name its ideas has takes: the same song by other seeds.
"""

from __future__ import annotations

from dataclasses import replace

from engine.encoding.features import Floats
from engine.inference.accompany import Drummer
from engine.music.notes import Pattern, Request

IDEAS = 5


class Seeded:
    """A drummer who is told another seed with each request."""

    def __init__(self, drummer: Drummer, seed: int) -> None:
        self._drummer, self._seed = drummer, seed

    def play(self, request: Request, groove: Floats | None = None) -> Pattern:
        return self._drummer.play(replace(request, seed=self._seed), groove)

    def expect(self, request: Request) -> Floats:
        return self._drummer.expect(request)


def other_ideas(drummer: Drummer, count: int, *, seed: int = 0) -> list[Drummer]:
    """So many drummers beside the first one, each with an idea of its own."""
    return [Seeded(drummer, seed + number) for number in range(1, count + 1)]
