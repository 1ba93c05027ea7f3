"""The pitched instruments of a file, and which of them is the guitar to play along with.

MIDI guitars send each string on a channel of its own, some programs write each to a track of its
own, and notation programs give muted notes another channel: all that is one guitar.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from engine.errors import MidiError
from engine.midi import names
from engine.midi.contents import Contents, Line, Struck
from engine.music.general_midi import DRUM_CHANNEL, GUITAR_PROGRAMS, TrackChannel
from engine.music.notes import Note

GUITAR_PITCHES = range(40, 89)  # open low E to the last frets
MUTED, HARMONICS = 28, 31  # sounds that a guitarist changes to and back from
STRING_CHANNELS = 8  # so many channels in a row a guitar may have
FEWEST_STRINGS = 3  # that are told by how they play, where no name says that they are strings
CHORDS = 0.05  # of a string's notes, at most, begin together with another
GHOST_VELOCITY, GHOST_SHARE = 20, 3  # softer than this, and than a third of the part's median
GHOST_BEATS = 2.0  # away from all other notes
FAMILIES = (
    "piano",
    "bells",
    "organ",
    "guitar",
    "bass",
    "strings",
    "ensemble",
    "brass",
    "reed",
    "flute",
    "lead",
    "pad",
    "effects",
    "world",
    "percussion",
    "sounds",
)  # fmt: skip  (General MIDI, eight programs each)
BASS = FAMILIES.index("bass")


@dataclass(frozen=True, slots=True)
class Instrument:
    """What one player plays: a channel of a track, or all channels of one guitar."""

    number: int  # from 1, as listed; 0: not listed, as drums are not
    name: str
    program: int  # the one that most notes are played with
    struck: tuple[Struck, ...]  # by onset, in ticks, without ghost notes
    division: int  # ticks a beat
    lines: tuple[Line, ...]

    @property
    def places(self) -> frozenset[TrackChannel]:
        """Where in the file it lies."""
        return frozenset(line.place for line in self.lines)

    @property
    def notes(self) -> tuple[Note, ...]:
        """The notes in beats, by onset."""
        beat = 1 / self.division
        return tuple(
            Note(note.tick / self.division, (note.end - note.tick) * beat, *note[2:4])
            for note in self.struck
        )

    @property
    def is_guitar(self) -> bool:
        return not self.is_bass and any(map(_is_guitar, self.lines))

    @property
    def is_bass(self) -> bool:
        if any(names.is_bass(text) for line in self.lines for text in line.telling):
            return True
        return self.program // 8 == BASS

    def answers_to(self, text: str) -> bool:
        """Whether it, or a track of it, has this in its name; `text` in lower case."""
        return any(text in name.casefold() for name in self._names)

    def is_called(self, text: str) -> bool:
        return any(text == name.casefold() for name in self._names)

    @property
    def _names(self) -> set[str]:
        return {self.name, *(line.name for line in self.lines)}

    def __str__(self) -> str:
        family = FAMILIES[self.program // 8 % len(FAMILIES)]
        return f"{self.number}  {self.name or '(no name)'} ({family}, {len(self.struck)} notes)"


def instruments(file: Contents) -> list[Instrument]:
    """The pitched instruments of a file, in its order."""
    groups = _groups(file)
    return [
        _instrument(number, lines, file.division)
        for number, lines in enumerate((g for g in groups if not _is_drums(g)), start=1)
    ]


def drums(file: Contents) -> list[Instrument]:
    """What plays drums in a file, on whichever channel."""
    return [_instrument(0, lines, file.division) for lines in _groups(file) if _is_drums(lines)]


def choose(present: Sequence[Instrument], wanted: str | None = None) -> Instrument:
    """The instrument of that name, part of a name or number; without one, the likeliest guitar."""
    if not present:
        raise MidiError(
            "holds no notes, or no part but drums: there is no guitar to play along with"
        )
    if wanted is None:
        return _likeliest(present)
    found = _named(present, wanted)
    if len(found) == 1:
        return found[0]
    problem = "fits several tracks; choose by number" if found else "is no track. Tracks"
    wanted = names.shown(wanted)
    raise MidiError(f"{wanted!r} {problem}:" + "".join(f"\n  {one}" for one in (found or present)))


def _likeliest(present: Sequence[Instrument]) -> Instrument:
    guitars = [one for one in present if one.is_guitar]
    if guitars:
        return max(guitars, key=lambda one: len(one.struck))
    others = [one for one in present if not one.is_bass]
    if not others:
        raise MidiError(
            "holds a bass but no guitar; to have the bass drummed to all the same, name its track"
        )
    return max(others, key=_likeness)


def _named(present: Sequence[Instrument], wanted: str) -> list[Instrument]:
    wish = wanted.strip().casefold()
    exact = [one for one in present if one.is_called(wish)]
    numbered = [one for one in present if str(one.number) == wish]
    part = [one for one in present if wish and one.answers_to(wish)]
    return exact or numbered or part


def _likeness(one: Instrument) -> float:
    """How much an instrument could be a guitar: notes in its range, not high up."""
    in_range = sum(note.pitch in GUITAR_PITCHES for note in one.struck)
    too_low_or_high = abs(median(note.pitch for note in one.struck) - 60) / 60
    return in_range * (1 - too_low_or_high)


def _instrument(number: int, lines: Sequence[Line], division: int) -> Instrument:
    struck = tuple(sorted(note for line in lines for note in line.notes))
    most = max(lines, key=lambda line: len(line.notes))
    name = most.name
    if len({line.name for line in lines}) > 1:
        name = names.without_number(name) or name
    found = Instrument(number, name, most.program, struck, division, tuple(lines))
    if not found.is_guitar:
        return found
    music = _without_ghosts(struck, GHOST_BEATS * division)
    return Instrument(number, name, most.program, music, division, tuple(lines))


def _without_ghosts(notes: tuple[Struck, ...], far: float) -> tuple[Struck, ...]:
    """Without soft notes that stand alone: a touch of the strings before or after the music."""
    soft = min(GHOST_VELOCITY, median(note.velocity for note in notes) / GHOST_SHARE)
    loud = sorted(note.tick for note in notes if note.velocity >= soft)

    def alone(tick: int) -> bool:
        after = bisect_left(loud, tick)
        return all(abs(near - tick) > far for near in loud[max(0, after - 1) : after + 1])

    return tuple(note for note in notes if note.velocity >= soft or not alone(note.tick))


def _groups(file: Contents) -> list[list[Line]]:
    """The channels that one player plays, in the order of their first."""
    tracks = [list(lines) for _, lines in groupby(file.lines, key=lambda line: line.place[0])]
    groups = [group for lines in tracks for group in _in_track(lines, alone=len(tracks) == 1)]
    return _joined_tracks(groups)


def _in_track(lines: list[Line], *, alone: bool) -> list[list[Line]]:
    """The groups of one track; `alone` where the file has no other, so that all play in it."""
    strings = _strings(lines, alone=alone)
    first = next((line for line in lines if line in strings), None)
    return [
        strings if line is first else [line]
        for line in lines
        if line is first or line not in strings
    ]


def _strings(lines: list[Line], *, alone: bool) -> list[Line]:
    """The channels of a track that are one guitar; none where it has no more than one."""
    pitched = [line for line in lines if line.place[1] != DRUM_CHANNEL and not _named_drums(line)]
    guitars = [line for line in pitched if _is_guitar(line)]
    if alone:
        guitars = guitars if _take_turns(guitars) else []
    if len(guitars) < 2 and _plays_strings(pitched):
        guitars = pitched
    tenth = [
        line for line in lines if line.place[1] == DRUM_CHANNEL and _is_string_of(line, guitars)
    ]
    found = guitars + tenth
    return [line for line in lines if line in found] if len(found) > 1 else []


def _plays_strings(lines: list[Line]) -> bool:
    """Whether channels without names are the strings of one guitar, by how they play."""
    channels = [line.place[1] for line in lines]
    if len(lines) < FEWEST_STRINGS or max(channels) - min(channels) >= STRING_CHANNELS:
        return False
    programs = {line.program for line in lines}
    fits = programs == {0} or programs <= set(GUITAR_PROGRAMS)
    played = [note.pitch for line in lines for note in line.notes]
    reach = sum(pitch in GUITAR_PITCHES for pitch in played) >= 0.9 * len(played)
    return len(programs) == 1 and fits and reach and all(map(_one_at_a_time, lines))


def _is_string_of(tenth: Line, guitars: Sequence[Line]) -> bool:
    """Whether what lies on the drums' channel is a string between those of a guitar."""
    channels = {line.place[1] for line in guitars}
    beside = bool({DRUM_CHANNEL - 1, DRUM_CHANNEL + 1} & channels)
    alike = tenth.programs <= {p for line in guitars for p in line.programs}
    told = bool(tenth.programs) or not any(line.programs for line in guitars)
    return len(guitars) > 1 and beside and alike and told and _one_at_a_time(tenth)


def _take_turns(lines: Sequence[Line]) -> bool:
    """Whether guitars are one that changes its sound, or the strings of one with a single sound."""
    programs = {line.program for line in lines}
    if len(programs) > 1 and not programs & {MUTED, HARMONICS}:
        return False
    if len(programs) == 1:
        return len(lines) >= FEWEST_STRINGS and all(map(_one_at_a_time, lines))
    ticks = [{note.tick for note in line.notes} for line in lines]
    together = len(set.intersection(*ticks)) if ticks else 0
    return together <= CHORDS * min(map(len, ticks), default=0)


def _joined_tracks(groups: list[list[Line]]) -> list[list[Line]]:
    """Tracks in a row of one name but for a number, each a string of one guitar, are joined."""
    joined: list[list[Line]] = []
    for _, run in groupby(groups, key=_base):
        tracks = list(run)
        lines = [line for track in tracks for line in track]
        joined += [lines] if _are_strings(tracks) else tracks
    return joined


def _base(group: list[Line]) -> str:
    return names.without_number(group[0].name).casefold()


def _are_strings(tracks: list[list[Line]]) -> bool:
    lines = [line for track in tracks for line in track]
    if any(len(track) > 1 for track in tracks) or not all(map(_is_guitar, lines)):
        return False
    told = all(names.is_string(line.name) for line in lines)
    channels = {line.place[1] for line in lines}
    enough = len(lines) >= (2 if told else FEWEST_STRINGS)
    apart = len(channels) == len(lines)
    return enough and apart and all(map(_one_at_a_time, lines))


def _one_at_a_time(line: Line) -> bool:
    ticks = [note.tick for note in line.notes]
    return len(ticks) - len(set(ticks)) <= CHORDS * len(ticks)


def _is_guitar(line: Line) -> bool:
    """By its sound or its name; a bass by name is none, whatever its sound."""
    if any(map(names.is_bass, line.telling)):
        return False
    named = any(map(names.is_guitar, line.telling)) and line.program // 8 != BASS
    return line.program in GUITAR_PROGRAMS or named


def _is_drums(lines: Sequence[Line]) -> bool:
    """On the drums' channel, by name or by bank; strings of a guitar never are."""
    if len(lines) > 1:
        return False
    (line,) = lines
    return line.place[1] == DRUM_CHANNEL or line.drum_bank or _named_drums(line)


def _named_drums(line: Line) -> bool:
    told = line.telling
    return any(map(names.is_drums, told)) and not any(map(names.is_guitar, told))
