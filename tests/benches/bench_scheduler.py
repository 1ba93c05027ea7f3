"""How late hits are sent, how well the host's clock is followed, and where hits land on JACK."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from random import Random

import mido

from drumd.output.scheduler import Scheduler
from drumd.ports import rtmidi
from drumd.ports.open import open_input, open_output
from drumd.process import quick_threads
from drumd.status.snapshot import Gauge, Spread
from drumd.timing.clock import ManualClock, MonotonicClock
from drumd.timing.musical import MusicalClock
from drumd.timing.sources.fixed_tempo import GivenTempo
from drumd.timing.sources.midi_clock import HostClock
from engine.music.kit import Voice
from engine.music.notes import Pattern
from tests.benches.figures import Figure, Options
from tests.support.jack.harness import JackGuitarist, clock_events, jack_server, note_on_times

TEMPOS = (90.0, 120.0, 173.0)
BUSY = Pattern.from_grid({Voice.KICK: "x.x.x.x.x.x.x.x.", Voice.CLOSED_HAT: "xxxxxxxxxxxxxxxx"})
PLAY_S = 15.0
JITTER_S = 3e-3
NOTE = mido.Message("note_on", note=40)
CLOCK = mido.Message("clock")


def run(options: Options) -> Iterator[Figure]:
    seconds = 120.0 if options.long else PLAY_S
    with jack_server():
        yield from late_with_rtmidi(seconds)
    phase, tempo = clock_errors()
    yield Figure("host clock with 3 ms of jitter: phase off, two bars in, p99", phase, 2.0, "ms")
    yield Figure("host clock with 3 ms of jitter: tempo off, two bars in, p99", tempo, 0.2, "bpm")
    with jack_server() as server:
        for bpm in TEMPOS:
            off = jack_errors(server, bpm, seconds)
            goal = server.period_s * 1e3 + 2
            yield Figure(f"hits on JACK at {bpm:.0f} bpm, without the daemon, p99", off, goal, "ms")


def late_with_rtmidi(seconds: float) -> Iterator[Figure]:
    """How late hits are sent through python-rtmidi, with real-time priority and without."""
    for realtime in (True, False):
        fifo = "with" if realtime else "without"
        name = f"scheduler lateness, python-rtmidi, busy cores, {fifo} FIFO"
        late, dropped, granted = lateness(seconds, realtime=realtime)
        if realtime and not granted:
            yield Figure(name, "skipped: the system grants no real-time priority")
            continue
        yield Figure(f"{name}, p50", late.p50, unit="ms")
        yield Figure(f"{name}, p99", late.p99, 1.0 if realtime else None, "ms")
        yield Figure(f"{name}, max", late.max, unit="ms")
        yield Figure(f"{name}, dropped", dropped, 0.0 if realtime else None, "hits")


def lateness(seconds: float, *, realtime: bool) -> tuple[Spread, int, bool]:
    """How late hits are sent while a process on each core computes without pause.

    Also the hits that were too late to be sent, and whether real-time priority was granted.
    """
    clock = MonotonicClock()
    musical = MusicalClock(GivenTempo(150.0))
    port = rtmidi.open_output("Hits", clock, api="jack")
    scheduler = Scheduler(port, clock, musical, realtime=realtime)
    bars = round(seconds * 150 / 60 / 4)
    gauge = Gauge()
    with busy_cores(), quick_threads():
        musical.hear(clock.now() + 0.1, NOTE)
        for bar in range(bars):
            scheduler.cue(BUSY, bar * 4.0)
        scheduler.start()
        while scheduler.played + scheduler.late < bars * len(BUSY.hits):
            time.sleep(0.004)  # the pace of the daemon's main thread
            musical.tick(clock.now())
        granted = scheduler.realtime
        scheduler.stop()
        port.close()
    for planned, sent, message in scheduler.sent:
        if message.type == "note_on":
            gauge.add(sent - planned)
    return gauge.spread(), scheduler.late, granted


@contextmanager
def busy_cores() -> Iterator[None]:
    """A process on each core that computes without pause, as politely as the drummer does."""
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_compute, daemon=True) for _ in range(os.cpu_count() or 1)]
    for process in processes:
        process.start()
    time.sleep(1.0)  # until they compute
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.join()


def _compute() -> None:
    with suppress(AttributeError):
        os.nice(10)
    value = 1
    while True:
        value = value * 1_103_515_245 % 2_147_483_647


def clock_errors() -> tuple[float, float]:
    """Off in phase (ms) and in tempo (bpm) after two bars of jittery clock, 99 of 100 times."""
    phases, tempos = [], []
    for seed in range(100):
        chance, clock = Random(seed), ManualClock()
        bpm = TEMPOS[seed % len(TEMPOS)]
        musical = MusicalClock(HostClock())
        musical.hear(0.0, mido.Message("start"))
        for tick in range(8 * 24 + 1):
            clock.set(tick * 60 / bpm / 24)
            musical.hear(clock.now() + chance.uniform(-JITTER_S, JITTER_S), CLOCK)
        assert musical.timeline and musical.bpm
        phases.append(abs(musical.timeline.time_of(8.0) - clock.now()) * 1e3)
        tempos.append(abs(musical.bpm - bpm))
    return sorted(phases)[98], sorted(tempos)[98]


def jack_errors(server: object, bpm: float, seconds: float) -> float:
    """How far hits land from the grid of the host's clock, p99 in ms; nothing else runs."""
    bars = round(seconds * bpm / 60 / 4)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    player = context.Process(target=_play_along, args=(theirs, bars), daemon=True)
    player.start()
    ours.recv()
    with JackGuitarist(server) as host:
        host.connect(into=host.ports("drumd-in:Clock")[0], out_of=host.ports("drumd:Hits")[0])
        host.play(clock_events(bpm, bars * 240 / bpm))
        host.wait(tail=0.2)
    ours.send("end")
    player.join()
    wanted = sorted(
        ((bar * 4 + hit.beat) * 60 / bpm, hit.drum) for bar in range(2, bars) for hit in BUSY.hits
    )
    heard = sorted(note_on_times(host.received))
    return _p99([_nearest(heard, seconds, drum) * 1e3 for seconds, drum in wanted])


def _play_along(connection: Connection, bars: int) -> None:
    """A process with the clock, the ports and the scheduler of the daemon, and nothing else."""
    clock, musical = MonotonicClock(), MusicalClock(HostClock())
    scheduler = Scheduler(out := open_output("Hits", clock, api="jack"), clock, musical)
    port = open_input("Clock", clock, api="jack")
    scheduler.start()
    connection.send("ready")
    with quick_threads():
        cued = False
        while not connection.poll(0.004):
            for heard in port.poll():
                musical.hear(*heard)
            musical.tick(clock.now())
            if musical.rolling and not cued:
                cued = True
                for bar in range(2, bars):
                    scheduler.cue(BUSY, bar * 4.0)
    scheduler.stop()
    port.close()
    out.close()


def _nearest(heard: list[tuple[float, int]], seconds: float, drum: int) -> float:
    """How far the nearest stroke on the drum is, at most a tenth of a second."""
    return min((abs(at - seconds) for at, struck in heard if struck == drum), default=0.1)


def _p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]
