"""The beats of recordings: `python -m tests.benches.beats.recordings FOLDER`.

FOLDER holds guitars and their true beats (`audio.json`). Their beats are found over the whole file,
free and with a hint 8 % off, and live, as the notes that were heard come in.
`tests.benches.beats.recorded_drums` tells of the drums.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from mir_eval import beat as beat_measures

from drumd.cli.transcribe import hear
from engine.beats.training.conditions import Array, Played, count_in
from engine.beats.whole import find_beats
from engine.inference.recording import onsets_of
from tests.benches.beats.__main__ import perform
from tests.benches.beats.score import FROM_S


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")  # mir_eval on short records
    for line in _beats(asked.folder):
        print(line, flush=True)  # noqa: T201


def _beats(folder: Path) -> Iterator[str]:
    """A line for each guitar, and the mean."""
    rows = []
    for record in json.loads((folder / "audio.json").read_text("utf-8")):
        if record["split"] == "drums":
            continue
        rows.append(row := beat_scores(folder / record["file"], record))
        yield f"{record['name']}: F " + ", ".join(f"{k} {v:.2f}" for k, v in row.items())
    yield "mean: F " + ", ".join(f"{k} {np.mean([row[k] for row in rows]):.3f}" for k in rows[0])


def beat_scores(path: Path, record: dict[str, Any]) -> dict[str, float]:
    """F of the beats over the whole file, and live in each mode."""
    heard = hear(path, None)
    beats, ones = np.array(record["beats"]), np.array(record["downbeats"])
    onsets = onsets_of(heard.transcript)
    columns = [np.array(column) for column in zip(*onsets, strict=True)]
    part = Played(*columns, beats)
    first = float(part.time[0])
    is_one = np.isin(beats, ones) if len(ones) else np.arange(len(beats)) % 4 == 0
    bpm = 60 / float(np.median(np.diff(beats)))
    taps = count_in(part, beats, is_one, first, np.random.default_rng(0), "clean")
    hints = {"hint 8 % fast": 1.08 * bpm, "hint 8 % slow": bpm / 1.08}
    live: dict[str, dict[str, Any]] = {
        "free": {},
        **{told: {"bpm": hint} for told, hint in hints.items()},
        "count-in": {"count_in": taps},
    }
    found = {"whole file": heard.beats.times}
    for told, hint in hints.items():
        whole = find_beats(onsets, bpm=hint)
        assert whole is not None
        found[f"whole file, {told}"] = whole.times
    for mode, how in live.items():
        found[f"live, {mode}"] = np.array([beat.time for beat in perform(part, how)[0]])
    return {mode: _f(times, beats, first) for mode, times in found.items()}


def _f(found: Array, true: Array, first: float) -> float:
    start, end = first + FROM_S, true[-1] + 0.01
    kept = found[(found >= start) & (found <= end)]
    return float(beat_measures.f_measure(true[true >= start], kept)) if len(kept) else 0.0


if __name__ == "__main__":
    main()
