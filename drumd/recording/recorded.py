"""A recorded session as values: what was played when, the beats, the tempo, and what it tells.

Times are seconds from the file's start.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import mido

from drumd.recording.moment import Moment
from engine.errors import EngineError

BRIEF_S = 0.25  # a tempo held no longer only leads from one bar line over to another
SAID_S = 0.05  # so long after a clock has begun to roll the recording says so, at most
GUITAR, DRUMS = "Guitar", "AI Drums"
Struck = tuple[float, int]  # seconds, MIDI note


@dataclass(frozen=True, slots=True)
class Recorded:
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


class _Ticks:
    """Ticks to seconds, by the tempi of the file."""

    def __init__(self, file: mido.MidiFile) -> None:
        self._per_beat = file.ticks_per_beat
        self.changes = [(0, 0.0, 500_000)]  # tick, seconds, microseconds a beat
        for tick, message in _absolute(file.tracks[0] if file.tracks else []):
            if message.type == "set_tempo":
                self.changes.append((tick, self.seconds(tick), message.tempo))

    def seconds(self, tick: int) -> float:
        """The time of a tick, asked in any order."""
        known = reversed(self.changes)
        start, time, tempo = next(change for change in known if change[0] <= tick)
        return time + (tick - start) * tempo / 1e6 / int(self._per_beat)


def read_session(path: Path) -> Recorded:
    """Read what `drumd listen --record` has written."""
    try:
        file = mido.MidiFile(path)
    except (OSError, EOFError, ValueError, KeyError, IndexError) as error:
        raise EngineError(f"{path} cannot be read as a MIDI file ({error})") from error
    ticks = _Ticks(file)
    last = max((sum(message.time for message in track) for track in file.tracks), default=0)
    moments = tuple(_moments(file, ticks))
    if not moments:
        raise EngineError(f"{path} tells nothing of a jam: record it with drumd listen --record")
    return Recorded(
        path.name,
        ticks.seconds(last),
        tuple(_strokes(file, GUITAR, ticks)),
        tuple(_strokes(file, DRUMS, ticks)),
        tuple(_beats(file, ticks, last, moments)),
        tuple(_tempo(ticks, ticks.seconds(last))),
        moments,
    )


def _absolute(track: list[mido.Message]) -> list[tuple[int, mido.Message]]:
    tick, found = 0, []
    for message in track:
        tick += message.time
        found.append((tick, message))
    return found


def _moments(file: mido.MidiFile, ticks: _Ticks) -> list[tuple[float, Moment]]:
    texts = [(tick, m.text) for tick, m in _absolute(file.tracks[0]) if m.type == "text"]
    told = [(ticks.seconds(tick), Moment.of_text(text)) for tick, text in texts]
    return [(time, moment) for time, moment in told if moment is not None]


def _tempo(ticks: _Ticks, end: float) -> list[tuple[float, float]]:
    changes = ticks.changes[1:]
    ends = [time for _, time, _ in changes[1:]] + [end]
    return [
        (time, mido.tempo2bpm(tempo))
        for (_, time, tempo), until in zip(changes, ends, strict=False)
        if until - time > BRIEF_S
    ]


def _strokes(file: mido.MidiFile, name: str, ticks: _Ticks) -> list[Struck]:
    return [
        (ticks.seconds(tick), message.note)
        for track in file.tracks
        if track.name == name
        for tick, message in _absolute(track)
        if message.type == "note_on" and message.velocity
    ]


def _beats(
    file: mido.MidiFile, ticks: _Ticks, last: int, moments: tuple[tuple[float, Moment], ...]
) -> list[tuple[float, bool]]:
    """The beats of the file's raster while the clock rolled."""
    metre = next((m for m in file.tracks[0] if m.type == "time_signature"), None)
    numerator, denominator = (metre.numerator, metre.denominator) if metre else (4, 4)
    step, beats = file.ticks_per_beat * 4 // denominator, []
    marks = list(moments)
    rolling = marks[0][1].clock != "none"
    for number, tick in enumerate(range(0, last + 1, step)):
        time = ticks.seconds(tick)
        while marks and marks[0][0] <= time + SAID_S:
            rolling = marks.pop(0)[1].clock != "none"
        if rolling:
            beats.append((time, number % numerator == 0))
    return beats
