"""Prints the figures of the tracker on files of the bench."""

from __future__ import annotations

import argparse
import os
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from math import inf
from pathlib import Path
from time import thread_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.beats.count_in import CountIn
from engine.beats.records import AFTER_S
from engine.beats.tracker import Beat, BeatTracker
from engine.beats.training.conditions import Played, drawn
from engine.beats.training.solos import is_solo, read_takes, share_of
from engine.beats.whole import find_beats
from tests.benches.beats.score import Score, score

RUNS = (
    ("free", "human"),
    ("hint", "human"),
    ("count-in", "human"),
    ("count-in", "clean"),
    ("free", "clean"),
    ("free", "step"),
    ("hint", "step"),
    ("count-in", "step"),
    ("whole", "human"),
    ("free, one", "human"),
    ("hint, one", "human"),
)
AS_PLAYED = (
    ("free", "clean"),
    ("hint", "clean"),
    ("count-in", "clean"),
    ("held", "clean"),
    ("whole", "clean"),
    ("free, one", "clean"),
    ("hint, one", "clean"),
)
TOLD_ONE = {"free, one": "free", "hint, one": "hint"}  # the same, and once "this is one"
MODES = ("free", "hint", "count-in", "held", "whole", *TOLD_ONE)
PRESSED_S, PRESS_SPREAD_S = 4.0, 0.03  # after the first onset, at the next "one"; how exactly
FASTEST_BPM = 200  # of the solos that are scored: above it even people tap half
Record = dict[str, Any]
Work = tuple[Record, str, str, int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", help="records: JSON, or JSON gzipped")
    parser.add_argument("--runs", type=int, default=5, help="how many rows of each table")
    parser.add_argument("--mode", help=f"only rows of this mode: {', '.join(MODES)}")
    parser.add_argument("--group", help="only groups with this in their name")
    parser.add_argument("--seeds", type=int, default=1, help="performances of each part")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--worst", type=int, default=0, help="name so many of the worst parts")
    asked = parser.parse_args()
    print("mode condition  F CMLt AMLt downbeat-F  error-ms  sure-at-.8  cpu-ms p50 p99")  # noqa: T201
    for name, records, runs in groups([r for file in asked.files for r in read_takes(file)]):
        if asked.group and asked.group not in name:
            continue
        print(f"{name}: {len(records)} records")  # noqa: T201
        for mode, condition in runs if asked.mode else runs[: asked.runs]:
            if asked.mode in (None, mode):
                print_row(records, mode, condition, asked)


def print_row(
    records: Sequence[Record], mode: str, condition: str, asked: argparse.Namespace
) -> None:
    work = [
        (record, mode, condition, 1000 * seed + index)
        for seed in range(asked.seeds)
        for index, record in enumerate(records)
    ]
    with ProcessPoolExecutor(asked.jobs) as pool:
        results = list(pool.map(run, work))
    print(row(mode, condition, results), flush=True)  # noqa: T201
    worst = sorted(zip(results, work, strict=True), key=lambda pair: pair[0][0].f)
    for (one, _), (record, *_) in worst[: asked.worst]:
        print(f"    {one.f:.2f} {one.cmlt:.2f} {one.amlt:.2f} {record['name']}")  # noqa: T201


def groups(
    records: Sequence[Record],
) -> Iterator[tuple[str, list[Record], Sequence[tuple[str, str]]]]:
    """What is told apart: a name, its records, and how each is played. Takes of people are played
    as they are."""
    named: dict[str, list[Record]] = {}
    for record in records:
        named.setdefault(group_of(record), []).append(record)
    for name in sorted(named):
        yield name, named[name], RUNS if name == "sequenced parts" else AS_PLAYED


def group_of(record: Record) -> str:
    if record["split"] != "real":
        return "sequenced parts"
    if is_solo(record):
        fast = record["bpm_true"] > FASTEST_BPM
        speed = f"{'above' if fast else 'up to'} {FASTEST_BPM} bpm"
        return f"jazz soloists {speed}, {share_of(record)}"
    if record["cat"] == "heard":
        return "takes heard by a network"
    return "chords" if record["part"] == "comp" else "single lines"


def run(work: Work) -> tuple[Score, list[float]]:
    """One record under one condition: its score, and the seconds of CPU of each onset."""
    record, mode, condition, seed = work
    warnings.simplefilter("ignore")  # mir_eval on short records
    as_told = {"held": "count-in", **TOLD_ONE}.get(mode, mode)
    part, is_one, told = drawn(record, as_told, condition, seed)
    if mode in TOLD_ONE:
        found, cost = perform(part, told, pressed(part, is_one, seed))
    else:
        found, cost = {"held": held, "whole": whole}.get(mode, perform)(part, told)
    return score(found, part.beats, part.beats[is_one], float(part.time[0])), cost


def pressed(part: Played, is_one: NDArray[np.bool_], seed: int) -> float:
    """When the player says "this is one"."""
    ones = part.beats[is_one]
    one = ones[min(np.searchsorted(ones, part.time[0] + PRESSED_S), len(ones) - 1)]
    return float(one + np.random.default_rng(seed).normal(0, PRESS_SPREAD_S))


def perform(part: Played, told: dict[str, Any], one: float = inf) -> tuple[list[Beat], list[float]]:
    """Every note as it comes, and at `one` "this is one"; the beats announced, and what each note
    cost."""
    tracker, found, cost = BeatTracker(**told), [], []
    for note in zip(part.time.tolist(), part.pitch.tolist(), part.velocity.tolist(), strict=True):
        if note[0] > one:
            found += tracker.beats(one)
            tracker.this_is_one(one)
            one = inf
        before = thread_time()
        tracker.hear(*note)
        found += tracker.beats(note[0])
        cost.append(thread_time() - before)
    return found + tracker.beats(float(part.time[-1]) + AFTER_S), cost


def held(part: Played, told: dict[str, Any]) -> tuple[list[Beat], list[float]]:
    """What a metronome makes of the count-in: the tempo held, nothing heard."""
    counted = CountIn.of(told["count_in"])
    count = int((part.time[-1] + AFTER_S - counted.last) / counted.period)
    times = counted.last + counted.period * np.arange(1, count + 1)
    return [Beat(time, time, k % 4 + 1, 0.0) for k, time in enumerate(times.tolist())], [0.0]


def whole(part: Played, told: dict[str, Any]) -> tuple[list[Beat], list[float]]:
    """The beats as a file has them found: by all of its notes, not live."""
    notes = zip(part.time.tolist(), part.pitch.tolist(), part.velocity.tolist(), strict=True)
    found = find_beats(list(notes), **told)
    if found is None:
        return [], [0.0]
    times = enumerate(found.times.tolist())
    return [Beat(time, time, k % found.metre + 1, 0.0) for k, time in times], [0.0]


def row(mode: str, condition: str, results: Sequence[tuple[Score, list[float]]]) -> str:
    scores = [one for one, _ in results]
    f, cmlt, amlt, ones = np.mean([(s.f, s.cmlt, s.amlt, s.downbeat_f) for s in scores], 0)
    errors = [s.median_error_s for s in scores if not np.isnan(s.median_error_s)]
    error = np.median(errors) * 1e3 if errors else float("nan")
    sure = np.concatenate([s.sure for s in scores])
    cost = np.concatenate([cost for _, cost in results]) * 1e3
    return (
        f"{mode:10}{condition:6} {f:.3f} {cmlt:.3f} {amlt:.3f} {ones:.3f}  {error:5.1f}  "
        f"{sure.mean() if len(sure) else float('nan'):.3f} of {len(sure)}  "
        f"{np.median(cost):.2f} {np.quantile(cost, 0.99):.2f}"
    )


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
