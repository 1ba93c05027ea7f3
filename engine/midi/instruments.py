"""The pitched instruments of a file, and which of them is the guitar to play along with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from engine.errors import MidiError
from engine.midi.smf import RawFile
from engine.music.general_midi import DRUM_CHANNEL, GUITAR_PROGRAMS, TrackChannel
from engine.music.notes import Note
from engine.music.song import Part, Song

GUITAR_WORDS = ("guitar", "gitar", "guitarra", "chitarra", "guitare", "gtr", "git.")
GUITAR_PITCHES = range(40, 89)  # open low E to the last frets
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
    """What one channel of one track plays, whatever programs it passes through."""

    number: int  # from 1, as listed
    name: str
    program: int  # the one that most notes are played with
    notes: tuple[Note, ...]  # by onset
    place: TrackChannel | None  # None where the file could not be followed

    @property
    def is_guitar(self) -> bool:
        named = any(word in self.name.casefold() for word in GUITAR_WORDS)
        return self.program in GUITAR_PROGRAMS or (named and not self.is_bass)

    @property
    def is_bass(self) -> bool:
        return self.program // 8 == BASS or "bass" in self.name.casefold()

    def __str__(self) -> str:
        family = FAMILIES[self.program // 8 % len(FAMILIES)]
        return f"{self.number}  {self.name or '(no name)'} ({family}, {len(self.notes)} notes)"


def instruments(song: Song, file: RawFile) -> list[Instrument]:
    """The pitched instruments of a song, in the file's order; `file` is the same file, raw."""
    struck = _struck(file)
    together: dict[TrackChannel | int, list[Part]] = {}
    for index, part in enumerate(song.parts):
        if not part.is_drum:
            place = _place(part, song.ticks_per_beat, struck)
            together.setdefault(index if place is None else place, []).append(part)
    return [
        _instrument(number, parts, place if isinstance(place, tuple) else None)
        for number, (place, parts) in enumerate(together.items(), start=1)
    ]


def choose(present: Sequence[Instrument], wanted: str | None = None) -> Instrument:
    """The instrument of that name, part of a name or number; without one, the likeliest guitar."""
    if not present:
        raise MidiError("holds no part but drums: there is no guitar to play along with")
    if wanted is None:
        guitars = [one for one in present if one.is_guitar]
        if guitars:
            return max(guitars, key=lambda one: len(one.notes))
        return max(present, key=_likeness)
    found = _named(present, wanted)
    if len(found) == 1:
        return found[0]
    problem = "fits several tracks; choose by number" if found else "is no track. Tracks"
    raise MidiError(f"{wanted!r} {problem}:" + "".join(f"\n  {one}" for one in (found or present)))


def _named(present: Sequence[Instrument], wanted: str) -> list[Instrument]:
    wish = wanted.strip().casefold()
    exact = [one for one in present if one.name.casefold() == wish]
    numbered = [one for one in present if str(one.number) == wish]
    part = [one for one in present if wish and wish in one.name.casefold()]
    return exact or numbered or part


def _likeness(one: Instrument) -> float:
    """How much an instrument could be a guitar: notes in its range, not a bass, not high up."""
    in_range = sum(note.pitch in GUITAR_PITCHES for note in one.notes)
    too_low_or_high = abs(median(note.pitch for note in one.notes) - 60) / 60
    return in_range * (1 - too_low_or_high) * (0.2 if one.is_bass else 1)


def _instrument(number: int, parts: Sequence[Part], place: TrackChannel | None) -> Instrument:
    notes = tuple(sorted(note for part in parts for note in part.notes()))
    most = max(parts, key=len)
    return Instrument(number, most.name, most.program, notes, place)


def _struck(file: RawFile) -> dict[TrackChannel, Counter[tuple[int, int]]]:
    """How often each (tick, pitch) is struck on each channel of each track."""
    struck: dict[TrackChannel, Counter[tuple[int, int]]] = {}
    for number, track in enumerate(file.tracks):
        for event in track.events:
            status, channel = event.data[0] & 0xF0, event.channel
            if status == 0x90 and event.data[2] and channel not in (None, DRUM_CHANNEL):
                place = (number, event.data[0] & 0x0F)
                struck.setdefault(place, Counter())[event.tick, event.data[1]] += 1
    return struck


def _place(
    part: Part, ticks_per_beat: int, struck: dict[TrackChannel, Counter[tuple[int, int]]]
) -> TrackChannel | None:
    """Where a part's notes lie in the file; they are taken from what is struck there."""
    ticks = (part.onset * ticks_per_beat).round().astype(int).tolist()
    notes = Counter(zip(ticks, part.pitch.tolist(), strict=True))
    for place, there in struck.items():
        if notes <= there:
            there.subtract(notes)
            return place
    return None
