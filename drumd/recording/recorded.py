"""A recorded session as values: what was played when, the beats, the tempo, and what it tells.

Times are seconds from the file's start.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from drumd.recording.moment import Moment
from drumd.status.told import NOTHING, Told
from engine.errors import MidiError
from engine.midi.contents import Contents, TempoMap, open_contents
from engine.midi.smf import TEMPO, TEXT

BRIEF_S = 0.25  # a tempo held no longer only leads from one bar line over to another
SAID_S = 0.05  # so long after a clock has begun to roll the recording says so, at most
MOST_BEATS = 100_000
GUITAR, DRUMS = "Guitar", "AI Drums"
Struck = tuple[float, int]  # seconds, MIDI note


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch in which the drummer said that it plays the same, in seconds."""

    start: float
    end: float
    told: Told


@dataclass(frozen=True, slots=True)
class Session:
    """One session. A beat is (seconds, whether it begins a bar); a tempo (seconds, bpm)."""

    name: str
    seconds: float
    guitar: tuple[Struck, ...]
    drums: tuple[Struck, ...]
    beats: tuple[tuple[float, bool], ...]
    tempo: tuple[tuple[float, float], ...]
    moments: tuple[tuple[float, Moment], ...]

    @property
    def late_ms(self) -> list[float]:
        return [late for _, moment in self.moments for late in moment.late_ms]

    @property
    def turns(self) -> list[Turn]:
        """What the drummer said that it plays, one after the other, where it said something."""
        said = [(time, Told.of(moment.told)) for time, moment in self.moments]
        new = [at for at, (_, told) in enumerate(said) if not at or told != said[at - 1][1]]
        ends = [said[at][0] for at in new[1:]] + [self.seconds]
        turns = (Turn(said[at][0], end, said[at][1]) for at, end in zip(new, ends, strict=True))
        return [turn for turn in turns if turn.told != NOTHING]

    def bars_in(self, start: float, end: float) -> tuple[int, int] | None:
        """The first and the last bar that begin in a stretch, counted from 1; None if none does."""
        ones = [time for time, one in self.beats if one]
        inside = [number for number, time in enumerate(ones, start=1) if start <= time < end]
        return (inside[0], inside[-1]) if inside else None


def read_session(path: Path) -> Session:
    """Read what `drumd listen --record` has written."""
    file = open_contents(path)
    seconds = TempoMap(file.tempos, file.division)
    moments = tuple(_moments(file, seconds))
    if not moments:
        raise MidiError(f"{path} tells nothing of a jam: record it with drumd listen --record")
    end = seconds.at(file.end)
    return Session(
        path.name,
        end,
        tuple(_strokes(file, GUITAR, seconds)),
        tuple(_strokes(file, DRUMS, seconds)),
        tuple(_beats(file, seconds, moments)),
        tuple(_tempo(file, seconds, end)),
        moments,
    )


def _moments(file: Contents, seconds: TempoMap) -> Iterator[tuple[float, Moment]]:
    for event in file.raw.tracks[0].events:
        if event.meta == TEXT:
            moment = Moment.of_text(event.payload.decode("utf-8", "replace"))
            if moment is not None:
                yield seconds.at(event.tick), moment


def _tempo(file: Contents, seconds: TempoMap, end: float) -> Iterator[tuple[float, float]]:
    """The tempi that are held for a while; the first is told only where the file tells it."""
    told = {
        event.tick for track in file.raw.tracks for event in track.events if event.meta == TEMPO
    }
    changes = [(seconds.at(tick), us) for tick, us in file.tempos if tick in told]
    ends = [time for time, _ in changes[1:]] + [end]
    for (time, us), until in zip(changes, ends, strict=False):
        if until - time > BRIEF_S:
            yield time, 60e6 / us


def _strokes(file: Contents, name: str, seconds: TempoMap) -> list[Struck]:
    return sorted(
        (seconds.at(note.tick), note.pitch)
        for line in file.lines
        if line.name == name
        for note in line.notes
    )


def _beats(
    file: Contents, seconds: TempoMap, moments: Sequence[tuple[float, Moment]]
) -> Iterator[tuple[float, bool]]:
    """The beats of the file's raster while the clock rolled."""
    marks = deque(moments)
    rolling = marks[0][1].clock != "none"
    for number, (tick, one) in enumerate(_raster(file)):
        if number > MOST_BEATS:
            raise MidiError(f"has more than {MOST_BEATS:,} beats")
        time = seconds.at(tick)
        while marks and marks[0][0] <= time + SAID_S:
            rolling = marks.popleft()[1].clock != "none"
        if rolling:
            yield time, one


def _raster(file: Contents) -> Iterator[tuple[float, bool]]:
    """The ticks of the file's beats, and whether a bar begins there; a metre begins a bar."""
    ends = [tick for tick, _ in file.metres[1:]] + [file.end + 1]
    for (begins, metre), end in zip(file.metres, ends, strict=True):
        step = file.division * 4 / metre.denominator
        for number in range(ceil((end - begins) / step)):
            yield begins + number * step, number % metre.numerator == 0
