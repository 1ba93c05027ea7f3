"""What a part of the song is made of: the settings that it was kept with, and its groove.

The drummer tells parts apart by their riffs and calls them A, B, C (`engine.grooves.memory`); what
is kept is kept under the same names. So a part that was kept comes back when its riff does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from drumd.jam.dials import Dials
from drumd.jam.given import GivenGroove
from engine.music.notes import KeptGroove, Metre
from engine.music.wishes import FREE, Wishes


@dataclass(frozen=True, slots=True)
class Part:
    """The settings of a part."""

    wishes: Wishes = FREE
    idea: int = 0
    given: GivenGroove | None = None  # by the player
    groove: GivenGroove | None = None  # the drummer's own; None: whichever it finds

    @classmethod
    def of(cls, dials: Dials, groove: GivenGroove | None = None) -> Part:
        """As it is played now."""
        return cls(dials.wishes, dials.idea, dials.given, groove)

    def on(self, dials: Dials) -> Dials:
        """The dials as they were when the part was kept."""
        return replace(dials, wishes=self.wishes, idea=self.idea, given=self.given)

    def kept_groove(self, name: str, metre: Metre) -> KeptGroove | None:
        """What the drummer is told to keep to in this part, if it can in that metre."""
        if self.groove is None or not self.groove.fits(metre):
            return None
        return KeptGroove(name, self.groove.pattern, self.groove.name)
