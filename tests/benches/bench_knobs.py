"""Whether density and intensity are heard: rank correlation of the knob with the drums."""

from __future__ import annotations

from collections.abc import Iterator

from engine.inference.infer import BundleDrummer
from tests.benches.figures import Figure, Options
from tests.support.knobs import PARTS, VALUES, loudness, spearman, strokes, sweep

GOAL = 0.95
KNOBS = {"density": (strokes, "strokes a beat"), "intensity": (loudness, "mean velocity")}


def run(_options: Options) -> Iterator[Figure]:
    drummer = BundleDrummer()
    for knob, (heard, unit) in KNOBS.items():
        for part in PARTS:
            found = sweep(drummer, part, knob, heard)
            name = f"{knob} in {len(VALUES)} steps, {part.name}"
            yield Figure(f"{name}: Spearman", spearman(found), GOAL, more_is_better=True)
            yield Figure(f"{name}: lowest", found[0], unit=unit)
            yield Figure(f"{name}: highest", found[-1], unit=unit)
