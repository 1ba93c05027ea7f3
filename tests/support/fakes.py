"""Fakes that tests of both packages share."""

from __future__ import annotations

from engine.evaluation.hit_metrics import rock_beat
from engine.inference.guide import Guide
from engine.music.notes import Pattern, Request


class RockDrummer:
    """Answers every request with the fixed rock beat of its metre and remembers what was asked.

    It knows no grooves unless it is given a guide.
    """

    def __init__(self, bundle: object = None, *, seed: int = 0, guide: Guide | None = None) -> None:
        self.bundle, self.seed, self.guide = bundle, seed, guide
        self.requests: list[Request] = []

    def play(self, request: Request) -> Pattern:
        self.requests.append(request)
        return rock_beat(request.metre)
