"""A drummer as it plays live: of each bar's guitar it knows what came before the bar line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.encoding.features import Floats
from engine.inference.accompany import Drummer
from engine.music.grid import steps_in
from engine.music.kit import VOICES
from engine.music.notes import Pattern, Request


class Live:
    """Passes requests on, with the guitar heard up to their start only."""

    def __init__(self, drummer: Drummer) -> None:
        self._drummer = drummer

    def play(self, request: Request, groove: Floats | None = None) -> Pattern:  # noqa: ARG002 (nobody has heard the song through)
        until = min(request.start, request.heard_until)
        heard = tuple(note for note in request.notes if note.onset < until)
        return self._drummer.play(replace(request, notes=heard, heard_until=until))

    def expect(self, request: Request) -> Floats:
        """Nothing: the song lies ahead."""
        return np.zeros((steps_in(request.metre.beats), VOICES), np.float32)
