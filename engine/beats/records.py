"""Records of the beat bench: a guitarist's onsets in a JSON file, run through the tracker."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from engine.beats.count_in import CountIn
from engine.errors import OnsetsError

MOST_ONSETS = 200_000
LONGEST_S = 12 * 3600.0  # of a record, and of its times
AFTER_S = 0.5  # beats are looked for so long after the last onset

Onset = tuple[float, int, int]  # seconds, pitch, velocity


@dataclass(frozen=True, slots=True)
class OnsetRecord:
    """What a guitarist played, and what the tracker may know of it."""

    name: str
    onsets: tuple[Onset, ...]  # in order of time
    bpm: float | None = None
    count_in: tuple[float, ...] | None = None

    def told(self, bpm: float | None, count_in: Sequence[float] | None) -> OnsetRecord:
        """The same record; what it does not say itself is as given here."""
        return replace(
            self,
            bpm=self.bpm if self.bpm is not None else bpm,
            count_in=self.count_in or (tuple(count_in) if count_in else None),
        )


@dataclass(frozen=True, slots=True)
class TrackedRecord:
    """The beats found in a record, in order of time."""

    record: OnsetRecord
    beats: tuple[Any, ...]  # of engine.beats.tracker.Beat


def read_records(path: Path) -> list[OnsetRecord]:
    """The records of a file: a list of them, an object with `records`, or a single one."""
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise OnsetsError(f"{path} is not a JSON file of onsets: {error}") from error
    if isinstance(document, dict):
        document = document.get("records", [document])
    if not isinstance(document, list):
        raise OnsetsError(f"{path} holds neither a record nor a list of them")
    return [_record(item, index, path) for index, item in enumerate(document)]


def _record(item: Any, index: int, path: Path) -> OnsetRecord:
    try:
        onsets = sorted(_onset(*onset[:3]) for onset in item["onsets"])
        if len(onsets) > MOST_ONSETS:
            raise ValueError(f"more than {MOST_ONSETS:,} onsets")
        bpm, taps = item.get("bpm"), item.get("count_in")
        return OnsetRecord(
            str(item.get("name", index)),
            tuple(onsets),
            None if bpm is None else checked_bpm(bpm),
            None if taps is None else checked_taps(taps),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise OnsetsError(
            f"record {index} of {path}: {error}; it needs `onsets`, a list of "
            "[seconds, MIDI pitch, velocity]"
        ) from error


def _onset(time: Any, pitch: Any, velocity: Any = 90) -> Onset:
    if not abs(time) <= LONGEST_S or not 0 <= pitch <= 127 or not 0 <= velocity <= 127:
        raise ValueError(f"no such onset: {[time, pitch, velocity]}")
    return float(time), int(pitch), int(velocity)


def checked_bpm(bpm: Any) -> float:
    if not 10 <= float(bpm) <= 1000:
        raise ValueError(f"bpm must be in 10..1000, not {bpm}")
    return float(bpm)


def checked_taps(taps: Iterable[Any]) -> tuple[float, ...]:
    times = tuple(float(tap) for tap in taps)
    if not all(abs(time) <= LONGEST_S for time in times):
        raise ValueError(f"a count-in is times in seconds, not {times}")
    CountIn.of(times)
    return times


def track(record: OnsetRecord) -> TrackedRecord:
    """Play a record to a new tracker, note by note."""
    from engine.beats.tracker import BeatTracker  # loads numpy

    tracker = BeatTracker(bpm=record.bpm, count_in=record.count_in)
    beats = []
    for onset in record.onsets:
        tracker.hear(*onset)
        beats += tracker.beats(onset[0])
    if record.onsets:
        beats += tracker.beats(record.onsets[-1][0] + AFTER_S)
    return TrackedRecord(record, tuple(beats))


def track_all(records: Sequence[OnsetRecord]) -> list[TrackedRecord]:
    """Every record, on all cores."""
    jobs = min(os.cpu_count() or 1, len(records))
    if jobs < 2:
        return [track(record) for record in records]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        return list(pool.map(track, records, chunksize=max(1, len(records) // (4 * jobs))))
