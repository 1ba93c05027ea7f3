"""How often a drummer who announces the parts of a song is right: guitar parts of real songs.

A change of part that counts from a bar on is announced if the bar before it was a fill for that
reason. A false announcement is such a fill that no change followed. The songs of one third of the
groups are measured, as by `bench_stops`; `FROM_ITS_FIRST` was chosen on the others.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.corpus.manifest import find_songs
from engine.errors import EngineError
from engine.grooves.heard import HeardBar, heard_bar
from engine.grooves.memory import PartMemory
from engine.inference.accompany import sounding
from engine.midi.read import read_song
from engine.music.grid import fits_grid
from engine.music.song import bars as bars_of
from tests.benches.bench_stops import LEAST_NOTES, third_of
from tests.benches.figures import Figure, Options, skipped


@dataclass
class Found:
    """What came of some parts."""

    hours: float = 0.0  # in which the guitar plays
    bars: int = 0
    changes: int = 0
    announced: int = 0  # of these
    false: int = 0  # announcements


def run(options: Options) -> Iterator[Figure]:
    if options.data is None:
        yield skipped("parts", "--data")
        return
    found = Found()
    for file in find_songs([options.data]):
        if third_of(file.info.group) == 0:
            follow(_heard(file.path), found)
    hours = max(found.hours, 1e-9)
    yield Figure("guitar parts, playing", found.hours, unit="h")
    yield Figure("changes of part an hour", found.changes / hours, unit="/h")
    yield Figure("of them announced", found.announced / max(1, found.changes))
    yield Figure("false announcements an hour", found.false / hours, unit="/h")
    yield Figure("false announcements, of 1000 bars", 1000 * found.false / max(1, found.bars))


def follow(bars: list[HeardBar], found: Found) -> None:
    """One part, heard as it is played."""
    memory, turning = PartMemory(), False
    for bar in bars:
        memory.hear(bar)
        turned = memory.begun > 0
        found.hours += bar.beats / bar.bpm / 60
        found.bars += 1
        found.changes += turned
        found.announced += turned and turning
        found.false += turning and not turned
        turning = memory.turning


def _heard(path: Path) -> list[HeardBar]:
    """The bars of the guitar of a song; none where it has too little of it."""
    try:
        song = read_song(path)
    except EngineError:
        return []
    guitar = max((part for part in song.parts if part.is_guitar), key=len, default=None)
    if guitar is None or len(guitar) < LEAST_NOTES:
        return []
    notes = guitar.notes()
    onsets = [note.onset for note in notes]
    found = []
    for bar in sounding(bars_of(song), notes):
        if bar.is_whole and fits_grid(bar.beats):
            first, last = (bisect_left(onsets, at) for at in (bar.start - 1, bar.start + bar.beats))
            found.append(heard_bar(notes[first:last], bar.start, bar.beats, bar.bpm))
    return found
