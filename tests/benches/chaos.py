"""Chaos on a real JACK server, as a table: python -m tests.benches.chaos [--turns N] [--only NAME].

Each scene ill-treats a running `drumd listen`. After it: notes left on, strokes of one drum within
30 ms of each other, and by how much threads, handles and memory have grown.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import mido
import psutil

from tests.support.jack.harness import (
    Event,
    JackGuitarist,
    JackServer,
    clock_events,
    jack_server,
    note_on_times,
    started_again,
)
from tests.support.jack.jam import Listening, listening, riff, song, sounding
from tests.support.looping_host import doubled

BPM = 120.0
BAR_S = 2.0
LOST_S = 2.0  # of a recording, where the daemon is killed
HEAD = ("scene", "strokes", "left on", "doubled", "threads", "handles", "memory, MB")
WIDTHS = (52, 9, 9, 9, 9, 9, 10)


@dataclass(frozen=True)
class Burden:
    """What a process holds."""

    threads: int
    handles: int
    megabytes: float

    @classmethod
    def of(cls, pid: int) -> Burden:
        process = psutil.Process(pid)
        memory = process.memory_info().rss / 2**20
        return cls(process.num_threads(), process.num_fds(), memory)


def drummer_of(jam: Listening) -> psutil.Process | None:
    """The drummer's process."""
    children = psutil.Process(jam.process.pid).children()
    return next((one for one in children if "spawn_main" in " ".join(one.cmdline())), None)


def kill_drummers(jam: Listening, turns: int) -> None:
    for _ in range(turns):
        if drummer := drummer_of(jam):
            drummer.kill()
        time.sleep(0.6)


def stop_the_drummer(jam: Listening, turns: int) -> None:  # noqa: ARG001 (once is long)
    drummer = drummer_of(jam)
    assert drummer is not None
    drummer.suspend()
    time.sleep(5.0)


def pull_cables(jam: Listening, turns: int) -> None:
    """The drums' cable, pulled and put back."""
    client = jam.guitarist._client
    (drums,) = jam.guitarist.ports("AI Drums")
    for _ in range(turns):
        client.disconnect(drums, jam.guitarist.in_name)
        time.sleep(0.02)
        jam.guitarist.connect(out_of=drums)
        time.sleep(0.1)


def wait(jam: Listening, turns: int) -> None:  # noqa: ARG001 (the host does it all)
    jam.guitarist.wait(tail=0.5)


def dying_clock(turns: int) -> list[Event]:
    """A clock that stops without a stop again and again, and comes back."""
    seconds = 4.0 + 2.0 * turns
    whole = clock_events(BPM, seconds)
    return [one for one in whole if one[0] < 4 or (one[0] - 4) % 2 > 0.7 or one[1] != b"\xf8"]


def jumping(turns: int) -> list[Event]:
    """A host that loops, by stop, position and continue, now on the bar and now within."""
    events = clock_events(BPM, 4.0 + turns)
    for turn in range(turns):
        said = b"\xfc", bytes((0xF2, (turn * 5) % 32, 0)), b"\xfb"
        events += [(4.0 + turn + 0.0005 * place, data) for place, data in enumerate(said)]
    return events


def tempos(turns: int) -> list[Event]:
    """From 120 to 20 to 400 bpm and back."""
    events, start = list[Event](), 0.0
    for bpm in (BPM, 20.0, 400.0, BPM)[: max(2, turns)]:
        events += [(start + seconds, data) for seconds, data in clock_events(bpm, 6.0)[:-1]]
        start += 6.0
    return [events[0], *(one for one in events[1:] if one[1] != b"\xfa"), (start, b"\xfc")]


def floods(turns: int) -> list[Event]:
    """Starts twenty times a second, then 2,000 notes and bends a second."""
    events = clock_events(BPM, 8.0 + turns)
    events += [(4.0 + place / 20, b"\xfa") for place in range(40)]
    for place in range(2000 * turns):
        channel = place % 6
        bend = bytes((0xE0 | channel, place % 128, 64))
        note = bytes((0x90 | channel, 40 + place % 30, 90 if place % 4 else 0))
        events.append((8.0 + place / 2000, bend if place % 2 else note))
    return events


Scene = tuple[str, Callable[[Listening, int], None], Callable[[int], list[Event]] | None, str]
SCENES: dict[str, Scene] = {
    "killed": ("the drummer is killed {n} times", kill_drummers, None, "Rock"),
    "stopped": ("the drummer stands still for 5 s", stop_the_drummer, None, "Rock"),
    "cables": ("the drums' cable is pulled {n} times", pull_cables, None, "Rock"),
    "dying": ("the clock dies without a stop {n} times", wait, dying_clock, "Rock"),
    "jumps": ("the host jumps {n} times", wait, jumping, "Rock"),
    "tempos": ("the clock runs at 20 and at 400 bpm", wait, tempos, "Rock"),
    "floods": ("starts, notes and bends flood in", wait, floods, "Rock"),
}


def run_scene(scene: Scene, turns: int) -> tuple[object, ...]:
    """One row of the table."""
    title, act, events, drummer = scene
    lasts = 8.0 + 0.7 * turns
    with jack_server() as server, listening(server, drummer=drummer) as jam:
        host = events(turns) if events else song(BPM, lasts * BPM / 60)
        riffs = riff(BPM, host[-1][0] * BPM / 60) if events else []
        jam.guitarist.play([*host, *riffs])
        jam.await_stroke()
        before = Burden.of(jam.process.pid)
        act(jam, turns)
        time.sleep(2.0)
        after = Burden.of(jam.process.pid)
        jam.end()
        time.sleep(0.2)
        return row(title.format(n=turns), jam, before, after)


def row(title: str, jam: Listening, before: Burden, after: Burden) -> tuple[object, ...]:
    struck = note_on_times(jam.guitarist.received)
    growth = f"{after.megabytes - before.megabytes:+.1f}"
    threads, handles = after.threads - before.threads, after.handles - before.handles
    return title, len(struck), len(sounding(jam)), len(doubled(struck)), threads, handles, growth


def restarts(turns: int, *, rtmidi: bool) -> tuple[object, ...]:
    """The JACK server is killed and started again, in one session."""
    kind, struck, twice = "python-rtmidi" if rtmidi else "JACK-Client", 0, 0
    with jack_server() as server, listening(server, rtmidi=rtmidi) as jam:
        jam.guitarist.play(song(BPM, 64))
        jam.await_stroke()
        before = Burden.of(jam.process.pid)
        for turn in range(turns):
            with _again(server, jam):
                jam.guitarist.play(song(BPM, 64))
                jam.await_stroke()
                time.sleep(1.0)
                heard = note_on_times(jam.guitarist.received)
                struck, twice = struck + len(heard), twice + len(doubled(heard))
                after = Burden.of(jam.process.pid)
                if turn == turns - 1:
                    jam.end()
                    time.sleep(0.2)
        title = f"jackd is killed and started {turns} times, {kind}"
        _, _, left, _, *grown = row(title, jam, before, after)
        return title, struck, left, twice, *grown


@contextmanager
def _again(server: JackServer, jam: Listening) -> Iterator[None]:
    """A new server in place of the one that runs, with a new guitarist, plugged in."""
    server.kill()
    jam.guitarist.close()
    with started_again(server) as again, JackGuitarist(again, "again") as guitarist:
        for _ in range(2):  # a port that is there may be given up again: JACK is slow to begin
            jam.await_line("is back")
        jam.come_back(guitarist)
        yield
        again.kill()


def killed_while_recording(turns: int) -> str:
    """SIGKILL at random moments: how much of the recording is lost, at most."""
    hand, worst, broken = random.Random(1), 0.0, 0
    for _ in range(turns):
        with tempfile.TemporaryDirectory() as folder:
            lost = _killed_once(Path(folder) / "jam.mid", hand.uniform(1.5, 6.0))
        broken += lost is None
        worst = max(worst, lost or 0.0)
    verdict = "reached" if not broken and worst <= LOST_S else "MISSED"
    return f"killed {turns} times while recording: {broken} broken, {worst:.2f} s lost; {verdict}"


def _killed_once(record: Path, after_s: float) -> float | None:
    """Seconds lost where the daemon is killed so long after it was ready; None: no whole file."""
    command = [sys.executable, "-m", "tests.support.listen", "Rock", "--in", "demo"]
    daemon = subprocess.Popen(
        [*command, "--out", str(record), "--json"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert daemon.stderr is not None
    daemon.stderr.readline()  # ready
    time.sleep(after_s)
    os.kill(daemon.pid, signal.SIGKILL)
    daemon.communicate()
    try:
        return max(0.0, after_s - 0.2 - mido.MidiFile(record).length)  # the file's lead-in is 0.2 s
    except Exception:
        return None


def line(cells: tuple[object, ...]) -> str:
    return "".join(f"{cell!s:<{width}}" for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=20, help="how often each thing is done")
    parser.add_argument("--only", choices=[*SCENES, "restarts", "recording"], action="append")
    chosen = parser.parse_args()
    names = chosen.only or [*SCENES, "restarts", "recording"]
    print(line(HEAD), flush=True)  # noqa: T201
    for name in names:
        if name == "recording":
            print(killed_while_recording(chosen.turns), flush=True)  # noqa: T201
            continue
        if name == "restarts":
            for rtmidi in (False, True):
                print(line(restarts(min(chosen.turns, 8), rtmidi=rtmidi)), flush=True)  # noqa: T201
            continue
        print(line(run_scene(SCENES[name], chosen.turns)), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
