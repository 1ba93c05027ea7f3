"""The live path measured on a real JACK server: python -m tests.bench_live [--long].

A hit is where it belongs if the guitarist's client receives it where the host's clock (the grid
of the frames that the clocks were sent on) and the pattern put it. JACK gives what python-rtmidi
sends to the next period, so the error has a period in it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

import psutil

from drumd.status import Gauge, Spread
from tests import drummers
from tests.jack_harness import JackServer, clock_events, jack_server
from tests.jack_jam import listening, match, play, riff, strokes

TEMPOS = (90.0, 120.0, 173.0)
SHORT_S, LONG_S = 30.0, 600.0
STARTS = 5
FLOOD_PER_S = 20_000
MIB = 2**20


def bench_ready(server: JackServer) -> str:
    """From the command to the line that says ready, with the model that ships."""
    times = []
    for _ in range(STARTS):
        began = time.perf_counter()
        with listening(server, drummer="") as jam:
            times.append(time.perf_counter() - began)
            jam.end()
    return f"ready after: median {statistics.median(times):.2f} s, most {max(times):.2f} s"


def bench_memory_and_answers(server: JackServer) -> str:
    """What the processes hold, and how fast the model answers, in a jam of 30 seconds."""
    with listening(server, drummer="") as jam:
        play(jam, 120.0, SHORT_S * 2)
        daemon = psutil.Process(jam.process.pid)
        held = [
            process.memory_info().rss / MIB
            for process in (daemon, *daemon.children(recursive=True))
        ]
        answers = Spread(**jam.end()["answer_ms"])
    sizes = " + ".join(f"{size:.0f}" for size in held)
    return (
        f"memory: {sum(held):.0f} MiB of RSS (daemon, then its children: {sizes})\n"
        f"a bar is answered in: p50 {answers.p50:.1f}, p95 {answers.p95:.1f} ms"
    )


def bench_jam(server: JackServer, bpm: float, seconds: float, *, drummer: str = "Shifted") -> str:
    """How far the hits are from where they belong, in a jam at one tempo."""
    bars = int(seconds * bpm / 60 / 4)
    with listening(server, drummer=drummer) as jam:
        play(jam, bpm, bars * 4.0)
        heard = strokes(jam, bpm)
        report = jam.end()
    # The host stops at the last bar line: a hit that leans over it is neither lost nor too many.
    expected = drummers.bars_of(drummers.Shifted, 1, bars)
    errors, lost, extra = match(
        [stroke for stroke in heard if stroke[0] < bars * 4 - 0.1], expected
    )
    off = _spread(abs(error) * 60 / bpm for error in errors)
    late = Spread(**report["lateness_ms"])
    first = f"bar line {round(heard[0][0] / 4) + 1}" if heard else "no bar line"
    return (
        f"{bpm:.0f} bpm, {seconds:.0f} s, {drummer}: {len(errors)} hits, {len(lost)} lost, "
        f"{len(extra)} too many; off by p50 {off.p50:.2f}, p99 {off.p99:.2f}, max {off.max:.2f} ms "
        f"(a period is {server.period_s * 1e3:.2f}); the scheduler's lateness p50 {late.p50:.2f}, "
        f"p99 {late.p99:.2f}, max {late.max:.2f} ms; first drums at {first}"
    )


def bench_flood(server: JackServer) -> str:
    """Two seconds of 20,000 messages a second over a jam."""
    bpm, beats = 120.0, 24.0
    flood = [
        (6 + index / FLOOD_PER_S, bytes((0x90 if index % 2 else 0x80, index % 128, 1)))
        for index in range(2 * FLOOD_PER_S)
    ]
    with listening(server) as jam:
        jam.guitarist.play([*clock_events(bpm, beats * 60 / bpm), *riff(bpm, beats), *flood])
        jam.guitarist.wait(tail=0.5)
        heard, report = strokes(jam, bpm), jam.end()
    _, lost, _ = match(heard, drummers.bars_of(drummers.Rock, 1, int(beats / 4)))
    return (
        f"flood: {report['messages']} messages heard, {report['dropped']} dropped and counted; "
        f"{len(heard)} hits, {len(lost)} lost"
    )


def _spread(seconds: Any) -> Spread:
    gauge = Gauge()
    for value in seconds:
        gauge.add(value)
    return gauge.spread()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="a jam of ten minutes too")
    options = parser.parse_args()
    with jack_server() as server:
        for line in figures(server, long=options.long):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


def figures(server: JackServer, *, long: bool) -> Iterator[str]:
    yield bench_ready(server)
    yield bench_memory_and_answers(server)
    for bpm in TEMPOS:
        yield bench_jam(server, bpm, SHORT_S)
    yield bench_jam(server, 120.0, SHORT_S, drummer="Burning")
    yield bench_flood(server)
    if long:
        yield bench_jam(server, 120.0, LONG_S)


if __name__ == "__main__":
    main()
