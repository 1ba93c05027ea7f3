"""The session as a MIDI file: a tempo track, "Guitar" and "AI Drums". Runs on the main thread.

What has been played up to the last bar line is kept encoded; once a second that and the open bar
are written to a file beside the recording, which then takes its place in one step. So the
recording is always whole, whatever happens to the process, with every note ended.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

import mido

from drumd.errors import RecordError
from drumd.recording.tempo_track import TICKS_PER_BEAT, Stretch, TempoTrack
from drumd.timing.song_state import SongState
from engine.music.notes import Metre
from engine.storage.atomic import check_writable, write_file

FLUSH_S = 1.0
GUITAR, DRUMS = "Guitar", "AI Drums"
TIME = "time"  # the tempo track
GUITAR_SOUND = 27  # clean electric guitar (GM); a program change of the player's own comes later
KEPT = ("note_on", "note_off", "polytouch", "control_change", "program_change", "pitchwheel")


class Recorder:
    """Keeps guitar and drums with the tempo map in one or more files."""

    def __init__(self, paths: Sequence[Path], metre: Metre, *, at_once: bool = True) -> None:
        """A RecordError says at once what cannot be written; files are made now, or by `begin`."""
        self.problem: str | None = None  # why the last attempt to write failed
        self._paths = paths
        self._time = TempoTrack(metre)
        self._tempo = EncodedTrack("drumd")
        self._tempo.metre(0, metre)
        self._tracks = {
            GUITAR: EncodedTrack(GUITAR, sound=GUITAR_SOUND),
            DRUMS: EncodedTrack(DRUMS),
        }
        self._pending: list[tuple[float, str, mido.Message | mido.MetaMessage]] = []
        self._flush_at = 0.0
        self._begun = False
        self._check()
        if at_once:
            self.begin()

    @property
    def began(self) -> float | None:
        """The moment of the files' first tick, once it is known."""
        return self._time.began

    def begin(self) -> None:
        """Make the files, which hold nothing yet."""
        self._begun = True
        self._write([self._tempo.ended(0), *(track.ended(0) for track in self._tracks.values())])
        if self.problem:
            raise RecordError(self.problem)

    def hear(self, time: float, track: str, message: mido.Message) -> None:
        """Keep what was played at `time` seconds; what is no music is left out."""
        if message.type in KEPT:
            self._pending.append((time, track, message))

    def tell(self, time: float, text: str) -> None:
        """Keep a text in the tempo track."""
        self._pending.append((time, TIME, mido.MetaMessage("text", text=text)))

    def follow(self, now: float, song: SongState) -> None:
        """Go along with the song, and write when it is time to."""
        self.go_along(now, song)
        if now >= self._flush_at:
            self.flush(now)

    def go_along(self, now: float, song: SongState) -> None:
        """Encode what has been played up to the last bar line."""
        if not self._time.started and not song.rolling and self._pending:
            played = [time for time, track, _ in self._pending if track != TIME]
            if played:
                self._time.start(min(played))
        for stretch in self._time.follow(now, song):
            self._encode(stretch)

    def flush(self, now: float) -> None:
        """Write everything up to now."""
        self._flush_at = now + FLUSH_S
        if not self._time.started:
            return
        last = self._time.open_stretch(now)
        tempo = self._tempo.copy()
        tempo.begin(last)
        tracks = {TIME: tempo} | {name: track.copy() for name, track in self._tracks.items()}
        for time, name, message in sorted(self._pending, key=_when):
            tracks[name].add(last.tick_of(time), message)
        self._write([track.ended(last.end_tick) for track in tracks.values()])

    def close(self, now: float) -> None:
        """Write for the last time; a RecordError says if the recording is not whole."""
        if not self._begun:
            return
        self.flush(now)
        if self.problem:
            raise RecordError(self.problem)

    def _encode(self, stretch: Stretch) -> None:
        self._tempo.begin(stretch)
        self._pending.sort(key=_when)
        ended = bisect_left(self._pending, stretch.end_time, key=_when)
        for time, name, message in self._pending[:ended]:
            track = self._tempo if name == TIME else self._tracks[name]
            track.add(stretch.tick_of(time), message)
        del self._pending[:ended]

    def _write(self, chunks: list[bytes]) -> None:
        head = b"MThd" + b"".join(
            number.to_bytes(size, "big")
            for number, size in ((6, 4), (1, 2), (len(chunks), 2), (TICKS_PER_BEAT, 2))
        )
        self.problem = None
        for path in self._paths:
            try:
                write_file(path, head + b"".join(chunks), sync=False, token=f"{path.stem}.part")
            except OSError as error:
                self.problem = _unwritten(path, error)

    def _check(self) -> None:
        for path in self._paths:
            try:
                check_writable(path)
            except OSError as error:
                raise RecordError(_unwritten(path, error)) from error


def _unwritten(path: Path, error: OSError) -> str:
    kept = "; what was written before is whole" if path.exists() else ""
    return f"the recording {path} cannot be written: {error.strerror or error}{kept}"


class EncodedTrack:
    """One track as the bytes of a MIDI file; what is added must come in order of time."""

    def __init__(self, name: str, *, sound: int | None = None) -> None:
        self._bytes = bytearray()
        self._tick = 0
        self._sound = sound
        self._channels: set[int] = set()
        self._sounding: set[tuple[int, int]] = set()
        self.meta(0, "track_name", name=name)

    def copy(self) -> EncodedTrack:
        twin = EncodedTrack("")
        twin._bytes, twin._tick, twin._sound = self._bytes[:], self._tick, self._sound
        twin._channels, twin._sounding = set(self._channels), set(self._sounding)
        return twin

    def meta(self, tick: int, kind: str, **values: object) -> None:
        self._put(tick, mido.MetaMessage(kind, **values))

    def metre(self, tick: int, metre: Metre) -> None:
        told = {"numerator": metre.numerator, "denominator": metre.denominator}
        self.meta(tick, "time_signature", **told)

    def begin(self, stretch: Stretch) -> None:
        """A stretch with its metre, if that is new, and its tempo."""
        if stretch.metre:
            self.metre(stretch.tick, stretch.metre)
        self.meta(stretch.tick, "set_tempo", tempo=stretch.us_per_beat)

    def add(self, tick: int, message: mido.Message | mido.MetaMessage) -> None:
        """Add a message; a note that is struck again is ended first, a stray end is left out."""
        if self._sound is not None and message.channel not in self._channels:
            self._channels.add(message.channel)
            self._put(
                tick,
                mido.Message("program_change", program=self._sound, channel=message.channel),
            )
        if message.type not in ("note_on", "note_off"):
            self._put(tick, message)
            return
        key = (message.channel, message.note)
        if key in self._sounding:
            self._end(tick, key)
        if message.type == "note_on" and message.velocity:
            self._sounding.add(key)
            self._put(tick, message)

    def ended(self, tick: int) -> bytes:
        """The track as a chunk that ends at `tick`, with what still sounds ended there."""
        whole = self.copy()
        for key in sorted(self._sounding):
            whole._end(tick, key)
        whole.meta(tick, "end_of_track")
        return b"MTrk" + len(whole._bytes).to_bytes(4, "big") + bytes(whole._bytes)

    def _end(self, tick: int, key: tuple[int, int]) -> None:
        self._sounding.discard(key)
        self._put(tick, mido.Message("note_off", channel=key[0], note=key[1], velocity=64))

    def _put(self, tick: int, message: mido.Message | mido.MetaMessage) -> None:
        self._bytes += _variable_length(max(0, tick - self._tick)) + bytes(message.bytes())
        self._tick = max(tick, self._tick)


def _when(event: tuple[float, str, mido.Message | mido.MetaMessage]) -> float:
    return event[0]


def _variable_length(number: int) -> bytes:
    """A number the way MIDI files write times: seven bits a byte, the highest first."""
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(0x80 | number & 0x7F)
    return bytes(reversed(digits))
