"""drumd without a click: guitar parts played to it, and how far its drums are off the true beat.

First faster than real time, on the daemon's own objects; then in real time through `drumd listen`
on a real JACK server. A drummer that strikes every beat shows where drumd thinks they are. A stroke
is *locked* if it is within 70 ms of a true beat. The parts are played as people play (jitter,
spread chords, a drifting tempo), the hint is 8 % off, and a count-in's taps have jitter too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np

from drumd.demo import BPM, demo_notes
from tests.benches.beats.jams import MODES, Heard, Take, heard, jam, take
from tests.benches.figures import Figure, Options
from tests.support.jack.harness import JackServer, jack_server, note_on_times
from tests.support.jack.jam import listening

CONDITION, SEED = "human", 1000
LIVE_PARTS, LIVE_S = 4, 40.0  # played on JACK in each mode, unless --long asks for all
LIVE_MODES = ("free", "hint", "count-in")
GOAL_MS = 15.0
Record = dict[str, Any]


def run(options: Options) -> Iterator[Figure]:
    records = json.loads(options.beats.read_text("utf-8")) if options.beats else [demo()]
    yield from offline(records)
    chosen = records if options.long else records[:: max(1, len(records) // LIVE_PARTS)]
    yield from on_jack(chosen, None if options.long else LIVE_S)


def offline(records: Sequence[Record]) -> Iterator[Figure]:
    """Every part in every mode, on all cores."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for mode in MODES:
            jams = list(pool.map(jam, takes(records, mode)))
            yield from figures(f"{mode}, offline", jams)
            cost = np.quantile(np.concatenate([one.cost for one in jams]), 0.99)
            yield Figure(f"{mode}, offline: CPU of a chord, p99", float(cost) * 1e3, 1.0, "ms")


def on_jack(records: Sequence[Record], seconds: float | None) -> Iterator[Figure]:
    """Parts in real time, to their ends or for so many seconds."""
    with jack_server() as server:
        for mode in LIVE_MODES:
            jams = [live(server, part, seconds) for part in takes(records, mode)]
            yield from figures(f"{mode}, on JACK", jams)


def takes(records: Sequence[Record], mode: str) -> list[Take]:
    return [take(one, mode, CONDITION, SEED + k) for k, one in enumerate(records)]


def figures(name: str, jams: Sequence[Heard]) -> Iterator[Figure]:
    """What a number of jams in one mode amount to."""
    errors = np.concatenate([one.errors for one in jams])
    locked = np.concatenate([one.locked for one in jams])
    came = [one for one in jams if len(one.errors)]
    yield Figure(f"{name}: parts with drums", f"{len(came)} of {len(jams)}")
    if not came:
        return
    yield Figure(f"{name}: locked strokes off by, p50", _ms(locked), GOAL_MS, "ms")
    yield Figure(f"{name}: all strokes off by, p50", _ms(errors), unit="ms")
    yield Figure(f"{name}: share of the strokes that are locked", len(locked) / len(errors))
    yield Figure(f"{name}: share of the ones on a one", float(np.mean([o.ones for o in came])))
    waits = [one.wait for one in came]
    yield Figure(f"{name}: first drums after, p50", float(np.median(waits)), unit="s")
    yield Figure(f"{name}: first drums after, p90", float(np.quantile(waits, 0.9)), unit="s")


def live(server: JackServer, part: Take, seconds: float | None) -> Heard:
    """A take through `drumd listen`, in real time, to its end or for so many seconds."""
    shift = 1.0 - part.events[0][0]
    end = part.events[-1][0] if seconds is None else min(part.events[-1][0], seconds - shift)
    events = [
        (time + shift, bytes(message.bytes())) for time, message in part.events if time <= end
    ]
    options = [word for name, value in part.options.items() for word in (f"--{name}", str(value))]
    with listening(server, *options, drummer="Pulse") as daemon:
        daemon.guitarist.play(events)
        daemon.guitarist.wait(tail=0.2)
        daemon.end()
        strokes = note_on_times(daemon.guitarist.received)
    within = [(time - shift, drum) for time, drum in strokes if time - shift <= end]
    return heard(within, part)


def demo() -> Record:
    """The guitar that ships, as a record of the bench."""
    beat_s = 60 / BPM
    notes = demo_notes()
    beats = [1 + k * beat_s for k in range(int(notes[-1].onset) + 2)]
    onsets = [[1 + note.onset * beat_s, note.pitch, note.velocity] for note in notes]
    return {"name": "demo", "onsets": onsets, "beats": beats, "downbeats": beats[::4]}


def _ms(seconds: np.ndarray) -> float:
    return float(np.median(seconds)) * 1e3 if len(seconds) else float("nan")
