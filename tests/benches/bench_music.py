"""How near the shipped bundle comes to the drums of real songs, beside what anyone could play."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.benches.figures import Figure, Options, skipped

ROOT = Path(__file__).parents[2]


def run(options: Options) -> Iterator[Figure]:
    """Hit F1 on the half of the songs of DATA that nothing was trained or chosen on."""
    name = "hit F1, valid guitar songs"
    if options.data is None:
        yield skipped(name, "DATA=folder of songs or a corpus")
        return
    done = subprocess.run(
        [sys.executable, "drumd.py", "eval", "--data", options.data.resolve(),
         "--part", "last", "--json"],
        cwd=ROOT, check=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    found = json.loads(done.stdout)
    for who, row in found["means"].items():
        f1 = row["f1"]
        yield Figure(f"{name}: {who}", f1["mean"], unit=_interval(f1))
    for who, gain in found["gains"].items():
        yield Figure(f"{name}: model above {who}, song by song", gain["mean"], unit=_interval(gain))


def _interval(mean: dict[str, float]) -> str:
    return f"[{mean['low']:.3f}, {mean['high']:.3f}] n={mean['songs']}"
