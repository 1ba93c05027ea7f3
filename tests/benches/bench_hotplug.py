"""How soon the drums are back after the JACK server was killed and started again in mid-jam.

From the moment the new server answers; guitarist and host are plugged in as soon as drumd's ports
are there, and begin again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from tests.benches.figures import Figure, Options
from tests.support.jack.harness import JackGuitarist, jack_server, started_again
from tests.support.jack.jam import listening, song

BPM = 120.0
TURNS = 5
GOAL_S = 3.0


def run(options: Options) -> Iterator[Figure]:  # noqa: ARG001
    for rtmidi in (False, True):
        name = "jackd started again, " + ("python-rtmidi" if rtmidi else "JACK-Client")
        times = [back_after(rtmidi=rtmidi) for _ in range(TURNS)]
        yield Figure(f"{name}: drums back after, worst of {TURNS}", max(times), GOAL_S, "s")


def back_after(*, rtmidi: bool) -> float:
    with jack_server() as server, listening(server, rtmidi=rtmidi) as jam:
        jam.guitarist.play(song(BPM, 64))
        jam.await_stroke()
        server.kill()
        jam.guitarist.close()
        with started_again(server) as again, JackGuitarist(again, "again") as guitarist:
            began = time.perf_counter()
            while len(guitarist.ports("AI Drums") + guitarist.ports("drumd-in:Guitar")) < 2:
                time.sleep(0.01)
            jam.come_back(guitarist)
            guitarist.play(song(BPM, 64))
            jam.await_stroke()
            took = time.perf_counter() - began
            jam.end()
    return took
