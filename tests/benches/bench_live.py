"""`drumd listen` measured as a process on a real JACK server.

A hit is where it belongs if the guitarist's client receives it where the host's clock (the grid
of the frames that the clocks were sent on) and the pattern put it, micro-timing included. That is
within a frame or two with JACK-Client; JACK gives what python-rtmidi sends to the next period.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable, Iterator

import psutil

from drumd.status.snapshot import Gauge, Spread
from tests.benches.figures import Figure, Options
from tests.support import drummers
from tests.support.jack.harness import JackServer, clock_events, jack_server
from tests.support.jack.jam import listening, match, play, riff, strokes

TEMPOS = (90.0, 120.0, 173.0)
JAM_S, BURN_S, LONG_S = 30.0, 60.0, 600.0
STARTS = 5
FLOOD_PER_S, FLOOD_S = 20_000, 2.0
RTMIDI_S = 0.002  # what a hit may be off beyond JACK's period
MIB = 2**20


def run(options: Options) -> Iterator[Figure]:
    with jack_server() as server:
        yield ready(server)
        yield from memory_and_answers(server)
        for bpm in TEMPOS:
            yield from jam(server, bpm, JAM_S)
        yield from jam(server, 120.0, BURN_S, drummer="Burning")
        yield from flood(server)
        if options.long:
            yield from jam(server, 120.0, LONG_S)


def ready(server: JackServer) -> Figure:
    """From the command to the line that says ready, with the model that ships."""
    times = []
    for _ in range(STARTS):
        began = time.perf_counter()
        with listening(server, drummer="") as daemon:
            times.append(time.perf_counter() - began)
            daemon.end()
    return Figure(f"listen: ready, median of {STARTS}", statistics.median(times), 2.0, "s")


def memory_and_answers(server: JackServer) -> Iterator[Figure]:
    """What all its processes hold, and how fast the model answers, in a jam."""
    with listening(server, drummer="") as daemon:
        play(daemon, 120.0, JAM_S * 2)
        process = psutil.Process(daemon.process.pid)
        held = sum(part.memory_info().rss for part in (process, *process.children(recursive=True)))
        answers = Spread(**daemon.end()["answer_ms"])
    yield Figure("listen: RSS of daemon, drummer and their helper", held / MIB, 267.0, "MiB")
    yield Figure("listen: a bar asked for is answered in, p95", answers.p95, 30.0, "ms")


def jam(
    server: JackServer, bpm: float, seconds: float, *, drummer: str = "Shifted"
) -> Iterator[Figure]:
    """How far the hits of a jam are from where they belong; drummers who play as Shifted does."""
    bars = int(seconds * bpm / 60 / 4)
    with listening(server, drummer=drummer) as daemon:
        play(daemon, bpm, bars * 4.0)
        heard = strokes(daemon, bpm)
        late = Spread(**daemon.end()["lateness_ms"])
    # The host stops at the last bar line: a hit that leans over it is not expected.
    within = [stroke for stroke in heard if stroke[0] < bars * 4 - 0.1]
    errors, lost, extra = match(within, drummers.bars_of(drummers.Shifted, 1, bars))
    off = _spread(abs(error) * 60 / bpm for error in errors)
    name = f"jam, {bpm:.0f} bpm, {seconds:.0f} s"
    burning = drummer == "Burning"
    name += ", drummer computing" if burning else ""
    yield Figure(f"{name}: hits", float(len(errors)))
    yield Figure(f"{name}: hits lost or too many", float(len(lost) + len(extra)), 0.0)
    yield Figure(f"{name}: hits off by, p50", off.p50, unit="ms")
    yield Figure(f"{name}: hits off by, p99", off.p99, (server.period_s + RTMIDI_S) * 1e3, "ms")
    yield Figure(f"{name}: hits off by, max", off.max, unit="ms")
    yield Figure(f"{name}: scheduler lateness, p50", late.p50, unit="ms")
    yield Figure(f"{name}: scheduler lateness, p99", late.p99, 1.0 if burning else None, "ms")
    yield Figure(f"{name}: scheduler lateness, max", late.max, unit="ms")
    yield Figure(f"{name}: first drums at bar line", _bar_line(heard), 3.0)


def flood(server: JackServer) -> Iterator[Figure]:
    """A flood of messages over a jam: what is heard, dropped and still played."""
    bpm, beats = 120.0, 24.0
    messages = [
        (6 + index / FLOOD_PER_S, bytes((0x90 if index % 2 else 0x80, index % 128, 1)))
        for index in range(int(FLOOD_S * FLOOD_PER_S))
    ]
    with listening(server) as daemon:
        daemon.guitarist.play([*clock_events(bpm, beats * 60 / bpm), *riff(bpm, beats), *messages])
        daemon.guitarist.wait(tail=0.5)
        heard, report = strokes(daemon, bpm), daemon.end()
    _, lost, _ = match(heard, drummers.bars_of(drummers.Rock, 1, int(beats / 4)))
    name = f"flood of {FLOOD_PER_S} messages a second"
    yield Figure(f"{name}: messages heard", float(report["messages"]))
    yield Figure(f"{name}: dropped and counted", float(report["dropped"]))
    yield Figure(f"{name}: hits lost", float(len(lost)), 0.0)


def _bar_line(heard: list[tuple[float, int]]) -> float:
    """The bar line of the first stroke, counted from one."""
    return round(heard[0][0] / 4) + 1.0 if heard else float("inf")


def _spread(seconds: Iterable[float]) -> Spread:
    gauge = Gauge()
    for value in seconds:
        gauge.add(value)
    return gauge.spread()
