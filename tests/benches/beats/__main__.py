"""Prints the figures of the tracker on a file of the bench."""

from __future__ import annotations

import argparse
import json
import os
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import thread_time
from typing import Any

import numpy as np

from engine.beats.records import AFTER_S
from engine.beats.tracker import Beat, BeatTracker
from engine.beats.training.conditions import Played, drawn
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
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=Path)
    parser.add_argument("--runs", type=int, default=4, help="how many rows of the table")
    parser.add_argument("--seeds", type=int, default=1, help="performances of each part")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--worst", type=int, default=0, help="name so many of the worst parts")
    asked = parser.parse_args()
    records = json.loads(asked.records.read_text("utf-8"))
    print("mode condition  F CMLt AMLt downbeat-F  error-ms  sure-at-.8  cpu-ms p50 p99")  # noqa: T201
    for mode, condition in RUNS[: asked.runs]:
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


def run(work: tuple[dict[str, Any], str, str, int]) -> tuple[Score, list[float]]:
    """One record under one condition: its score, and the seconds of CPU of each onset."""
    record, mode, condition, seed = work
    warnings.simplefilter("ignore")  # mir_eval on short records
    part, is_one, told = drawn(record, mode, condition, seed)
    found, cost = perform(part, told)
    return score(found, part.beats, part.beats[is_one], float(part.time[0])), cost


def perform(part: Played, told: dict[str, Any]) -> tuple[list[Beat], list[float]]:
    """Every note as it comes; the beats announced, and what each note cost."""
    tracker, found, cost = BeatTracker(**told), [], []
    for note in zip(part.time.tolist(), part.pitch.tolist(), part.velocity.tolist(), strict=True):
        before = thread_time()
        tracker.hear(*note)
        found += tracker.beats(note[0])
        cost.append(thread_time() - before)
    return found + tracker.beats(float(part.time[-1]) + AFTER_S), cost


def row(mode: str, condition: str, results: Sequence[tuple[Score, list[float]]]) -> str:
    scores = [one for one, _ in results]
    f, cmlt, amlt, ones = np.mean([(s.f, s.cmlt, s.amlt, s.downbeat_f) for s in scores], 0)
    error = np.nanmedian([s.median_error_s for s in scores]) * 1e3
    sure = np.concatenate([s.sure for s in scores])
    cost = np.concatenate([cost for _, cost in results]) * 1e3
    return (
        f"{mode:9}{condition:6} {f:.3f} {cmlt:.3f} {amlt:.3f} {ones:.3f}  {error:5.1f}  "
        f"{sure.mean() if len(sure) else float('nan'):.3f} of {len(sure)}  "
        f"{np.median(cost):.2f} {np.quantile(cost, 0.99):.2f}"
    )


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
