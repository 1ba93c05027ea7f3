"""What a host would send while it plays a MIDI file: its transport, its clock and its guitar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from operator import itemgetter
from pathlib import Path

import mido

from drumd.errors import PortError
from drumd.timing.bars import Bars
from engine.errors import MidiError
from engine.midi.contents import TempoMap, open_contents
from engine.midi.instruments import Instrument, choose, instruments
from engine.music.bars import Metres, on_bar_lines, pick_up
from engine.music.general_midi import CLOCKS_PER_BEAT, DRUM_CHANNEL

AFTER_BEATS = 8  # the host goes on no longer than this after the last note

Timed = tuple[float, mido.Message]


@dataclass(frozen=True, slots=True)
class HostFile:
    """A file that has been read and is known to be good, ready to be played as often as wanted."""

    name: str
    bars: Bars  # of the song as the host plays it, whatever its pick-up bar says
    lead: float  # beats from where the host starts to the file's beginning
    notes: tuple[tuple[int, mido.Message], ...]  # (tick, message), in order
    program: int  # of the guitar, by General MIDI from 0
    end: int  # tick
    division: int
    seconds: TempoMap

    def __iter__(self) -> Iterator[Timed]:
        """The events in order, each with its seconds from the start.

        The host starts on the bar line before a pick-up: so its bars are those of the song.
        """
        lead = self.lead * self.division
        began = self.seconds.at(-lead)
        return ((self.seconds.at(tick) - began, message) for tick, message in self._host(lead))

    def _host(self, lead: float) -> Iterator[Timed]:
        """Start, the clock with the notes in between, and stop; times in ticks."""
        yield -lead, mido.Message("start")
        step = self.division / CLOCKS_PER_BEAT
        count = int((self.end + lead) / step) + 1
        clocks = ((index * step - lead, mido.Message("clock")) for index in range(count))
        yield from merge(clocks, self.notes, key=itemgetter(0))  # a clock before its notes
        yield float(self.end), mido.Message("stop")


def read_host_file(path: Path) -> HostFile:
    """Read a file; a PortError says what is wrong with it."""
    try:
        file = open_contents(path)
        guitar = choose(instruments(file))
    except MidiError as error:
        reason = str(error).removeprefix(f"{path}: ")
        raise PortError(f"{path} cannot be played: {reason}") from error
    notes = _messages(guitar)
    last = max(tick for tick, _ in notes)
    length = max(track.end for track in file.raw.tracks)
    end = max(last, min(length, last + AFTER_BEATS * file.division))
    bars, lead = _bars(file.beat_metres(), end / file.division)
    return HostFile(
        path.name,
        bars,
        lead,
        notes,
        guitar.program,
        end,
        file.division,
        TempoMap(file.tempos, file.division),
    )


def _bars(metres: Metres, end: float) -> tuple[Bars, float]:
    """The bars up to beat `end` as a host plays them, and its lead: a pick-up is the end of its
    first bar."""
    beats, metre = pick_up(metres, end)
    lead = metre.beats - beats if beats else 0.0
    later = ((beat, one) for beat, one in on_bar_lines(metres) if beats < beat < end)
    return Bars.laid([(0.0, metre), *((lead + beat, one) for beat, one in later)]), lead


def _messages(guitar: Instrument) -> tuple[tuple[int, mido.Message], ...]:
    """The guitar's notes, in order; at one tick notes end before others begin."""
    kept, free = set(guitar.struck), _free_channel(guitar)
    timed: list[tuple[int, int, mido.Message]] = []
    for line in guitar.lines:
        channel = free if line.place[1] == DRUM_CHANNEL else line.place[1]
        for note in kept.intersection(line.notes):
            on = {"channel": channel, "note": note.pitch}
            timed.append((note.tick, 1, mido.Message("note_on", velocity=note.velocity, **on)))
            timed.append((max(note.end, note.tick + 1), 0, mido.Message("note_off", **on)))
    timed.sort(key=lambda entry: (entry[0], entry[1], entry[2].channel, entry[2].note))
    return tuple((tick, message) for tick, _, message in timed)


def _free_channel(guitar: Instrument) -> int:
    """A channel for a string that lies on the drums' own."""
    taken = {channel for _, channel in guitar.places} | {DRUM_CHANNEL}
    return next((channel for channel in range(16) if channel not in taken), 0)
