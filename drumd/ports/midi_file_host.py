"""What a host would send while it plays a MIDI file: its transport, its clock and its guitar."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from heapq import merge
from itertools import accumulate, takewhile
from operator import itemgetter
from pathlib import Path

import mido

from drumd.errors import PortError
from engine.music.general_midi import CLOCKS_PER_BEAT, DRUM_CHANNEL, GUITAR_PROGRAMS, TrackChannel
from engine.music.notes import Metre

GUITAR_NAME = re.compile(r"guitar|gtr|gitarre|guitare|chitarra", re.IGNORECASE)
DEFAULT_TEMPO = 500_000  # microseconds a beat

Timed = tuple[float, mido.Message]


def read_host_file(path: Path) -> Iterator[Timed]:
    """The events in order, each with its seconds from the start; a PortError for a bad file."""
    try:
        midi = mido.MidiFile(path, clip=True)
    except FileNotFoundError as error:
        raise PortError(f"there is no file {path}") from error
    except Exception as error:  # mido lets through whatever its parsing stumbles on
        raise PortError(f"{path} is no intact MIDI file ({error!r})") from error
    if not 0 < midi.ticks_per_beat < 0x8000:
        raise PortError(f"{path} counts in film frames, not in beats: export it with a tempo")
    notes = guitar_notes(midi)
    if not notes:
        raise PortError(f"{path} holds no notes for a guitar to play")
    length = max(sum(message.time for message in track) for track in midi.tracks)
    seconds = TempoMap(midi)
    return ((seconds.at(tick), message) for tick, message in _host(notes, length, midi))


def metre_of(path: Path) -> Metre | None:
    """The metre that the file begins in, if it tells one."""
    try:
        tracks = mido.MidiFile(path, clip=True).tracks
        at_once = (message for track in tracks for message in takewhile(_is_at_once, track))
        told = next((message for message in at_once if message.type == "time_signature"), None)
        return Metre(told.numerator, told.denominator) if told else None
    except Exception:  # opening it as an input will say what is wrong
        return None


def _is_at_once(message: mido.Message) -> bool:
    return not message.time


def guitar_notes(midi: mido.MidiFile) -> list[Timed]:
    """The notes of the busiest guitar part, or of all parts but drums if there is no guitar."""
    notes, guitars = list[tuple[int, TrackChannel, mido.Message]](), set[TrackChannel]()
    for number, track in enumerate(midi.tracks):
        tick = 0
        named = bool(GUITAR_NAME.search(track.name))
        for message in track:
            tick += message.time
            if message.type == "program_change" and message.program in GUITAR_PROGRAMS:
                guitars.add((number, message.channel))
            elif message.type in ("note_on", "note_off") and message.channel != DRUM_CHANNEL:
                notes.append((tick, (number, message.channel), message.copy(time=0)))
                if named:
                    guitars.add((number, message.channel))
    busy = Counter(part for _, part, _ in notes if part in guitars).most_common(1)
    chosen = [(tick, note) for tick, part, note in notes if not busy or part == busy[0][0]]
    return sorted(chosen, key=itemgetter(0))


def _host(notes: list[Timed], length: int, midi: mido.MidiFile) -> Iterator[Timed]:
    """Start, the clock with the notes in between, and stop; times in ticks."""
    yield 0.0, mido.Message("start")
    step = midi.ticks_per_beat / CLOCKS_PER_BEAT
    clocks = ((index * step, mido.Message("clock")) for index in range(int(length / step) + 1))
    yield from merge(clocks, notes, key=itemgetter(0))  # a clock before the notes of its moment
    yield float(length), mido.Message("stop")


class TempoMap:
    """Turns a file's ticks into seconds."""

    def __init__(self, midi: mido.MidiFile) -> None:
        changes = {0: DEFAULT_TEMPO}
        for track in midi.tracks:
            for tick, message in zip(accumulate(m.time for m in track), track, strict=True):
                if message.type == "set_tempo":
                    changes[tick] = max(1, message.tempo)
        self._ticks = sorted(changes)
        self._pace = [changes[tick] / 1e6 / midi.ticks_per_beat for tick in self._ticks]
        self._seconds = [0.0]
        for index, tick in enumerate(self._ticks[1:]):
            lasted = (tick - self._ticks[index]) * self._pace[index]
            self._seconds.append(self._seconds[-1] + lasted)

    def at(self, tick: float) -> float:
        """The seconds from the start of the file to the tick."""
        index = bisect_right(self._ticks, tick) - 1
        after: float = (tick - self._ticks[index]) * self._pace[index]
        return self._seconds[index] + after
