"""Whether the drums stop when the player does: guitar parts of songs with the drums really played.

A true stop: guitar and drums strike together on a beat, having played on for some bars, and both
are silent for 1.75 beats. It is answered within a beat if no drum would be struck on the next one.
A false stop: the drums really played on. The songs of one third of the groups are measured, by the
hash of their names; the constants of `drumd.jam.stops` were chosen on the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from drumd.jam.stops import NO_STOP, SILENT, SOONEST, TOGETHER, Stops
from engine.corpus.manifest import find_songs
from engine.errors import EngineError
from engine.midi.read import read_song
from tests.benches.figures import Figure, Options, skipped

Beats = NDArray[np.float64]
LEAST_NOTES, THIRDS = 150, 3
STOP = 1.75  # beats of silence
LOOK = 8.0  # beats before it in which the drums play on
DENSE = 10  # eighths struck in these


@dataclass
class Found:
    """What came of some parts."""

    hours: float = 0.0  # in which the guitar plays
    true: int = 0
    answered: int = 0  # of these
    within_beat: int = 0
    false: int = 0
    brief: int = 0  # of the false ones: the guitar was back within a beat

    def add(self, other: Found) -> None:
        for field in fields(self):
            value = getattr(self, field.name) + getattr(other, field.name)
            setattr(self, field.name, value)


def run(options: Options) -> Iterator[Figure]:
    if options.data is None:
        yield skipped("stops", "--data")
        return
    found = Found()
    for file in find_songs([options.data]):
        if third_of(file.info.group) == 0 and (part := _part(file.path)):
            found.add(judged(*part))
    yield Figure("guitar parts with drums, playing", found.hours, unit="h")
    yield Figure("true stops", found.true)
    yield Figure("of them answered", found.answered)
    yield Figure("answered within a beat", found.within_beat)
    yield Figure("false stops an hour", found.false / max(found.hours, 1e-9), unit="/h")
    yield Figure("of them over within a beat", found.brief)


def third_of(group: str) -> int:
    return int(hashlib.md5(group.encode(), usedforsecurity=False).hexdigest(), 16) % THIRDS


def _part(path: Path) -> tuple[Beats, Beats, Beats, float] | None:
    """Onsets and ends of the guitar, onsets of the drums, the tempo."""
    try:
        song = read_song(path)
    except EngineError:
        return None
    guitar = max((part for part in song.parts if part.is_guitar), key=len, default=None)
    drums = [part.onset for part in song.parts if part.is_drum]
    struck = np.sort(np.concatenate(drums)) if drums else np.zeros(0)
    if guitar is None or min(len(guitar), len(struck)) < LEAST_NOTES:
        return None
    bpm = float(np.median([bpm for _, bpm in song.tempos]))
    return guitar.onset, guitar.onset + guitar.duration, struck, bpm


def judged(onset: Beats, end: Beats, drums: Beats, bpm: float) -> Found:
    """One part, heard as it is played."""
    order = np.argsort(onset, kind="stable")
    onset, sounded = onset[order], np.maximum.accumulate(end[order])
    found = Found(hours=len(np.unique(onset // 4)) * 4 * 60 / bpm / 3600)
    first = np.flatnonzero(np.diff(onset, prepend=-np.inf) > TOGETHER)
    stops = Stops()
    for here, there in zip(first, [*first[1:], len(onset)], strict=True):
        beat, after = onset[here], onset[there] if there < len(onset) else np.inf
        stops.stroke(beat)
        if after - beat < SOONEST or np.isinf(after):
            continue
        silent = max(beat, sounded[there - 1])
        patience = stops.patience
        at = np.inf if patience is None else max(beat + patience, silent + SILENT)
        stopped = at < after
        if _is_true(beat, after, silent, drums):
            found.true += 1
            found.answered += stopped and at <= beat + STOP
            found.within_beat += stopped and at <= beat + 1
        elif stopped and len(np.unique(np.round(_between(drums, at, at + 2) * 4))) > 1:
            found.false += 1
            found.brief += after - at < 1
        if stopped and after - at >= NO_STOP:
            stops.excuse(after)
    return found


def _is_true(beat: float, after: float, silent: float, drums: Beats) -> bool:
    """Whether guitar and drums stop together with the stroke at `beat`."""
    on_beat = abs(beat - round(beat)) < TOGETHER
    before = np.unique(np.round(_between(drums, beat - LOOK, beat) * 2))
    return bool(
        on_beat
        and after - beat >= STOP
        and silent <= beat + 1
        and len(_between(drums, beat - TOGETHER, beat + TOGETHER))
        and len(before) >= DENSE
        and not len(_between(drums, beat + 0.3, beat + STOP))
    )


def _between(beats: Beats, first: float, last: float) -> Beats:
    return beats[np.searchsorted(beats, first) : np.searchsorted(beats, last)]
