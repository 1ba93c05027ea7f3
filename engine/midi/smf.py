"""Standard MIDI files as raw events: what `engine.midi.write` needs to copy a file's maps exactly.

Events keep the bytes they came with, so nothing is lost, rounded or rejected on the way from one
file to another. A *tick* is the file's own unit of time; `division` of them are one beat.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.errors import MidiError

TEXT, TRACK_NAME, END_OF_TRACK, TEMPO, METRE, KEY = 0x01, 0x03, 0x2F, 0x51, 0x58, 0x59
_DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}


@dataclass(frozen=True, slots=True)
class Event:
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


@dataclass(frozen=True, slots=True)
class Track:
    """The events of a track in order of tick, and the tick where it ends."""

    events: tuple[Event, ...]
    end: int = 0

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


def parse(data: bytes) -> RawFile:
    """Read the bytes of a MIDI file; a track that breaks off keeps what came before the break."""
    if data[:4] == b"RIFF" and b"MThd" in data[:64]:
        data = data[data.index(b"MThd") :]
    if data[:4] != b"MThd" or len(data) < 14:
        raise MidiError("this is not a MIDI file (it does not begin with MThd)")
    division = int.from_bytes(data[12:14], "big")
    if not 0 < division < 0x8000:
        raise MidiError("this MIDI file counts film frames, not beats: export it with a tempo map")
    tracks, at = [], 8 + int.from_bytes(data[4:8], "big")
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "big")
        if data[at : at + 4] == b"MTrk":
            tracks.append(_track(data[at + 8 : at + 8 + size]))
        at += 8 + size
    if not tracks:
        raise MidiError("this MIDI file has no tracks")
    return RawFile(division, tuple(tracks))


def build(file: RawFile) -> bytes:
    """The bytes of a file of format 1."""
    chunks = [b"MThd", *(n.to_bytes(w, "big") for n, w in ((6, 4), (1, 2), (len(file.tracks), 2)))]
    chunks.append(file.division.to_bytes(2, "big"))
    for track in file.tracks:
        body = _body(track)
        chunks += [b"MTrk", len(body).to_bytes(4, "big"), body]
    return b"".join(chunks)


def _track(data: bytes) -> Track:
    events: list[Event] = []
    tick, at, running = 0, 0, 0
    try:
        while at < len(data):
            delta, at = _read_variable(data, at)
            tick += delta
            status = running
            if data[at] & 0x80:
                status, at = data[at], at + 1
            if not status or (status == 0xFF and data[at] == END_OF_TRACK):
                break
            stop = _end(data, at, status)
            if stop > len(data):
                break
            events.append(Event(tick, bytes([status]) + data[at:stop]))
            at, running = stop, status if status < 0xF0 else running
    except IndexError:
        pass  # broken off inside an event: what came before it is kept
    return Track(tuple(events), tick)


def _end(data: bytes, at: int, status: int) -> int:
    """Where the event ends whose first byte after the status lies at `at`."""
    if status < 0xF0:
        return at + _DATA_BYTES[status & 0xF0]
    if status not in (0xFF, 0xF0, 0xF7):
        return at  # a system message that has no place in a file, and no data here
    size, at = _read_variable(data, at + 1 if status == 0xFF else at)
    return at + size


def _body(track: Track) -> bytes:
    out, now = bytearray(), 0
    for event in track.events:
        out += _variable(event.tick - now) + event.data
        now = event.tick
    return bytes(out + _variable(track.end - now) + bytes([0xFF, END_OF_TRACK, 0]))


def _read_variable(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for _ in range(4):
        byte, at = data[at], at + 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return value, at


def _variable(value: int) -> bytes:
    if value >= 1 << 28:
        raise MidiError("two events lie further apart than a MIDI file can tell")
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))
