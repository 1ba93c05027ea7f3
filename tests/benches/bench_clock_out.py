"""How even MIDI clock goes out while every core computes: on JACK in frames, else in milliseconds.

On JACK a client hears the ticks and notes their frames. Through RtMidi what counts here is when a
tick is handed to the driver: what the driver and the cable add is not drumd's.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import mido
import numpy as np

from drumd.output.clock_out import ClockOut
from drumd.ports.fakes import RecordingPort
from drumd.ports.jack.client import JackOutput, available
from drumd.process import main_thread_first, quick_threads
from drumd.timing.clock import MonotonicClock
from drumd.timing.musical import MusicalClock
from drumd.timing.sources.fixed_tempo import GivenTempo
from tests.benches.bench_scheduler import busy_cores
from tests.benches.figures import Figure, Options, skipped
from tests.support.jack.harness import RATE, JackGuitarist, jack_server

BPM, SECONDS, LONG_S = 125.0, 20.0, 120.0
TICK_S = 60 / BPM / 24


def run(options: Options) -> Iterator[Figure]:
    seconds = LONG_S if options.long else SECONDS
    with busy_cores():
        clock = MonotonicClock()
        port = RecordingPort(clock)
        _lead(port, clock, seconds)
    sent = [at for at, message in port.sent if message.type == "clock"]
    late = _jitter(np.array(sent) / TICK_S) * TICK_S * 1e3
    yield Figure("clock out: jitter of ticks as handed to RtMidi, p99", late, 1.0, "ms")
    if not available():
        yield skipped("clock out: jitter of ticks on JACK", "JACK-Client and libjack")
        return
    with jack_server() as server, busy_cores():
        frames = list(_frames(server, seconds))
    off = _jitter(np.array(frames) / (TICK_S * RATE)) * TICK_S * RATE
    yield Figure("clock out: jitter of ticks on JACK, p99", off, 1.0, "frames")
    yield Figure("clock out: ticks on JACK", float(len(frames)))


def _frames(server: object, seconds: float) -> Iterator[int]:
    clock = MonotonicClock()
    port = JackOutput("Clock", clock)
    with JackGuitarist(server, "daw") as daw:  # type: ignore[arg-type]
        daw.connect(out_of=next(name for name in daw.ports("Clock") if "drumd" in name))
        daw.play([])
        _lead(port, clock, seconds)
        time.sleep(0.2)
        received = list(daw.received)
    port.close()
    for at, data in received:
        if data[0] == 0xF8:
            yield round(at * RATE)


def _lead(port: RecordingPort | JackOutput, clock: MonotonicClock, seconds: float) -> None:
    musical = MusicalClock(GivenTempo(BPM))
    out = ClockOut(port, clock, musical)
    with quick_threads(), main_thread_first():
        out.start()
        musical.hear(clock.now() + 0.1, mido.Message("note_on", note=45))
        end = clock.now() + seconds
        while clock.now() < end:
            musical.tick(clock.now())
            time.sleep(0.004)
        out.stop()


def _jitter(ticks: np.ndarray) -> float:
    """How far ticks lie off an even line through them, p99, in ticks."""
    ticks = ticks[24:]  # the first beat settles
    numbers = np.arange(len(ticks))
    line = np.polyval(np.polyfit(numbers, ticks, 1), numbers)
    return float(np.quantile(np.abs(ticks - line), 0.99))
