"""MIDI files to songs, with symusic where it is installed and mido where not: both read the same.

`read_song(path)` gives an `engine.music.song.Song`; `engine.music.song.bars(song)` gives its bars.
Whatever is wrong with a file is a `MidiError` of one sentence.
"""

from __future__ import annotations

import io
import struct
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mido
import numpy as np
from numpy.typing import NDArray

from engine.errors import MidiError
from engine.music.general_midi import DRUM_CHANNEL
from engine.music.notes import COMMON_TIME, Metre
from engine.music.song import Part, Song

try:
    import symusic
except ImportError:  # the core install does without it
    symusic = None

MAX_BYTES = 16_000_000
MOST_NOTES = 500_000
MAX_TRACKS = 1_000
MAX_BEATS = 50_000  # some seven hours at 120 bpm
DEFAULT_BPM = 120.0


@dataclass(slots=True)
class _Raw:
    """What either reader finds, in ticks."""

    ticks_per_beat: int
    tempos: list[tuple[int, int]] = field(default_factory=list)  # tick, microseconds a beat
    metres: list[tuple[int, int, int]] = field(default_factory=list)  # tick, numerator, denominator
    parts: list[_RawPart] = field(default_factory=list)


@dataclass(slots=True)
class _RawPart:
    name: str
    program: int
    is_drum: bool
    notes: NDArray[np.int64]  # (notes, 4): onset, duration, pitch, velocity


def read_song(path: Path) -> Song:
    """The song in a MIDI file."""
    data = read_file(path)
    try:
        return parse_song(data)
    except MidiError as error:
        raise MidiError(f"{path}: {error}") from error


def read_file(path: Path) -> bytes:
    """The bytes of a file that is no larger than a song can be."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise MidiError(f"{path}: too large for a MIDI song (over {MAX_BYTES:,} bytes)")
        return path.read_bytes()
    except OSError as error:
        raise MidiError(f"{path}: cannot be read ({error.strerror or error})") from error


def parse_song(data: bytes, *, reader: str = "auto") -> Song:
    """The song in the bytes of a MIDI file; `reader` is auto, symusic or mido."""
    readers: dict[str, Callable[[bytes], _Raw]] = {"symusic": _read_symusic, "mido": _read_mido}
    chosen = reader if reader != "auto" else "mido" if symusic is None else "symusic"
    tracks = _track_chunks(data)
    try:
        raw = readers[chosen](tracks)
    except MidiError:
        raise
    except Exception as error:  # readers fail in many ways on a broken file
        raise MidiError(f"broken inside a track ({error or type(error).__name__})") from error
    return _song(raw)


def _track_chunks(data: bytes) -> bytes:
    """The file reduced to its header and whole tracks."""
    if data[:4] == b"RIFF" and data[8:12] == b"RMID":
        data = data[20:]
    if data[:4] != b"MThd" or len(data) < 14:
        raise MidiError("not a MIDI file")
    length, form, _, division = struct.unpack(">IHHH", data[4:14])
    if form > 1:
        raise MidiError("a MIDI file of separate sequences (type 2), not one song")
    if division == 0 or division & 0x8000:
        raise MidiError("timed in film frames or not at all, so it has no beats")
    tracks = list(_chunks(data, 8 + length))
    if not tracks:
        raise MidiError("holds no track")
    if len(tracks) > MAX_TRACKS:
        raise MidiError(f"more than {MAX_TRACKS:,} tracks")
    header = struct.pack(">4sIHHH", b"MThd", 6, form, len(tracks), division)
    return header + b"".join(b"MTrk" + struct.pack(">I", len(t)) + t for t in tracks)


def _chunks(data: bytes, position: int) -> Iterator[bytes]:
    """The track chunks from `position` on; what follows the last chunk is left."""
    while position + 8 <= len(data):
        kind = data[position : position + 4]
        length = int.from_bytes(data[position + 4 : position + 8])
        if not kind.isalnum():
            return
        position += 8
        if position + length > len(data):
            raise MidiError("ends in the middle of a track")
        if kind == b"MTrk":
            yield data[position : position + length]
        position += length


def _read_symusic(data: bytes) -> _Raw:
    """By symusic; of its maps it sorts more than 24 entries so that those of one tick may swap."""
    score = symusic.Score.from_midi(data)
    raw = _Raw(score.ticks_per_quarter)
    raw.tempos = [(tempo.time, tempo.mspq) for tempo in score.tempos]
    raw.metres = [(m.time, m.numerator, m.denominator) for m in score.time_signatures]
    for track in score.tracks:
        columns = track.notes.numpy()
        order = ("time", "duration", "pitch", "velocity")
        notes = np.stack([columns[name].astype(np.int64) for name in order], axis=1)
        raw.parts.append(_RawPart(track.name, track.program, track.is_drum, notes))
    return raw


def _read_mido(data: bytes) -> _Raw:
    file = mido.MidiFile(file=io.BytesIO(data))
    raw = _Raw(file.ticks_per_beat)
    for track in file.tracks:
        _read_mido_track(track, raw)
    raw.tempos.sort(key=lambda entry: entry[0])
    raw.metres.sort(key=lambda entry: entry[0])
    return raw


def _read_mido_track(track: Iterable[Any], raw: _Raw) -> None:
    """Adds a track's maps and notes: the oldest open note of a pitch ends first."""
    now, name = 0, ""
    program = [0] * 16
    open_notes: defaultdict[tuple[int, int], deque[tuple[int, int, int]]] = defaultdict(deque)
    found: defaultdict[tuple[int, int], list[tuple[int, int, int, int]]] = defaultdict(list)
    for message in track:
        now += message.time
        if message.type == "note_on" and message.velocity:
            key = (message.channel, message.note)
            open_notes[key].append((now, message.velocity, program[message.channel]))
        elif message.type in ("note_on", "note_off"):
            if waiting := open_notes[message.channel, message.note]:
                onset, velocity, played_by = waiting.popleft()
                found[message.channel, played_by].append(
                    (onset, now - onset, message.note, velocity)
                )
        elif message.type == "program_change":
            program[message.channel] = message.program
        elif message.type == "set_tempo":
            raw.tempos.append((now, message.tempo))
        elif message.type == "time_signature":
            raw.metres.append((now, message.numerator, message.denominator))
        elif message.type == "track_name":
            name = message.name.encode("latin-1").decode("utf-8", "replace")  # as symusic does
    for (channel, played_by), notes in sorted(found.items()):
        is_drum = channel == DRUM_CHANNEL
        raw.parts.append(_RawPart(name, played_by, is_drum, np.array(notes, np.int64)))


def _song(raw: _Raw) -> Song:
    """Ticks to beats, with the limits of a song that can be played."""
    if sum(len(part.notes) for part in raw.parts) > MOST_NOTES:
        raise MidiError(f"more than {MOST_NOTES:,} notes")
    tempos = {0.0: DEFAULT_BPM}
    for tick, microseconds in raw.tempos:
        if microseconds < 1:
            raise MidiError("has a tempo of no time at all")
        tempos[tick / raw.ticks_per_beat] = 60e6 / microseconds
    metres = {0.0: COMMON_TIME}
    for tick, numerator, denominator in raw.metres:
        try:
            metres[tick / raw.ticks_per_beat] = Metre(numerator, denominator)
        except ValueError as error:
            raise MidiError(f"has a metre of {numerator}/{denominator}") from error
    parts = tuple(_part(part, raw.ticks_per_beat) for part in raw.parts if len(part.notes))
    song = Song(raw.ticks_per_beat, tuple(sorted(tempos.items())), _sorted(metres), parts)
    if song.length > MAX_BEATS:
        raise MidiError(f"longer than {MAX_BEATS:,} beats")
    return song


def _sorted(metres: dict[float, Metre]) -> tuple[tuple[float, Metre], ...]:
    return tuple(sorted(metres.items(), key=lambda entry: entry[0]))


def _part(raw: _RawPart, ticks_per_beat: int) -> Part:
    onset, duration, pitch, velocity = raw.notes.T
    if onset.min() < 0 or duration.min() < 0 or pitch.min() < 0:
        raise MidiError("has times too large to count")
    order = np.lexsort((velocity, duration, pitch, onset))
    return Part(
        name=raw.name.strip("\0 "),
        program=raw.program,
        is_drum=raw.is_drum,
        onset=onset[order] / ticks_per_beat,
        duration=duration[order] / ticks_per_beat,
        pitch=pitch[order].astype(np.uint8),
        velocity=np.clip(velocity[order], 1, 127).astype(np.uint8),
    )
