"""A very long jam: python -m tests.benches.soak [--jack SECONDS] [--simulated HOURS].

An hour on a real JACK server, with the drummer that ships and with a recording, and eight hours on
simulated time, where the whole daemon lives by a clock that runs as fast as it can. What it holds
and how late its strokes are must be the same at the end as at the beginning.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import threading
import time
from array import array
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import mido

from drumd.config import Settings
from drumd.live_ports import Openers
from drumd.ports.base import Handed
from drumd.ports.fakes import NullPort, PlayedInput
from drumd.recording.recorded import read_session
from drumd.status.snapshot import Snapshot
from drumd.timing.clock import SimulatedClock
from tests.benches.burden import Burden
from tests.benches.figures import Figure, line
from tests.support.jack.harness import jack_server, note_on_times
from tests.support.jack.jam import Listening, listening, song, sounding
from tests.support.looping_host import doubled
from tests.support.simulated import Log, simulated

BPM = 113.0
HOUR_S = 3600.0
MOST_MB = 5.0  # more at the end than when it had warmed up
LOOKS = 60  # at what the daemon holds
BEGIN_S = 15.0  # the drums have joined by then
WARM = 10  # of them, after which it should grow no more
LATER_MS = 1.0  # p99 of the last strokes, beyond that of the first


def on_jack(seconds: float) -> Iterator[Figure]:
    """Real time, the real drummer, a recording."""
    with tempfile.TemporaryDirectory() as folder, jack_server() as server:
        record = Path(folder) / "soak.mid"
        with listening(server, "--record", str(record), drummer="") as jam:
            _read_what_it_says(jam)
            _begin(jam, seconds)
            looks = [_look(jam, seconds / LOOKS) for _ in range(LOOKS)]
            jam.guitarist.wait(tail=0.5, timeout=seconds)
            jam.process.terminate()
            jam.process.wait(300)  # a machine may be busy
            left, struck = sounding(jam), note_on_times(jam.guitarist.received)
        late = read_session(record).late_ms
    name = f"soak on JACK, {seconds:.0f} s"
    yield from _shared(name, looks, len(struck), len(left), len(doubled(struck)))
    yield from _lateness(name, late, "ms")


def _begin(jam: Listening, seconds: float) -> None:
    """Play; once more where a machine that stood still has lost the host's start."""
    events, give_up = song(BPM, seconds * BPM / 60), 0.0
    while not note_on_times(jam.guitarist.received):
        if time.monotonic() > give_up:
            jam.guitarist.play(events)
            give_up = time.monotonic() + BEGIN_S
        time.sleep(0.1)


def _look(jam: Listening, after_s: float) -> Burden:
    time.sleep(after_s)
    return Burden.of(jam.process.pid)


def _read_what_it_says(jam: Listening) -> None:
    """A daemon whose words nobody reads stands still when the pipe is full."""
    assert jam.process.stderr is not None
    threading.Thread(target=jam.said.extend, args=(jam.process.stderr,), daemon=True).start()


class Forgetful(Log):
    """A reporter that keeps the last snapshot only."""

    def show(self, snapshot: Snapshot) -> None:
        self.snapshots = [snapshot]


class Ear(NullPort):
    """An output that knows how far each stroke lies off the nearest eighth of the host."""

    def __init__(self, clock: SimulatedClock) -> None:
        super().__init__(clock)
        self.off_ms, self.last = array("d"), dict[int, float]()  # lean: its memory is looked at
        self.sounding, self.twice = set[int](), 0

    def send(self, message: mido.Message, at: float | None = None) -> Handed:
        now = self._clock.now()
        if message.type == "note_on":
            eighths = now * BPM / 30
            self.off_ms.append(abs(eighths - round(eighths)) * 30_000 / BPM)
            self.twice += now - self.last.get(message.note, -1.0) < 0.03
            self.last[message.note] = now
            self.sounding.add(message.note)
        elif message.type == "note_off":
            self.sounding.discard(message.note)
        return super().send(message, at)


def on_simulated_time(hours: float) -> Iterator[Figure]:
    """Every part of the daemon but the drivers and the drummer's process, as fast as it goes."""
    clock, guitar, seconds = SimulatedClock(), PlayedInput(), hours * HOUR_S
    ear, looks, began = Ear(clock), list[Burden](), time.monotonic()
    daemon = simulated(
        Settings(input="guitar", output="drums", clock="host"),
        Forgetful(),
        clock,
        openers=Openers(lambda *_, **__: guitar, lambda *_, **__: ear),
    )
    host = _endless_host()

    def play_on() -> None:
        at, message = next(host)
        guitar.play(clock.now(), message)
        clock.at(at, play_on)

    def look() -> None:
        looks.append(Burden.of(os.getpid()))
        clock.at(clock.now() + seconds / LOOKS, look)

    clock.at(0.0, play_on)
    clock.at(seconds / LOOKS, look)
    clock.at(seconds, lambda: daemon.stop("long enough"))
    summary = daemon.run()
    name = f"soak, {hours:g} h of simulated time"
    yield Figure(f"{name}: took", time.monotonic() - began, unit="s")
    yield from _shared(name, looks, summary.hits, len(ear.sounding), ear.twice)
    yield from _lateness(name, ear.off_ms, "ms off the grid")


def _endless_host() -> Iterator[tuple[float, mido.Message]]:
    """A host's clock, and a guitar in eighths: what is sent now, and when the next comes."""
    tick_s, clock = 60 / BPM / 24, mido.Message("clock")
    yield 0.0, mido.Message("start")
    number = 0
    while True:
        now = number * tick_s
        note = 40 + number // 12 % 7
        if number % 12 == 0:
            yield now, mido.Message("note_on", note=note, velocity=90)
        elif number % 12 == 9:
            yield now, mido.Message("note_off", note=note)
        number += 1
        yield number * tick_s, clock


def _shared(
    name: str, looks: Sequence[Burden], strokes: int, left: int, twice: int
) -> Iterator[Figure]:
    """Growth from when it had warmed up to the end, by medians of a few looks."""
    first, last = looks[WARM : WARM + 5], looks[-5:]
    grown = _median(last) - _median(first)
    yield Figure(f"{name}: strokes", float(strokes))
    yield Figure(f"{name}: notes left on", float(left), 0.0)
    yield Figure(f"{name}: strokes doubled", float(twice), 0.0)
    yield Figure(f"{name}: memory at the end", _median(last).megabytes, unit="MB")
    yield Figure(f"{name}: memory grown", grown.megabytes, MOST_MB, "MB")
    yield Figure(f"{name}: handles grown", float(grown.handles), 0.0)
    yield Figure(f"{name}: threads grown", float(grown.threads), 0.0)


def _median(looks: Sequence[Burden]) -> Burden:
    return Burden(
        round(statistics.median(one.threads for one in looks)),
        round(statistics.median(one.handles for one in looks)),
        statistics.median(one.megabytes for one in looks),
    )


def _lateness(name: str, late_ms: Sequence[float], unit: str) -> Iterator[Figure]:
    """The tenth of the strokes after the first, and the last tenth."""
    tenth = len(late_ms) // 10
    first = list(islice(late_ms, tenth, 2 * tenth))
    last = list(late_ms[-tenth:])
    for share in (50, 99):
        early, late = _percentile(first, share), _percentile(last, share)
        yield Figure(f"{name}: p{share} at first", early, unit=unit)
        goal = early + LATER_MS if share == 99 else None
        yield Figure(f"{name}: p{share} at the end", late, goal, unit)


def _percentile(values: list[float], share: int) -> float:
    return statistics.quantiles(values, n=100)[share - 1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jack", type=float, metavar="SECONDS", help="on a real JACK server")
    parser.add_argument("--simulated", type=float, metavar="HOURS", help="on simulated time")
    chosen = parser.parse_args()
    neither = chosen.jack is chosen.simulated is None
    if neither or chosen.simulated is not None:
        _show(on_simulated_time(8.0 if chosen.simulated is None else chosen.simulated))
    if neither or chosen.jack is not None:
        _show(on_jack(HOUR_S if chosen.jack is None else chosen.jack))


def _show(figures: Iterator[Figure]) -> None:
    for figure in figures:
        print(line(figure), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
