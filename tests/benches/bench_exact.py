"""On which frame hits leave through JACK-Client, while every core computes and so does the drummer.

A process with the daemon's scheduler, port and main loop plays bars of hits at random places, and
notes the frame that each was meant for; a client of this process receives them.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from random import Random
from typing import Any

import mido
import numpy as np

from drumd.drummer_process import DrummerProcess
from drumd.output.scheduler import Scheduler
from drumd.ports.jack.client import available
from drumd.process import main_thread_first, quick_threads
from drumd.timing.clock import MonotonicClock
from drumd.timing.musical import MusicalClock
from drumd.timing.sources.fixed_tempo import GivenTempo
from engine.music.notes import Hit, Pattern
from tests.benches.bench_scheduler import busy_cores
from tests.benches.figures import Figure, Options
from tests.support import drummers
from tests.support.jack.exact import CycleRecorder, ExactResult, NotingOutput, Struck
from tests.support.jack.harness import jack_server

BPM, BARS, HITS_A_BAR = 400.0, 320, 32
KIT = range(35, 51)
STEP_S = 0.004


def run(options: Options) -> Iterator[Figure]:  # noqa: ARG001
    if not available():
        yield Figure("exact frames", "skipped: JACK-Client or libjack is not installed")
        return
    with jack_server() as server, busy_cores():
        outcome, off_line, late = played(server)
    name = f"{outcome.meant} hits on JACK, cores and drummer computing"
    yield Figure(f"{name}: off their frame", float(len(outcome.off)), 0.0)
    yield Figure(f"{name}: in cycles that JACK skipped", float(len(outcome.skipped)))
    yield Figure(f"{name}: messages late for their cycle", float(late))
    yield Figure(f"{name}: frames off a line through their seconds, p99", off_line, unit="frames")


def played(server: Any) -> tuple[ExactResult, float, int]:
    """How the hits came out, how far their frames are off one line (p99), and how many messages
    came too late for their cycle."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    player = multiprocessing.get_context("spawn").Process(target=_play, args=(theirs,))
    player.start()
    ours.recv()
    with CycleRecorder(server) as recorder:
        recorder.connect(out_of=recorder.ports("drumd:Exact")[0])
        recorder.play([])
        recorder.wait(tail=0.5)
        ours.send("play")
        meant, seconds, late = ours.recv()
        time.sleep(0.5)
    player.join()
    return ExactResult.of(meant, recorder), _off_line(meant, seconds), late


def _play(connection: Connection) -> None:
    """The daemon's live path without the conductor; the drummer's process computes all the time."""
    clock, musical, chance = MonotonicClock(), MusicalClock(GivenTempo(BPM)), Random(1)
    drummer = DrummerProcess(drummers.Burning)
    port = NotingOutput("Exact", clock)
    scheduler = Scheduler(port, clock, musical)
    drummer.start(clock.now())
    scheduler.start()
    while not drummer.ready:
        drummer.poll(clock.now())
        time.sleep(STEP_S)
    connection.send("ready")
    connection.recv()
    with quick_threads(), main_thread_first():
        musical.hear(clock.now() + 0.5, mido.Message("note_on", note=40))
        _lead(scheduler, musical, drummer, clock, chance)
    scheduler.stop()
    port.close()
    drummer.stop()
    connection.send((port.meant, port.seconds, port.late))


def _lead(
    scheduler: Scheduler,
    musical: MusicalClock,
    drummer: DrummerProcess,
    clock: MonotonicClock,
    chance: Random,
) -> None:
    """The main loop: cue each bar a little before it comes, and ask for it too."""
    bar = 0
    while True:
        now = clock.now()
        drummer.poll(now)
        musical.tick(now)
        scheduler.sent.clear()
        assert musical.timeline
        beat = musical.timeline.beat_at(now)
        if beat > BARS * 4 + 1:
            return
        if bar < BARS and beat > bar * 4 - 2:
            places = sorted(chance.uniform(0, 4) for _ in range(HITS_A_BAR))
            hits = [Hit(beat, KIT[index % len(KIT)]) for index, beat in enumerate(places)]
            scheduler.cue(Pattern.of(hits, 4.0), bar * 4.0)
            bar += 1
        time.sleep(STEP_S)


def _off_line(meant: list[Struck], seconds: list[float]) -> float:
    """How far the frames are from one line through all seconds: the clocks drift."""
    frames, x = np.array([frame for frame, _ in meant]), np.array(seconds) - seconds[0]
    off = np.abs(frames - np.polyval(np.polyfit(x, frames, 1), x))
    return float(np.quantile(off, 0.99))
