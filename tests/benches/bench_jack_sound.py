"""Sound on JACK while every core computes and so does the drummer: dropouts, and frames.

A stroke is an impulse of one frame; a client that listens notes the frame on which it hears it.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from drumd.drummer_process import DrummerProcess
from drumd.ports.jack.client import available
from drumd.sound.speakers import Speakers
from drumd.timing.clock import MonotonicClock
from tests.benches.bench_scheduler import busy_cores
from tests.benches.figures import Figure, Options, skipped
from tests.support import drummers
from tests.support.jack.harness import RATE, jack_server
from tests.support.jack.listener import Listener, impulses_of

MINUTE_S, LONG_S, APART_S = 60.0, 600.0, 0.125


def run(options: Options) -> Iterator[Figure]:
    if not available():
        yield skipped("sound on JACK", "JACK-Client and libjack")
        return
    seconds = LONG_S if options.long else MINUTE_S
    with jack_server() as server, busy_cores(), tempfile.TemporaryDirectory() as folder:
        clock = MonotonicClock()
        drummer = DrummerProcess(drummers.Burning)
        drummer.start(clock.now())
        port = Speakers(clock, kit=str(impulses_of(Path(folder))), device="jack")
        stop = threading.Event()
        thread = threading.Thread(target=_compute, args=(drummer, clock, stop))
        thread.start()
        with Listener(server, "drumd-sound:left") as listener:
            sent = listener.play(port, clock, strokes=int(seconds / APART_S), apart_s=APART_S)
            port.lost()  # reads what the process has counted
            frames, counts = np.array(listener.impulses()), port.counts
        stop.set()
        thread.join()
        port.close()
        drummer.stop()
    name = f"sound on JACK, {seconds / 60:g} min, cores and drummer computing"
    yield Figure(f"{name}: cycles left out", float(counts.gaps), 0.0)
    yield Figure(f"{name}: blocks that took longer than they sound", float(counts.overruns), 0.0)
    yield Figure(f"{name}: strokes late for their frame", float(counts.late), 0.0)
    yield Figure(f"{name}: strokes heard", len(frames) / len(sent), 1.0, more_is_better=True)
    steps = np.diff(frames)
    off = np.abs(steps - APART_S * RATE)
    yield Figure(f"{name}: step between strokes off its frames, median", float(np.median(off)), 0.0)
    yield Figure(f"{name}: the same, p99", float(np.quantile(off, 0.99)), 1.0, "frames")


def _compute(drummer: DrummerProcess, clock: MonotonicClock, stop: threading.Event) -> None:
    while not stop.is_set():
        drummer.poll(clock.now())
        time.sleep(0.05)
