"""Feeds every reader of drumd with damaged input: python -m tests.benches.fuzz [--seconds 20]

Each target runs in a process of its own, so a crash is seen and memory is its own. A fault is an
error that is none of drumd's, an answer after more than two seconds, or more than 500 MB. The
input of each fault is kept in `found/`, and is tried first the next time.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.benches.fuzz.targets import TARGETS, Target

SLOW_S, MOST_MB = 2.0, 500
FOUND = Path(__file__).parent / "found"
ROW = "{:<22}{:>9}{:>9}{:>9}{:>8}{:>12}{:>9}"


def main() -> int:
    """Prints a row a target; 1 if there was a fault."""
    options = _options()
    print(ROW.format("target", "inputs", "read", "refused", "faults", "slowest ms", "peak MB"))  # noqa: T201
    total = Counter[str]()
    for target in TARGETS:
        if options.only and options.only not in target.name:
            continue
        row = _in_a_process(target, options.seconds, options.seed)
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


def _in_a_process(target: Target, seconds: float, seed: int) -> Counter[str]:
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


def _work(name: str, seconds: float, seed: int, pipe: object) -> None:
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
    from drumd.errors import DrumdError
    from engine.errors import EngineError

    path = folder / target.file
    path.write_bytes(data)
    row["inputs"] += 1
    began = time.process_time()
    signal.setitimer(signal.ITIMER_REAL, 5 * SLOW_S)  # a machine may be busy
    try:
        target.read(path)
        row["read"] += 1
    except (DrumdError, EngineError) as error:
        row["refused"] += 1
        if any(ord(letter) < 32 and letter != "\n" for letter in str(error)):
            _keep(target, data, row, "control characters in a sentence")
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


if __name__ == "__main__":
    sys.exit(main())
