"""Feeds every reader of drumd with damaged input: python -m tests.benches.fuzz [--seconds 20]"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from tests.benches.fuzz.harness import in_a_process
from tests.benches.fuzz.targets import TARGETS

ROW = "{:<22}{:>9}{:>9}{:>9}{:>8}{:>12}{:>9}"


def main() -> int:
    """Prints a row a target; 1 if there was a fault."""
    options = _options()
    print(ROW.format("target", "inputs", "read", "refused", "faults", "slowest ms", "peak MB"))  # noqa: T201
    total = Counter[str]()
    for target in TARGETS:
        if options.only and options.only not in target.name:
            continue
        row = in_a_process(target, options.seconds, options.seed)
        total.update({key: row[key] for key in ("inputs", "read", "refused", "faults")})
        _show(target.name, row)
    _show("all", total)
    return int(total["faults"] > 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="a part of a target's name")
    return parser.parse_args()


def _show(name: str, row: Counter[str]) -> None:
    keys = ("inputs", "read", "refused", "faults", "slowest", "peak")
    cells = [f"{row[key]:,}" if key in row else "" for key in keys]
    print(ROW.format(name, *cells), flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
