"""Fakes that tests of both packages share."""

from __future__ import annotations

import numpy as np

from engine.encoding.features import Floats
from engine.evaluation.hit_metrics import rock_beat
from engine.music.grid import steps_in
from engine.music.kit import VOICES
from engine.music.notes import Pattern, Request


class RockDrummer:
    """Answers every request with the fixed rock beat of its metre and remembers what was asked."""

    def __init__(self, bundle: object = None, *, seed: int = 0) -> None:
        self.bundle, self.seed = bundle, seed
        self.requests: list[Request] = []

    def play(self, request: Request, groove: object = None) -> Pattern:  # noqa: ARG002 (has its own)
        self.requests.append(request)
        return rock_beat(request.metre)

    def expect(self, request: Request) -> Floats:
        return np.zeros((steps_in(request.metre.beats), VOICES), np.float32)
