"""Whether the machine itself stood still: a stolen CPU, a stopped group of processes.

A process of its own naps on every core and keeps by how much it overslept. It shares no lock with
what is tested, so nothing but the machine holds it up.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

NAP_S = 0.005


class StallMeter:
    """Measures from the first time that it is asked, until it is closed."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def worst_s(self) -> float:
        """For how many seconds a core stood still at worst since this was asked last."""
        if self.process is None:
            command = [sys.executable, "-I", "-S", __file__]
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self) -> None:
        if self.process is not None:
            self.process.communicate()  # its input ends, so it does too


class Napper(threading.Thread):
    """Naps on one core (on any, if None)."""

    def __init__(self, core: int | None) -> None:
        super().__init__(daemon=True)
        self._core, self._worst = core, 0.0
        self._due = time.monotonic() + NAP_S

    def run(self) -> None:
        if self._core is not None:
            os.sched_setaffinity(0, {self._core})
        while True:
            self._due = time.monotonic() + NAP_S
            time.sleep(NAP_S)
            self._worst = max(self._worst, time.monotonic() - self._due)

    def taken(self) -> float:
        """The worst since it was taken last; also of the nap that still lasts."""
        worst, self._worst = max(self._worst, time.monotonic() - self._due), 0.0
        return worst


def main() -> None:
    """Answer each line with the worst of all cores."""
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else [None]
    nappers = [Napper(core) for core in cores]
    for napper in nappers:
        napper.start()
    for _ in sys.stdin:
        print(max(napper.taken() for napper in nappers), flush=True)  # noqa: T201 (its answer)


if __name__ == "__main__":
    main()
