"""The form of the song: which part plays, which comes at what bar, and when it ends.

Parts come by the player's hand, by the song file, or because the drummer hears their riff. A part
that is called begins with a bar of its own after a fill; the drummer is told of it until it says
that it plays it. A `Form` belongs to the bar maker. Bars are counted from 0, and told from 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Flag, auto

from drumd.controls import Command
from drumd.jam.dials import Dials
from drumd.jam.given import GivenGroove
from drumd.jam.parts import Part
from drumd.jam.set_list import SetList
from drumd.jam.song import END, Place, Song
from drumd.status.told import Told
from engine.music.notes import KeptGroove, Metre, Pattern
from engine.performance.phrase import BARS


class Lead(Flag):
    """What the next bar is in the form; ON where it just goes on."""

    ON = 0
    FILL = auto()  # into the next part
    PART = auto()  # the first bar of a part
    END = auto()  # the last stroke


@dataclass(frozen=True, slots=True)
class Turn:
    """A part to come, or the end."""

    part: str
    bar: int

    def __str__(self) -> str:
        return f"{_named(self.part)} from bar {self.bar + 1}"


@dataclass(frozen=True, slots=True)
class Ahead:
    """Where the next bar that can still be asked for lies."""

    bar: int
    in_phrase: int  # bars since its phrase began
    playing: bool


class Form:
    """Knows the parts that are kept and the one to come."""

    def __init__(self, songs: Sequence[Song] = (), *, at_phrase: bool = False) -> None:
        self.songs = SetList(songs)
        self.kept: dict[str, Part] = dict(songs[0].parts) if songs else {}
        self.part = ""  # that plays; empty while nobody knows
        self.over = False  # the song has been ended
        self.notice = ""  # what the player's last press did, and when it counts
        self.coming: Turn | None = None
        self.said = self.called = ""  # by the player, until the drummer knows
        self._at_phrase = at_phrase
        self._groove: GivenGroove | None = None  # the drummer's, now
        self._own: Part | None = None  # the settings outside of the parts that are kept
        self._loose = False  # the player has asked for another groove in this part

    def begin(self, dials: Dials) -> Dials:
        """A new song begins; returns the settings as they were outside of kept parts."""
        own, self._own = self._own, None
        self.part = self.said = self.called = self.notice = ""
        self.coming, self._loose = None, False
        self.again()
        return own.on(dials) if own else dials

    def again(self) -> None:
        """What has ended may be played from its beginning."""
        self.over = False
        self.songs.again()

    def choose(self, number: int, ahead: Ahead) -> None:
        """The player chooses a song of the set list, from 0."""
        if number >= len(self.songs.songs):
            self.notice = f"there is no song {number + 1} in the set list"
            return
        song = self.songs.choose(number, ahead.bar if ahead.playing else None)
        self.kept, self.coming, self.over = dict(song.parts), None, False
        since = f", from bar {ahead.bar + 1}" if ahead.playing else ""
        self.notice = f"song {number + 1}: {song.name}{since}"

    @property
    def tells(self) -> str:
        """The part that the drummer is told; empty where it goes by the riffs."""
        return self.part if self.songs.follows else self.said

    def grooves(self, metre: Metre) -> tuple[KeptGroove, ...]:
        """What the drummer is to keep to in the parts that are kept."""
        kept = (part.kept_groove(name, metre) for name, part in self.kept.items())
        return tuple(one for one in kept if one and not (self._loose and one.part == self.part))

    def keep(self, name: str, dials: Dials) -> None:
        """What plays is that part of the song from now on, as it is set."""
        if self.part not in self.kept:
            self._own = Part.of(dials)
        self.kept[name] = Part.of(dials, self._groove)
        self.part = self.called = name
        self._loose = False
        self.notice = f"kept as {name}"

    def obey(self, command: Command, ahead: Ahead) -> bool:
        """Do what the player asks of the form; False if he asks for a fill."""
        if command is Command.ENDING:
            self.call(END, ahead)
        elif command is Command.NEXT:
            return self._go_on("", ahead) or self._call_following(ahead)
        elif command.recalls:
            self.call(command.recalls, ahead)
        return True

    def call(self, name: str, ahead: Ahead) -> None:
        """That part, or the end, comes: after a fill, or at once where nothing plays."""
        if name == END and not ahead.playing:
            self.notice = "there is nothing to end: the drums do not play"
            return
        if name != END and self._go_on(name, ahead):
            return
        if name != END and name not in self.kept:
            self.notice = f"there is no part {name} yet: keep what plays as {name} first"
            return
        if not ahead.playing:
            bar = ahead.bar
        elif self._at_phrase and name != END:
            bar = ahead.bar + -ahead.in_phrase % BARS
        else:
            bar = ahead.bar + 1
        if name != END:
            self.songs.leave()
        self.coming = Turn(name, bar)
        self.notice = str(self.coming)

    def _go_on(self, part: str, ahead: Ahead) -> bool:
        """Go on in the song to that part, or to the next (""); False where there is none."""
        place = self.songs.go_on(part, ahead.bar)
        if place is None:
            return False
        self.coming = None
        self.notice = str(Turn(place.part, self.songs.begins(place)))
        return True

    def lead(self, bar: int) -> Lead:
        """What that bar is, which is about to be asked for."""
        coming, led = self.coming, self.songs.lead(bar)
        if coming is None and led:
            return self._lead_by_song(*led)
        if coming is None or bar < coming.bar - 1:
            return Lead.ON
        if bar < coming.bar:
            return Lead.FILL
        self.coming = None
        self.over = coming.part == END
        self.said = "" if self.over else coming.part
        return Lead.END if self.over else Lead.PART

    def _lead_by_song(self, place: Place, begins: bool, fill: bool) -> Lead:
        """What a bar is in the song that is followed."""
        if begins and place.part == END:
            self.over = True
            return Lead.END
        lead = Lead.FILL if fill else Lead.ON
        if begins:
            self.said = place.part
            lead |= Lead.PART
        return lead

    def turn(self, name: str, dials: Dials) -> Dials:
        """That part plays from now on; returns its settings."""
        if name == self.part:
            return dials
        if self.part not in self.kept:
            self._own = Part.of(dials)
        self.part, self._loose = name, False
        part = self.kept.get(name, self._own)
        return part.on(dials) if part else dials

    def hear(self, told: Told, groove: Pattern | None, metre: Metre) -> bool:
        """What the drummer says that it plays; True if its riff has brought another part."""
        self._groove = GivenGroove(groove, metre, told.groove) if groove else None
        if self.songs.follows:
            return False
        if self.said or self.called:  # it may have answered before it knew
            self.said = "" if told.part == self.said else self.said
            self.called = "" if told.part == self.called else self.called
            return False
        return told.part not in ("", self.part)

    def loosen(self) -> None:
        """The player wants another groove in this part than the one that is kept."""
        self._loose = True

    def move(self, bars: int, *, anew: bool) -> None:
        """The song was moved by so many bars, or its bars are counted `anew`."""
        if self.coming:
            self.coming = replace(self.coming, bar=self.coming.bar + bars)
        if anew:
            self.songs.move(bars)

    def _call_following(self, ahead: Ahead) -> bool:
        """Call the part after this one among those that are kept; False where there is none."""
        others = sorted(name for name in self.kept if name != self.part)
        after = [name for name in others if name > self.part]
        if not others or self.songs.follows:
            return False
        self.call((after or others)[0], ahead)
        return True


def _named(part: str) -> str:
    return "the end" if part == END else f"part {part}"
