"""Runs one reader on damaged inputs, in a process of its own, and counts what became of them.

A fault is an error that is none of drumd's, an answer after more than two seconds of work, or
more than 500 MB. The input of each fault is kept in `found/`, and is tried first the next time.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from drumd.errors import DrumdError
from engine.errors import EngineError
from tests.benches.fuzz.targets import TARGETS, Target

SLOW_S, MOST_MB = 2.0, 500
FOUND = Path(__file__).parent / "found"


def in_a_process(target: Target, seconds: float, seed: int) -> Counter[str]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(target.name, seconds, seed, theirs))
    process.start()
    theirs.close()
    try:
        return ours.recv()
    except EOFError:
        print(f"{target.name}: its process died", file=sys.stderr)  # noqa: T201
        return Counter(faults=1)
    finally:
        process.join()


def _work(name: str, seconds: float, seed: int, pipe: Connection) -> None:
    target = next(one for one in TARGETS if one.name == name)
    with TemporaryDirectory() as folder:
        pipe.send(fuzz(target, Path(folder), seconds=seconds, seed=seed))


def fuzz(
    target: Target, folder: Path, *, seconds: float = 1e9, most: int = 10**9, seed: int = 1
) -> Counter[str]:
    """Tries damaged inputs for so long, or so many, and counts what became of them."""
    chance, row = Random(seed), Counter[str]()
    whole = list(target.seeds(folder))
    signal.signal(signal.SIGALRM, _too_slow)
    for seed in whole:
        _try(target, folder, seed, row)
    if not row["read"]:
        _keep(target, whole[0], row, "is refused, though it is whole")
    kept = sorted(FOUND.glob(f"*{Path(target.file).suffix}"))
    for path in kept:
        _try(target, folder, path.read_bytes(), row)
    end = time.monotonic() + seconds
    while row["inputs"] < most and time.monotonic() < end:
        _try(target, folder, target.damage(chance.choice(whole), chance), row)
    row["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    row["faults"] += row["peak"] > MOST_MB
    return row


def _too_slow(*_: object) -> None:
    raise TimeoutError(f"no answer in {SLOW_S:g} s")


def _try(target: Target, folder: Path, data: bytes, row: Counter[str]) -> None:
    path = folder / target.file
    path.write_bytes(data)
    row["inputs"] += 1
    began = time.process_time()
    signal.setitimer(signal.ITIMER_REAL, 5 * SLOW_S)  # a machine may be busy
    try:
        target.read(path)
        row["read"] += 1
    except (DrumdError, EngineError):
        row["refused"] += 1
    except BaseException:
        _keep(target, data, row, traceback.format_exc())
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    took = time.process_time() - began
    row["slowest"] = max(row["slowest"], round(1e3 * took))
    if took > SLOW_S:
        _keep(target, data, row, f"took {took:.1f} s")


def _keep(target: Target, data: bytes, row: Counter[str], why: str) -> None:
    row["faults"] += 1
    name = hashlib.sha256(data).hexdigest()[:10] + Path(target.file).suffix
    if row["faults"] <= 5:
        FOUND.mkdir(exist_ok=True)
        (FOUND / name).write_bytes(data)
        print(f"{target.name}: {name}: {why}", file=sys.stderr)  # noqa: T201
