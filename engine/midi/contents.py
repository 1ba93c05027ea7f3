"""What a MIDI file holds, in ticks: its maps, and what each channel of each track plays.

All commands read files through here, so all find the same notes in them. Whatever is wrong with
a file is a `MidiError` of one sentence. Odd events that do not matter are passed over; what makes
no sense at all (a tempo of no time, a metre of 0/4) is refused.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from engine.errors import MidiError
from engine.midi import names, smf
from engine.midi.smf import Event, RawFile
from engine.music.bars import count_bars
from engine.music.general_midi import DRUM_CHANNEL, TrackChannel
from engine.music.notes import COMMON_TIME, Metre

MAX_BEATS = 50_000  # some seven hours at 120 bpm
MAX_HOURS = 12
MAX_BARS = 50_000
MOST_CHANGES = 50_000  # of tempo and metre
DEFAULT_US = 500_000  # microseconds a beat
FASTEST_US = 30_000  # a beat at 2,000 bpm; recordings hurry so for some beats, where a song jumped
MOST_HURRIED_BEATS = 16
OVERLAP_PARTS = 8  # of a beat: a note struck again may sound on for one of them
LOST_OFF_BEATS = 4  # a note whose end was lost sounds no longer
DRUM_BANKS = (120, 127)  # GM 2 and XG: a channel that is told to play drums
META, BANK, PROGRAM = 0xFF, 0, 0xC0


class Struck(NamedTuple):
    """A note in ticks."""

    tick: int
    end: int
    pitch: int
    velocity: int  # 1..127
    program: int  # General MIDI, 0..127


@dataclass(frozen=True, slots=True)
class Line:
    """What one channel of one track plays; `notes` by onset."""

    place: TrackChannel
    name: str  # of its track, or what the instrument is called there
    telling: tuple[str, ...]  # the names that say what plays, not what the song is called
    drum_bank: bool
    programs: frozenset[int]  # that the file asks for
    notes: tuple[Struck, ...]

    @property
    def program(self) -> int:
        """The one that most notes are played with."""
        played = [note.program for note in self.notes]
        return max(sorted(set(played)), key=played.count, default=0)


@dataclass(frozen=True, slots=True)
class Contents:
    """A file, read once."""

    raw: RawFile
    tempos: tuple[tuple[int, int], ...]  # (tick, microseconds a beat), sorted, the first at 0
    metres: tuple[tuple[int, Metre], ...]  # (tick, metre), likewise
    lines: tuple[Line, ...]  # that have notes, in the file's order

    @property
    def division(self) -> int:
        return self.raw.division

    @property
    def end(self) -> int:
        """The tick at which all tracks and notes have ended."""
        notes = max((note.end for line in self.lines for note in line.notes), default=0)
        return max(notes, *(track.end for track in self.raw.tracks))

    def beat_metres(self) -> tuple[tuple[float, Metre], ...]:
        """The metres by beat."""
        return tuple((tick / self.division, metre) for tick, metre in self.metres)


class TempoMap:
    """Turns ticks into seconds."""

    def __init__(self, tempos: tuple[tuple[int, int], ...], division: int) -> None:
        self._ticks = [tick for tick, _ in tempos]
        self._pace = [us / 1e6 / division for _, us in tempos]  # seconds a tick
        self._seconds = [0.0]
        for (start, end), pace in zip(pairwise(self._ticks), self._pace, strict=False):
            self._seconds.append(self._seconds[-1] + (end - start) * pace)

    def at(self, tick: float) -> float:
        """The seconds from the start of the file to the tick."""
        index = max(0, bisect_right(self._ticks, tick) - 1)
        return self._seconds[index] + (tick - self._ticks[index]) * self._pace[index]


def open_contents(path: Path) -> Contents:
    """The contents of a file; a MidiError names it."""
    data = smf.read_file(path)
    try:
        return contents_of(data)
    except MidiError as error:
        raise MidiError(f"{path}: {error}") from error


def contents_of(data: bytes) -> Contents:
    """The contents of the bytes of a MIDI file."""
    with smf.uncollected():
        return _contents(smf.parse(data))


def _contents(raw: RawFile) -> Contents:
    for track in raw.tracks:
        if track.broken:
            raise MidiError(track.broken)
    events = (event for track in raw.tracks for event in track.events if event.data[0] == META)
    maps = [event for event in events if event.data[1] in (smf.TEMPO, smf.METRE)]
    if len(maps) > MOST_CHANGES:
        raise MidiError(f"more than {MOST_CHANGES:,} changes of tempo and metre")
    maps.sort(key=lambda event: event.tick)  # of one tick in the tracks' order
    found = Contents(
        raw,
        _tempos(maps),
        _metres(maps),
        tuple(line for number in range(len(raw.tracks)) for line in _lines(raw, number)),
    )
    _check_length(found)
    return found


def _check_length(found: Contents) -> None:
    """Raises MidiError for what is no song that anybody plays."""
    end = found.end / found.division
    if end > MAX_BEATS:
        raise MidiError(f"longer than {MAX_BEATS:,} beats")
    if TempoMap(found.tempos, found.division).at(found.end) > MAX_HOURS * 3600:
        raise MidiError(f"longer than {MAX_HOURS} hours")
    if count_bars(found.beat_metres(), end) > MAX_BARS:
        raise MidiError(f"more than {MAX_BARS:,} bars")
    stops = [tick for tick, _ in found.tempos[1:]] + [found.end]
    hurried = sum(
        max(0, min(stop, found.end) - tick)
        for (tick, us), stop in zip(found.tempos, stops, strict=True)
        if us < FASTEST_US
    )
    if hurried > MOST_HURRIED_BEATS * found.division:
        raise MidiError(f"has a tempo of more than {60_000_000 // FASTEST_US:,} bpm")


def _tempos(maps: Iterable[Event]) -> tuple[tuple[int, int], ...]:
    tempos = {0: DEFAULT_US}
    for event in maps:
        if event.meta == smf.TEMPO and len(told := event.payload) == 3:
            tempos[event.tick] = int.from_bytes(told)
    if 0 in tempos.values():
        raise MidiError("has a tempo of no time at all")
    return tuple(sorted(tempos.items()))


def _metres(maps: Iterable[Event]) -> tuple[tuple[int, Metre], ...]:
    metres = {0: COMMON_TIME}
    for event in maps:
        if event.meta == smf.METRE and len(told := event.payload) == 4:
            try:
                metres[event.tick] = Metre(told[0], 2 ** min(told[1], 8))
            except ValueError as error:
                raise MidiError(f"has a metre of {told[0]}/{2 ** min(told[1], 8)}") from error
    return tuple(sorted(metres.items(), key=lambda entry: entry[0]))


@dataclass(slots=True)
class _Channel:
    """What is known of one channel of a track while its events go by."""

    program: int = 0
    name: str = ""
    instrument: str = ""
    drum_bank: bool = False
    programs: set[int] = field(default_factory=set)
    notes: list[Struck] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)  # which of `notes` were never ended
    open: defaultdict[int, deque[tuple[int, int, int]]] = field(
        default_factory=lambda: defaultdict(deque)
    )  # by pitch: (tick, velocity, program) of what sounds, oldest first

    def strike(self, tick: int, pitch: int, velocity: int) -> None:
        self.open[pitch].append((tick, velocity, self.program))

    def release(self, tick: int, pitch: int, overlap: int) -> None:
        """Ends the oldest note of the pitch, but for those whose own end never came.

        Legato players end a note up to `overlap` ticks after it is struck again.
        """
        sounding = self.open[pitch]
        if sounding and tick - sounding[-1][0] > overlap:
            self._lose(pitch, before=sounding[-1][0])
        if sounding:
            start, velocity, program = sounding.popleft()
            self.notes.append(Struck(start, tick, pitch, velocity, program))

    def finish(self, tick: int) -> None:
        """The track has ended: so does all that sounds."""
        for pitch, sounding in self.open.items():
            if sounding:
                self._lose(pitch, before=sounding[-1][0])
                self._lose(pitch, before=tick + 1)

    def _lose(self, pitch: int, *, before: int) -> None:
        """Ends at `before` what was struck earlier."""
        sounding = self.open[pitch]
        while sounding and sounding[0][0] < before:
            start, velocity, program = sounding.popleft()
            self.lost.append(len(self.notes))
            self.notes.append(Struck(start, before, pitch, velocity, program))


def _lines(raw: RawFile, number: int) -> list[Line]:
    """The channels of a track that have notes."""
    track = raw.tracks[number]
    channels: defaultdict[int, _Channel] = defaultdict(_Channel)
    title = _Titles()
    for event in track.events:
        data = event.data
        if data[0] >= 0xF0:
            title.hear(event, channels)
            continue
        kind, channel = data[0] & 0xF0, channels[data[0] & 0x0F]
        if kind == 0x90 and data[2]:
            channel.strike(event.tick, data[1], data[2])
        elif kind in (0x80, 0x90):
            channel.release(event.tick, data[1], raw.division // OVERLAP_PARTS)
        elif kind == PROGRAM:
            channel.program = data[1]
            channel.programs.add(data[1])
        elif kind == 0xB0 and data[1] == BANK:
            channel.drum_bank = data[2] in DRUM_BANKS
        title.about = None
    for channel in channels.values():
        channel.finish(track.end)
    playing = {index: channel for index, channel in sorted(channels.items()) if channel.notes}
    mixed = len({channel.program for channel in playing.values()}) > 1
    names = () if mixed and _is_alone(raw, number) else title.names
    return [
        _line((number, index), channel, title.names, names, raw.division)
        for index, channel in playing.items()
    ]


def _is_alone(raw: RawFile, number: int) -> bool:
    """Whether no other track has notes: then its name is that of the song."""
    others = (track for index, track in enumerate(raw.tracks) if index != number)
    return not any(event.data[0] & 0xF0 == 0x90 for track in others for event in track.events)


@dataclass(slots=True)
class _Titles:
    """The names in a track: its own and, behind a channel prefix, those of channels."""

    name: str = ""
    instrument: str = ""
    about: int | None = None  # the channel that is spoken of

    def hear(self, event: Event, channels: defaultdict[int, _Channel]) -> None:
        kind = event.meta
        if kind == smf.CHANNEL_PREFIX:
            told = event.payload
            self.about = told[0] if len(told) == 1 and told[0] < 16 else None
        if kind not in (smf.TRACK_NAME, smf.INSTRUMENT_NAME):
            return
        place = self if self.about is None else channels[self.about]
        text = names.decode(event.payload)
        if kind == smf.TRACK_NAME:
            place.name = place.name or text
        else:
            place.instrument = place.instrument or text

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.name, self.instrument)))


def _line(
    place: TrackChannel,
    channel: _Channel,
    shown: tuple[str, ...],
    telling: tuple[str, ...],
    division: int,
) -> Line:
    """A channel's line; `shown` and `telling` are the names of its track."""
    own = tuple(filter(None, (channel.name, channel.instrument)))
    return Line(
        place,
        next(iter((*own, *shown)), ""),
        (*own, *telling),
        channel.drum_bank,
        frozenset(channel.programs),
        tuple(sorted(_with_ends(channel, division, drums=place[1] == DRUM_CHANNEL))),
    )


def _with_ends(channel: _Channel, division: int, *, drums: bool) -> list[Struck]:
    """The notes; one whose end was lost lasts to the next of its channel, a bar at most."""
    notes = channel.notes
    if not channel.lost:
        return notes
    ticks = sorted({note.tick for note in notes})
    longest = division // 4 if drums else LOST_OFF_BEATS * division
    for index in channel.lost:
        note = notes[index]
        after = bisect_right(ticks, note.tick)
        end = ticks[after] if after < len(ticks) else max(note.end, note.tick + division)
        notes[index] = note._replace(end=min(end, note.tick + longest))
    return notes
