"""Learns what confidence is worth: `python -m engine.beats.training.learn_sureness FILE...`.

Prints the numbers of `engine.beats.pulse.sureness` for each mode, and how right the beats are that
are said to be right at .8 or more, on parts that the numbers were not learned from. Of the jazz
solos in the files one in nine of those to learn from is taken, as it was played.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from engine.beats.pulse.sureness import clues
from engine.beats.tracker import BeatTracker
from engine.beats.training.conditions import Array, drawn
from engine.beats.training.logistic import fit
from engine.beats.training.solos import SHARES, is_solo, read_takes, share_of

FOLDS = 5
FROM_S, NEAR_S = 5.0, 0.070  # beats count from so long after the first note; how near is right
SURE = 0.8
SOLOS = 9  # one in so many of those to learn from
SEED = 5000  # of the performances: others than those of the bench


def heard(record: dict[str, Any], mode: str, seed: int) -> tuple[Array, Array]:
    """Of one performance, for every beat: the clues (beats, 2), and the share of it and the next
    three that are within 70 ms."""
    condition = "clean" if is_solo(record) else "human"
    part, _, told = drawn(record, mode, condition, seed)
    tracker, times, known = BeatTracker(**told), [], []
    for note in zip(part.time.tolist(), part.pitch.tolist(), part.velocity.tolist(), strict=True):
        tracker.hear(*note)
        for beat in tracker.beats(note[0]):
            times.append(beat.time)
            known.append(tracker.clues)
    found = np.array(times)
    right = np.abs(found[:, None] - part.beats).min(1) < NEAR_S
    bars = np.lib.stride_tricks.sliding_window_view(right, 4).mean(1)
    began = found[: len(bars)]
    kept = (began > part.time[0] + FROM_S) & (began < part.beats[-1])
    return np.array([clues(*k) for k in known[: len(bars)]])[kept], bars[kept]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", help="records: JSON, or JSON gzipped")
    asked = parser.parse_args()
    records = [record for file in asked.files for record in read_takes(file)]
    solos = [record for record in records if is_solo(record) and share_of(record) == SHARES[0]]
    records = [record for record in records if not is_solo(record)] + solos[::SOLOS]
    for mode in ("free", "hint", "count-in"):
        parts = [heard(record, mode, SEED + index) for index, record in enumerate(records)]
        said, count = [], 0
        for fold in range(FOLDS):
            rest = [part for k, part in enumerate(parts) if k % FOLDS != fold]
            x, y = (np.concatenate(column) for column in zip(*rest, strict=True))
            weights = fit(x, y)
            for x, y in parts[fold::FOLDS]:
                sure = weights[0] + x @ weights[1:] >= np.log(SURE / (1 - SURE))
                said += y[sure].tolist()
                count += len(y)
        x, y = (np.concatenate(column) for column in zip(*parts, strict=True))
        weights = fit(x, y).round(3).tolist()
        right = float(np.mean(said)) if said else float("nan")
        print(  # noqa: T201
            f"{mode}: bias, share, time {weights}; held out: {right:.3f} right where it says"
            f" {SURE}, in {len(said) / count:.2f} of the beats"
        )


if __name__ == "__main__":
    main()
