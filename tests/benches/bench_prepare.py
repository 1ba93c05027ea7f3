"""How long it takes to prepare a corpus of a folder of songs, and how much memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.benches.figures import Figure, Options, skipped

GOAL_S = 60.0  # for some 1,400 songs on two cores
GOAL_MB = 2000.0
ROOT = Path(__file__).parents[2]


def run(options: Options) -> Iterator[Figure]:
    if options.data is None:
        yield skipped("preparing a corpus", "--data, a folder of songs")
        return
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as answer:
        place, target = options.data.resolve(), Path(folder) / "corpus"
        command = [sys.executable, "drumd.py", "prepare", place, "-o", target, "--json"]
        begun = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=answer, stderr=subprocess.DEVNULL)
        peak = peak_bytes(process)
        took = time.perf_counter() - begun
        answer.seek(0)
        report = json.load(answer)
    accounted = report["used"] + sum(report["dropped"].values())
    yield Figure(f"preparing {report['files']} songs, all cores", took, GOAL_S, "s")
    yield Figure("memory of all its processes", peak / 1e6, GOAL_MB, "MB")
    yield Figure("files unaccounted for", abs(report["files"] - accounted), 0)


def peak_bytes(process: subprocess.Popen[bytes]) -> int:
    """The most that a process and its children held at once, looked at 50 times a second."""
    peak = 0
    while process.poll() is None:
        peak = max(peak, family_bytes(process.pid))
        time.sleep(0.02)
    return peak


def family_bytes(pid: int) -> int:
    total = 0
    try:
        parent = psutil.Process(pid)
        for each in (parent, *parent.children(recursive=True)):
            total += each.memory_info().rss
    except psutil.Error:  # one of them has just ended
        pass
    return total
