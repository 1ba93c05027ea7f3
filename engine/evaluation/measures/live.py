"""A drummer as it plays live: of each bar's guitar it knows what came before the bar line."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from engine.inference.accompany import Drummer
from engine.music.notes import Pattern, Request


class Live:
    """Passes requests on, with the guitar heard up to their start only.

    Nobody has heard the song through: the drummer finds its groove as it plays.
    """

    guide = None
    _songs = count(1)

    def __init__(self, drummer: Drummer) -> None:
        self._drummer, self._song = drummer, next(Live._songs)

    def play(self, request: Request) -> Pattern:
        until = min(request.start, request.heard_until)
        heard = tuple(note for note in request.notes if note.onset < until)
        live = replace(request, notes=heard, heard_until=until, left=None, song=self._song)
        return self._drummer.play(live)
