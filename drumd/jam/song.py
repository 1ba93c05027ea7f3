"""A song as its file tells it: its parts in their order, each so many bars, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from drumd.jam.parts import Part
from engine.music.notes import Metre

END = "end"


@dataclass(frozen=True, slots=True)
class Section:
    """A part at one place of the song."""

    part: str
    bars: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bar of the song lies. `section` counts from 0, as `bar` does within it."""

    section: int
    part: str  # END past the last section of a song that ends
    bar: int = 0
    bars: int | None = None  # of the section; None: it goes on
    then: str = ""  # the part after it

    @property
    def leads_on(self) -> bool:
        """Whether it is the last bar before another section, or the end."""
        return self.bars is not None and self.bar == self.bars - 1


@dataclass(frozen=True, slots=True)
class Song:
    """The order of a song's parts, and what is set in them."""

    name: str
    sections: tuple[Section, ...]
    ends: bool = False  # else the last part goes on
    parts: Mapping[str, Part] = field(default_factory=dict)
    metres: Mapping[str, Metre] = field(default_factory=dict)  # of parts; none: the jam's own

    @property
    def metre(self) -> Metre | None:
        """The metre that it begins in, where it tells one."""
        return self.metres.get(self.sections[0].part)

    def place(self, bar: int) -> Place:
        """Where that bar lies, counted from 0; what comes before belongs to the first part."""
        begins, last = 0, len(self.sections) - 1
        for number, section in enumerate(self.sections):
            in_section = bar - begins
            goes_on = number == last and not self.ends
            if in_section < section.bars or goes_on:
                then = END if number == last else self.sections[number + 1].part
                bars = None if goes_on else section.bars
                return Place(
                    number, section.part, max(0, in_section), bars, "" if goes_on else then
                )
            begins += section.bars
        return Place(len(self.sections), END)

    def next_of(self, part: str, section: int) -> int | None:
        """The first section after that one, round and round, which is of this part."""
        count = len(self.sections)
        numbers = (number % count for number in range(section + 1, section + 1 + count))
        return next((one for one in numbers if self.sections[one].part == part), None)

    def first_bar(self, section: int) -> int:
        """The bar that a section begins with."""
        return sum(one.bars for one in self.sections[:section])
