"""Prints every published figure again: python -m tests.benches [--only NAME] [--data DIR]
[--beats FILE] [--json].

Each `bench_NAME.py` beside this has a function `run(options: Options) -> Iterable[Figure]`.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.benches.figures import Figure, Options, document, line

FOLDER = Path(__file__).parent


def names() -> list[str]:
    return sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))


def figures(chosen: list[str], options: Options) -> Iterator[Figure]:
    """The figures of the chosen benches, each as soon as it is there."""
    for name in chosen:
        yield from importlib.import_module(f"tests.benches.bench_{name}").run(options)


def _options(chosen: argparse.Namespace) -> Options:
    return Options(chosen.data, chosen.long, chosen.beats)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=names(), action="append", help="run this bench alone")
    parser.add_argument("--data", type=Path, help="a folder of MIDI songs")
    parser.add_argument("--beats", type=Path, help="a JSON file of guitar parts and their beats")
    parser.add_argument("--long", action="store_true", help="the ten-minute runs too")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    chosen = parser.parse_args()
    found = []
    for figure in figures(chosen.only or names(), _options(chosen)):
        found.append(figure)
        if not chosen.json:
            sys.stdout.write(f"{line(figure)}\n")
            sys.stdout.flush()
    if chosen.json:
        sys.stdout.write(json.dumps(document(found), indent=1) + "\n")


if __name__ == "__main__":
    main()
