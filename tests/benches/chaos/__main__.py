"""Chaos as a table: python -m tests.benches.chaos [--long] [--only NAME].

After each scene: strokes lost (eighths of a steady song without one, those left out in which there
was no port), notes left on, strokes of one drum within 30 ms, and by how much threads, handles and
memory have grown.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial

from tests.benches.chaos.outcome import HEAD, Outcome
from tests.benches.chaos.recordings import Kept, killed
from tests.benches.chaos.scenes import SCENES
from tests.benches.chaos.servers import restarts

Run = Callable[[int], Outcome | Kept]
OTHERS: dict[str, tuple[Run, int, int]] = {
    "restarts": (partial(restarts, rtmidi=False, brief=False), 20, 3),
    "restarts-rtmidi": (partial(restarts, rtmidi=True, brief=False), 20, 3),
    "restarts-opening": (partial(restarts, rtmidi=False, brief=True), 20, 3),
    "recording": (killed, 200, 5),
}  # how often in full, and in short
RUNS = {name: (scene.play, scene.full, scene.short) for name, scene in SCENES.items()} | OTHERS


def main() -> int:
    """Prints a row for each scene; 1 if one did harm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="as often as is promised")
    parser.add_argument("--times", type=int, help="so often, whatever it is")
    parser.add_argument("--only", choices=RUNS, action="append")
    chosen = parser.parse_args()
    print(HEAD, flush=True)  # noqa: T201
    harm = 0
    for name in chosen.only or RUNS:
        run, full, short = RUNS[name]
        outcome = run(chosen.times or (full if chosen.long else short))
        harm += not outcome.survived
        print(outcome, flush=True)  # noqa: T201
    return int(harm > 0)


if __name__ == "__main__":
    sys.exit(main())
