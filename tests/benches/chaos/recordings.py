"""drumd is killed while it records: how much is lost, and whether the file opens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

import mido

LOST_S = 2.0
LEAD_IN_S = 0.2  # of the file that is played
LIVES_S = (1.5, 6.0)


@dataclass(frozen=True)
class Kept:
    """What is left after so many kills."""

    times: int
    broken: int
    lost_s: float

    @property
    def survived(self) -> bool:
        return not self.broken and self.lost_s <= LOST_S

    def __str__(self) -> str:
        return (
            f"drumd is killed {self.times} times while it records: {self.broken} files broken, "
            f"{self.lost_s:.2f} s lost at most  {'survived' if self.survived else 'HARM'}"
        )


def killed(times: int) -> Kept:
    """SIGKILL at random moments."""
    hand, lost = Random(1), list[float | None]()
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            lost.append(_killed_once(Path(folder) / "jam.mid", hand.uniform(*LIVES_S)))
    found = [seconds for seconds in lost if seconds is not None]
    return Kept(times, len(lost) - len(found), max(found, default=0.0))


def _killed_once(record: Path, after_s: float) -> float | None:
    """Seconds lost where the daemon is killed so long after it was ready; None: no whole file."""
    command = [sys.executable, "-m", "tests.support.listen", "Rock", "--in", "demo"]
    daemon = subprocess.Popen(
        [*command, "--out", str(record), "--json"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert daemon.stderr is not None
    daemon.stderr.readline()  # ready
    time.sleep(after_s)
    os.kill(daemon.pid, signal.SIGKILL)
    daemon.communicate()
    try:
        return max(0.0, after_s - LEAD_IN_S - mido.MidiFile(record).length)
    except Exception:
        return None
