"""A groove that the player gives: from a file, or tapped in. It is kept to."""

from __future__ import annotations

from dataclasses import dataclass

from engine.music.loop import bar_of
from engine.music.notes import Metre, Pattern


@dataclass(frozen=True, slots=True)
class GivenGroove:
    """Some bars of drums, and what the player knows them by."""

    pattern: Pattern  # of all its bars
    metre: Metre
    name: str

    @classmethod
    def tapped(cls, pattern: Pattern, metre: Metre) -> GivenGroove:
        """One that was tapped in."""
        bars = round(pattern.beats / metre.beats)
        return cls(pattern, metre, f"tapped in, {bars} bar{'s' if bars > 1 else ''}")

    def fits(self, metre: Metre) -> bool:
        """Whether it can be kept to in bars of that metre."""
        return self.metre.beats == metre.beats

    def bar(self, number: int) -> Pattern:
        """What bar `number` keeps to, counted from where a phrase begins."""
        return bar_of(self.pattern, self.metre.beats, number)
