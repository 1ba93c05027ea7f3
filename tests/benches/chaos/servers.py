"""The JACK server dies, also while ports are being opened on it, and is started again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from tests.benches.burden import Burden
from tests.benches.chaos import hosts
from tests.benches.chaos.outcome import Outcome, lost_eighths
from tests.support.jack.harness import (
    JackGuitarist,
    JackServer,
    jack_server,
    note_on_times,
    started_again,
)
from tests.support.jack.jam import Listening, listening, sounding
from tests.support.looping_host import doubled

PLAYED_S = 2.0  # between two deaths
BRIEF_S = (0.05, 0.8)  # a server that dies while ports are opened lives so long


def restarts(times: int, *, rtmidi: bool, brief: bool) -> Outcome:
    """In one session; with `brief`, another server dies young each time before one stays."""
    kind = "python-rtmidi" if rtmidi else "JACK-Client"
    title = f"jackd dies {times} times, {kind}" + (", also as ports open" if brief else "")
    struck, lost, late, left, twice, hand = 0, 0, 0, 0, 0, Random(7)
    with jack_server() as server, listening(server, rtmidi=rtmidi) as jam:
        jam.guitarist.play(hosts.steady(60))
        jam.await_stroke()
        before = after = Burden.of(jam.process.pid)
        for turn in range(times):
            young = hand.uniform(*BRIEF_S) if brief else None
            with _again(server, jam, young):
                jam.guitarist.play(hosts.steady(60))
                jam.await_stroke()
                time.sleep(PLAYED_S)
                lost += lost_eighths(jam.guitarist.received, jam.guitarist.now)
                after = Burden.of(jam.process.pid)
                if turn == times - 1:
                    late = jam.end()["late"]
                    time.sleep(0.3)
                    left = len(sounding(jam))
                heard = note_on_times(jam.guitarist.received)
                struck, twice = struck + len(heard), twice + len(doubled(heard))
    return Outcome(title, struck, lost, late, left, twice, after - before)


@contextmanager
def _again(server: JackServer, jam: Listening, young_s: float | None) -> Iterator[None]:
    """A new server in place of the one that runs, with a new guitarist, plugged in."""
    server.kill()
    jam.guitarist.close()
    if young_s is not None:
        with started_again(server) as brief:
            time.sleep(young_s)
            brief.kill()
    with started_again(server) as again, JackGuitarist(again, "again") as guitarist:
        jam.until(lambda: _there(guitarist), "both ports")
        jam.come_back(guitarist)
        yield
        again.kill()


def _there(guitarist: JackGuitarist) -> bool:
    """Whether both of drumd's ports are there. What it says of them may be of the server before."""
    return bool(guitarist.ports("Guitar") and guitarist.ports("AI Drums"))
