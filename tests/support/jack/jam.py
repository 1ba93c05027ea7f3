"""A jam on a real JACK server: a sample-accurate guitarist, `drumd listen`, and what came back.

Used by the tests and by the benches. Beats count from the host's start; times are seconds from it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from tests.support.jack.harness import Event, JackGuitarist, JackServer, clock_events, note_on_times

READY_S = 60.0
NO_CLIENT = "DRUMD_TESTS_WITHOUT_JACK_CLIENT"  # tests.support.listen looks for it


class Listening:
    """`drumd listen` as a process between two virtual JACK ports, with a guitarist plugged in."""

    def __init__(self, process: subprocess.Popen[str], guitarist: JackGuitarist) -> None:
        self.process, self.guitarist = process, guitarist
        self.said: list[str] = []

    def await_line(self, part: str) -> str:
        """The next line that the daemon says with this in it; one that stays silent is killed."""
        assert self.process.stderr is not None
        patience = threading.Timer(READY_S, self.process.kill)
        patience.start()
        try:
            for line in self.process.stderr:
                self.said.append(line.rstrip())
                if part in line:
                    return line
        finally:
            patience.cancel()
        raise AssertionError(f"drumd never said {part!r} but {self.said}")

    def plug_in(self) -> None:
        """Connect guitar and drums with the ports that drumd has opened."""
        (guitar,) = self.guitarist.ports("drumd-in:Guitar") or self.guitarist.ports("Guitar")
        (drums,) = self.guitarist.ports("AI Drums")
        self.guitarist.connect(into=guitar, out_of=drums)

    def come_back(self, guitarist: JackGuitarist) -> None:
        """Go on with another guitarist: the server of the first one has died."""
        self.guitarist = guitarist
        self.plug_in()

    def until(self, true: Callable[[], object], what: str) -> None:
        """Wait until something is true of what came back."""
        give_up = time.monotonic() + READY_S
        while not true():
            assert time.monotonic() < give_up, f"{what} never came"
            time.sleep(0.001)

    def await_stroke(self) -> None:
        """Wait until a drum sounds, to act while it does."""
        self.until(lambda: sounding(self), "a drum")

    def await_silence(self) -> None:
        """Wait until every drum that was struck has ended."""
        self.until(lambda: not sounding(self), "silence")

    def end(self) -> dict[str, Any]:
        """Tell the daemon to end; its closing report."""
        self.process.terminate()
        return self.report()

    def report(self) -> dict[str, Any]:
        """The closing report of a daemon that ends."""
        out, err = self.process.communicate(timeout=READY_S)
        self.said += err.splitlines()
        assert out, f"no report ({self.process.returncode}), only {self.said}"
        return dict(json.loads(out))


@contextmanager
def listening(
    server: JackServer, *options: str, drummer: str = "Rock", rtmidi: bool = False
) -> Iterator[Listening]:
    """Start drumd with a drummer of tests.support.drummers ("" for the real one).

    It is ready and plugged in. With `rtmidi` it does as if JACK-Client were not installed.
    """
    real = ["-c", "from drumd.cli import main; main()", "listen"]
    program = ["-m", "tests.support.listen", drummer] if drummer else real
    ports = ["--in", "Guitar", "--out", "AI Drums", "--api", "jack", "--json"]
    process = subprocess.Popen(
        [sys.executable, *program, *ports, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"JACK_DEFAULT_SERVER": server.name, NO_CLIENT: "1" if rtmidi else ""},
    )
    try:
        with JackGuitarist(server) as guitarist:
            jam = Listening(process, guitarist)
            jam.await_line("ready")
            jam.plug_in()
            yield jam
    finally:
        process.kill()
        process.communicate()


def riff(bpm: float, beats: float, *, seed: int = 5) -> list[Event]:
    """A guitar in eighths, a little uneven, from beat 0 on."""
    hand, played = Random(seed), list[Event]()
    for step in range(round(beats * 2)):
        start = max(0.0, step / 2 + hand.uniform(-0.02, 0.02)) * 60 / bpm
        pitch = hand.choice((40, 43, 45, 47))
        played.append((start, bytes((0x90, pitch, hand.randint(70, 110)))))
        played.append((start + 0.4 * 60 / bpm, bytes((0x80, pitch, 0))))
    return played


def song(bpm: float, beats: float) -> list[Event]:
    """The host's clock and the riff over it, for so many beats."""
    return [*clock_events(bpm, beats * 60 / bpm), *riff(bpm, beats - 0.5)]


def play(jam: Listening, bpm: float, beats: float) -> None:
    """Play the song to its end."""
    jam.guitarist.play(song(bpm, beats))
    time.sleep(beats * 60 / bpm)
    jam.guitarist.wait(tail=0.3)


def strokes(jam: Listening, bpm: float) -> list[tuple[float, int]]:
    """What came back: (beat, drum) of each stroke."""
    return [(seconds * bpm / 60, drum) for seconds, drum in note_on_times(jam.guitarist.received)]


def sounding(jam: Listening) -> set[int]:
    """The drums that were struck and not ended."""
    left: set[int] = set()
    for _, data in jam.guitarist.received:
        if data[0] & 0xF0 == 0x90 and data[2]:
            left.add(data[1])
        elif data[0] & 0xF0 in (0x80, 0x90):
            left.discard(data[1])
    return left


def match(
    heard: list[tuple[float, int]], expected: list[tuple[float, int]], *, within: float = 0.12
) -> tuple[list[float], list[tuple[float, int]], list[tuple[float, int]]]:
    """Pair what was heard with what was expected: (errors in beats, lost, too many)."""
    errors, lost, extra = [], [], sorted(heard)
    for beat, drum in sorted(expected):
        near = [stroke for stroke in extra if stroke[1] == drum and abs(stroke[0] - beat) < within]
        if not near:
            lost.append((beat, drum))
            continue
        nearest = min(near, key=lambda stroke, beat=beat: abs(stroke[0] - beat))
        extra.remove(nearest)
        errors.append(nearest[0] - beat)
    return errors, lost, extra
