"""Fakes that tests of both packages share."""

from __future__ import annotations

from engine.metrics import rock_beat
from engine.notes import Pattern, Request


class RockDrummer:
    """Answers every request with the fixed rock beat of its metre and remembers what was asked."""

    def __init__(self, bundle: object = None, *, seed: int = 0) -> None:
        self.bundle, self.seed = bundle, seed
        self.requests: list[Request] = []

    def play(self, request: Request) -> Pattern:
        self.requests.append(request)
        return rock_beat(request.metre)
