"""How long it takes to write the drums of many songs, with the bundle that ships."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benches.figures import Figure, Options
from tests.support.midi_files import maps, midi, track

SONGS = 60
MINUTES = 3
GOAL_S = 90.0
ROOT = Path(__file__).parents[2]


def run(options: Options) -> Iterator[Figure]:  # noqa: ARG001 (needs no data)
    with TemporaryDirectory() as folder:
        songs = [write_song(Path(folder) / f"song{number}.mid", number) for number in range(SONGS)]
        begun = time.perf_counter()
        subprocess.run(
            [sys.executable, "drumd.py", "generate", *songs, "-o", Path(folder) / "drums"],
            cwd=ROOT, check=True, capture_output=True,
        )  # fmt: skip
        name = f"drums for {SONGS} songs of {MINUTES} minutes, all cores"
        yield Figure(name, time.perf_counter() - begun, GOAL_S, "s")


def write_song(path: Path, number: int) -> Path:
    """Three minutes of chords or riffs, each song at its own tempo."""
    chance = random.Random(number)
    bpm = chance.uniform(80, 160)
    beats = int(MINUTES * bpm)
    notes = []
    for place in range(4 * beats):
        if chance.random() < 0.4:
            root = 40 + chance.randrange(24)
            chord = (root, root + 7, root + 12) if chance.random() < 0.3 else (root,)
            notes += [(place / 4, 0.3, pitch, chance.randrange(50, 120)) for pitch in chord]
    guitar = track(notes, program=chance.randrange(24, 32), name="Guitar")
    path.write_bytes(midi(maps(bpm=[(0, bpm)], metres=[(0, 4, 4)]), guitar))
    return path
