"""Standard MIDI files as raw events: what `engine.midi.write` needs to copy a file's maps exactly.

Events keep the bytes they came with, so nothing is lost, rounded or rejected on the way from one
file to another. A *tick* is the file's own unit of time; `division` of them are one beat. This is
the one reader of files: `engine.midi.contents` makes notes and maps of what it finds.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from engine.errors import MidiError

TEXT, TRACK_NAME, INSTRUMENT_NAME, CHANNEL_PREFIX = 0x01, 0x03, 0x04, 0x20
END_OF_TRACK, TEMPO, METRE, KEY = 0x2F, 0x51, 0x58, 0x59
MAX_BYTES = 16_000_000
MOST_NOTES = 200_000  # some twelve hours of a busy guitar
MOST_EVENTS = 1_000_000
MAX_TRACKS = 1_000
HEADER = b"MThd\0\0\0"  # and a length below 256
MOST_BACK = 10_000  # ticks of a negative wait
MOST_AHEAD = 1_000_000  # bytes before the header, in a wrapper or another chunk
_DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}
_HEADS = [bytes((status,)) for status in range(256)]
_SYSTEM_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1}  # these, and 0xF4..0xFE, have no place in a file


class Event(NamedTuple):
    """One event at its tick: the status byte first, no running status, lengths left in."""

    tick: int
    data: bytes

    @property
    def meta(self) -> int | None:
        """The type of a meta event, None for any other event."""
        return self.data[1] if self.data[0] == 0xFF else None

    @property
    def channel(self) -> int | None:
        """The channel 0..15 of a channel message, None for any other event."""
        return self.data[0] & 0x0F if self.data[0] < 0xF0 else None

    @property
    def payload(self) -> bytes:
        """What a meta event or a sysex says."""
        return self.data[_read_variable(self.data, 2 if self.data[0] == 0xFF else 1)[1] :]


@dataclass(frozen=True, slots=True)
class Track:
    """The events of a track in order of tick, and the tick where it ends."""

    events: tuple[Event, ...]
    end: int = 0
    broken: str = field(default="", compare=False)  # why it broke off, if it did

    @classmethod
    def of(cls, events: Iterable[Event], end: int = 0) -> Track:
        """Put events in order; those of one tick stay as they come, and the last may pass `end`."""
        ordered = tuple(sorted(events, key=lambda event: event.tick))
        return cls(ordered, max(end, ordered[-1].tick if ordered else 0))


@dataclass(frozen=True, slots=True)
class RawFile:
    """A MIDI file: its ticks a beat and its tracks."""

    division: int
    tracks: tuple[Track, ...]


def meta(tick: int, kind: int, payload: bytes) -> Event:
    return Event(tick, bytes([0xFF, kind]) + _variable(len(payload)) + payload)


def read_file(path: Path) -> bytes:
    """The bytes of a file that is no larger than a song can be."""
    try:
        if not path.is_file():
            problem = "is not a file" if path.exists() else "cannot be read (there is no such file)"
            raise MidiError(f"{path}: {problem}")
        if path.stat().st_size > MAX_BYTES:
            raise MidiError(f"{path}: too large for a MIDI song (over {MAX_BYTES:,} bytes)")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise MidiError(f"{path}: cannot be read ({reason})") from error


def parse(data: bytes) -> RawFile:
    """Read the bytes of a MIDI file; a track that breaks off keeps what came before the break.

    The header may lie inside a RIFF file or behind another chunk, and need not tell the true
    number of tracks.
    """
    start = data.find(HEADER, 0, MOST_AHEAD)
    if start < 0 or len(data) < start + 14:
        raise MidiError("not a MIDI file (it has no header)")
    head = data[start : start + 14]
    if int.from_bytes(head[8:10]) == 2:
        raise MidiError("a MIDI file of separate sequences (type 2), not one song")
    division = int.from_bytes(head[12:14])
    if not 0 < division < 0x8000:
        raise MidiError("counts in film frames or not at all, so it has no beats")
    budget = _Budget()
    tracks = []
    for body, whole in _chunks(data, start + 8 + head[7]):
        track = _track(body, budget)
        if not whole:
            track = Track(track.events, track.end, "ends in the middle of a track")
        tracks.append(track)
        if len(tracks) > MAX_TRACKS:
            raise MidiError(f"more than {MAX_TRACKS:,} tracks")
    if not tracks:
        raise MidiError("holds no track")
    return RawFile(division, tuple(tracks))


def build(file: RawFile) -> bytes:
    """The bytes of a file of format 1."""
    chunks = [b"MThd", *(n.to_bytes(w, "big") for n, w in ((6, 4), (1, 2), (len(file.tracks), 2)))]
    chunks.append(file.division.to_bytes(2, "big"))
    for track in file.tracks:
        body = _body(track)
        chunks += [b"MTrk", len(body).to_bytes(4, "big"), body]
    return b"".join(chunks)


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the garbage collector, which else looks at a million live events again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(slots=True)
class _Budget:
    """How much more of a file is read before it is no song."""

    notes: int = MOST_NOTES
    events: int = MOST_EVENTS

    def spend(self, events: list[Event], notes: int) -> None:
        self.events -= len(events)
        self.notes -= notes
        if self.notes < 0:
            raise MidiError(f"more than {MOST_NOTES:,} notes")
        if self.events < 0:
            raise MidiError(f"more than {MOST_EVENTS:,} events")


def _chunks(data: bytes, at: int) -> Iterator[tuple[bytes, bool]]:
    """The track chunks from `at` on, and whether each is all there; others are passed over."""
    while at + 8 <= len(data):
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8])
        if not kind.isalnum():
            return
        at += 8
        if kind == b"MTrk":
            yield data[at : at + size], at + size <= len(data)
        at += size


def _track(data: bytes, budget: _Budget) -> Track:
    events: list[Event] = []
    tick, at, running, notes, broken = 0, 0, 0, 0, ""
    sizes, heads, add, length = _DATA_BYTES, _HEADS, events.append, len(data)
    most, most_notes = budget.events, budget.notes
    try:
        while at < length:
            byte = data[at]
            if byte < 0x80:
                tick += byte
                at += 1
            else:
                delta, at = _read_wait(data, at)
                tick += delta
            status = data[at]
            if status & 0x80:
                at += 1
            else:
                status = running
            if 0x80 <= status < 0xF0:
                stop = at + sizes[status & 0xF0]
                body = data[at:stop]
                if stop > length or not body.isascii():
                    raise IndexError
                if 0x90 <= status < 0xA0 and body[1]:
                    notes += 1
                    if notes > most_notes:
                        break
                add(Event(tick, heads[status] + body))
                if len(events) > most:
                    break
                at, running = stop, status
                continue
            if not status:
                raise IndexError
            if status == 0xFF and data[at] == END_OF_TRACK:
                break
            stop = _end(data, at, status)
            if stop > length:
                raise IndexError
            if status in (0xFF, 0xF0, 0xF7):
                add(Event(tick, heads[status] + data[at:stop]))
            at = stop
    except IndexError:
        broken = f"broken inside a track (byte {at:,})"  # what came before is kept
    budget.spend(events, notes)
    return Track(tuple(events), tick, broken)


def _end(data: bytes, at: int, status: int) -> int:
    """Where the event ends whose first byte after the status lies at `at`."""
    if status not in (0xFF, 0xF0, 0xF7):
        return at + _SYSTEM_BYTES.get(status, 0)
    size, at = _read_variable(data, at + 1 if status == 0xFF else at)
    return at + size


def _body(track: Track) -> bytes:
    out, now = bytearray(), 0
    for event in track.events:
        out += _variable(event.tick - now) + event.data
        now = event.tick
    return bytes(out + _variable(track.end - now) + bytes([0xFF, END_OF_TRACK, 0]))


def _read_variable(data: bytes, at: int) -> tuple[int, int]:
    """A number of up to four bytes; an IndexError where it is longer or breaks off."""
    value = 0
    for _ in range(4):
        byte, at = data[at], at + 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at
    raise IndexError


def _read_wait(data: bytes, at: int) -> tuple[int, int]:
    """A wait in ticks. Some programs write a small negative one in five bytes: it is none."""
    if at + 4 < len(data) and min(data[at : at + 4]) >= 0x80 > data[at + 4]:
        value = 0
        for byte in data[at : at + 5]:
            value = value << 7 | byte & 0x7F
        if 0 < (1 << 32) - (value & 0xFFFFFFFF) <= MOST_BACK:
            return 0, at + 5
    return _read_variable(data, at)


def _variable(value: int) -> bytes:
    if value >= 1 << 28:
        raise MidiError("two events lie further apart than a MIDI file can tell")
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))
