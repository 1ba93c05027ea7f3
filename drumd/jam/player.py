"""Who plays the bars that the conductor cues."""

from __future__ import annotations

from typing import Protocol

from engine.music.notes import Pattern


class Player(Protocol):
    """Who plays the bars: the scheduler."""

    def cue(self, pattern: Pattern, start: float) -> None: ...

    def drop_from(self, start: float) -> None:
        """Forget the patterns that were cued to start at that beat or later, all their hits."""

    def cut(self, start: float) -> None:
        """Forget all hits at that beat or later, whatever pattern they are of."""

    def silence(self) -> None: ...
