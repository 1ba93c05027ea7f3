"""The songs that the player brought, and where the one that is played is in its order.

A `SetList` belongs to the form. Bars are those of the musical clock, counted from 0.
"""

from __future__ import annotations

from collections.abc import Sequence

from drumd.jam.song import END, Place, Song
from engine.music.notes import Metre

NOWHERE = -1


class SetList:
    """Follows one song of some, or none."""

    def __init__(self, songs: Sequence[Song] = ()) -> None:
        self.songs = songs
        self._song: Song | None = songs[0] if songs else None  # the one that is chosen
        self._left = False  # the player has left its order
        self._first: int | None = None  # the bar that it began with
        self._section = NOWHERE  # that plays
        self._fill = NOWHERE  # a bar that leads into a section that the player called for

    @property
    def follows(self) -> bool:
        """Whether the order of a song says which part plays."""
        return self._song is not None and not self._left

    def choose(self, number: int, bar: int | None) -> Song:
        """That song, counted from 0, is played from `bar` on; None: once the drums come in."""
        self._song = self.songs[number]
        self.again()
        self._first = bar
        return self._song

    def start(self, bar: int) -> None:
        """The drums come in; a song that had not begun did so with that bar."""
        self._first = bar if self._first is None else self._first

    def again(self) -> None:
        """The song is to be played from its beginning."""
        self._left, self._first, self._section, self._fill = False, None, NOWHERE, NOWHERE

    def leave(self) -> None:
        """The player goes on without the order."""
        self._left = True

    def lead(self, bar: int) -> tuple[Place, bool, bool] | None:
        """Where a bar is that is about to be played, whether its section begins, and whether it
        is a fill; None where no order is followed."""
        place = self._place(bar)
        if place is None:
            return None
        if bar == self._fill:
            return place, False, True
        begins = place.section != self._section
        self._section = place.section
        return place, begins, place.leads_on

    def metre(self, bar: int) -> Metre | None:
        """The metre of the section that a bar lies in; None where nobody tells one."""
        place = self._place(bar)
        return self._song.metres.get(place.part) if self._song and place else None

    def go_on(self, part: str, bar: int) -> Place | None:
        """The next section of that part, or of any (""), comes with the bar after `bar`.

        None where there is none. `bar` leads into it; where it begins it already, it stays so.
        """
        song, now, after = self._song, self._place(bar), self._place(bar + 1)
        if song is None or now is None or after is None:
            return None
        section = after.section if bar == self._fill else self._section
        if not part and now.section == section + 1:
            return now  # it comes anyway
        just = self._place(bar - 1)
        if not part and just and just.section == now.section and just.bar == 0 < now.bar:
            return just  # it has only just come
        target = song.next_of(part, section) if part else section + 1
        if target is None or (target == len(song.sections) and not song.ends):
            return None
        self._first, self._fill = bar + 1 - song.first_bar(target), bar
        return self._place(bar + 1)

    def begins(self, place: Place) -> int:
        """The bar with which the section of a place begins."""
        assert self._song is not None and self._first is not None
        return self._first + self._song.first_bar(place.section)

    def move(self, bars: int) -> None:
        """The bars are counted anew, by so many more."""
        self._first = None if self._first is None else self._first + bars

    def told(self, bar: int) -> str:
        """Where a bar is, in words; empty where there is no song."""
        if self._song is None or self._left:
            return ""
        name, place = self._song.name, self._place(bar)
        if place is None:
            return name
        if place.part == END:
            return f"{name}: the end"
        bars = "" if place.bars is None else f" of {place.bars}"
        then = f", then {place.then}" if place.then else ""
        return f"{name}: {place.part}, bar {place.bar + 1}{bars}{then}"

    def _place(self, bar: int) -> Place | None:
        if self._song is None or self._left or self._first is None:
            return None
        return self._song.place(bar - self._first)
