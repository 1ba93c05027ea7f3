"""What the drummer says that it plays, taken apart: which groove, and in which part of the song.

It is told as "idea 2 of 5: half-time rock, ride; part B"; a drummer may leave out the part, or
say nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

PART = "; part "


@dataclass(frozen=True, slots=True)
class Told:
    """What is played."""

    groove: str = ""  # which groove, in words
    part: str = ""  # A, B, ...; empty where nobody knows

    @classmethod
    def of(cls, text: str) -> Told:
        groove, part, letter = text.rpartition(PART)
        return cls(groove, letter) if part else cls(letter)

    def __str__(self) -> str:
        return self.groove + (PART + self.part if self.part else "")


NOTHING = Told()


def parts_of(played: Iterable[Told]) -> str:
    """The parts one after the other: "A, B, A"; empty where none was told."""
    parts = list[str]()
    for told in played:
        if told.part and parts[-1:] != [told.part]:
            parts.append(told.part)
    return ", ".join(parts)


def grooves_of(played: Iterable[Told]) -> list[str]:
    """Each groove that was played once, in order."""
    return [groove for groove in dict.fromkeys(told.groove for told in played) if groove]
