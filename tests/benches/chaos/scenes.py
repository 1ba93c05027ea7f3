"""What is done to the drummer, to the cables and by the host while a jam runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from tests.benches.burden import Burden
from tests.benches.chaos import hosts
from tests.benches.chaos.outcome import Outcome, Span, lost_eighths
from tests.support.jack.harness import Event, jack_server, note_on_times
from tests.support.jack.jam import Listening, listening, sounding
from tests.support.looping_host import doubled

SETTLE_S = 2.0
LONGEST_S = 300.0

Act = Callable[[Listening, int], list[Span]]
"""Does it so many times; when there was no port."""


@dataclass(frozen=True)
class Scene:
    """How often it is done (in full, in short), and how the drums should go on."""

    title: str
    full: int
    short: int
    act: Act
    host: Callable[[int], list[Event]] | None = None  # None: an ordinary song
    even: bool = True  # whether each eighth should have its stroke
    drummer: str = "Rock"

    def play(self, times: int) -> Outcome:
        with jack_server() as server, listening(server, drummer=self.drummer) as jam:
            guitarist = jam.guitarist
            guitarist.play(self.host(times) if self.host else hosts.steady(LONGEST_S))
            jam.await_stroke()
            time.sleep(SETTLE_S)
            before = Burden.of(jam.process.pid)
            away = self.act(jam, times)
            time.sleep(0 if self.host else SETTLE_S)
            until, grown = guitarist.now, Burden.of(jam.process.pid) - before
            late = jam.end()["late"]
            time.sleep(0.3)
            heard = list(guitarist.received)
            ends = until if self.host is None else until - SETTLE_S
            return Outcome(
                self.title.format(n=times),
                len(note_on_times(heard)),
                lost_eighths(heard, ends, away) if self.even else None,
                late,
                len(sounding(jam)),
                len(doubled(note_on_times(heard))),
                grown,
            )


def drummer_of(jam: Listening) -> psutil.Process | None:
    """The drummer's process, if it lives."""
    children = psutil.Process(jam.process.pid).children()
    return next((one for one in children if "spawn_main" in " ".join(one.cmdline())), None)


def kill_drummers(jam: Listening, times: int) -> list[Span]:
    for _ in range(times):
        if drummer := drummer_of(jam):
            drummer.kill()
        time.sleep(0.6)
    return []


def stop_drummers(jam: Listening, times: int) -> list[Span]:
    for _ in range(times):
        if drummer := drummer_of(jam):
            drummer.suspend()
        time.sleep(5.0)
    return []


def slow_drummers(jam: Listening, times: int) -> list[Span]:
    """It stands still for a second and goes on."""
    for _ in range(times):
        if drummer := drummer_of(jam):
            drummer.suspend()
            time.sleep(1.0)
            drummer.resume()
        time.sleep(0.5)
    return []


def hear_lies(jam: Listening, times: int) -> list[Span]:
    """The drummer does it by itself; each time another one is started."""
    for _ in range(times):
        jam.await_line("no music")
    return []


def pull_cables(jam: Listening, times: int) -> list[Span]:
    """The drums' cable, pulled and put back."""
    guitarist, away = jam.guitarist, list[Span]()
    (drums,) = guitarist.ports("AI Drums")
    for turn in range(times):
        pulled = guitarist.now
        guitarist.disconnect(out_of=drums)
        time.sleep(0.05 + 0.03 * (turn % 10))
        guitarist.connect(out_of=drums)
        away.append((pulled - 0.02, guitarist.now + 0.02))
        time.sleep(0.2)
    return away


def listen_on(jam: Listening, _times: int) -> list[Span]:
    """The host does it all."""
    jam.guitarist.wait(tail=0.5)
    return []


SCENES: dict[str, Scene] = {
    "killed": Scene("the drummer is killed {n} times", 20, 3, kill_drummers),
    "stopped": Scene("the drummer stands still for 5 s, {n} times", 4, 1, stop_drummers),
    "slowed": Scene("the drummer is slowed {n} times", 20, 3, slow_drummers),
    "lying": Scene("the drummer lies {n} times", 21, 7, hear_lies, drummer="Lies"),
    "cables": Scene("the drums' cable is pulled {n} times", 50, 5, pull_cables),
    "dying": Scene("the clock dies without a stop {n} times", 20, 4, listen_on, hosts.dying,
                   even=False),
    "jumps": Scene("the host jumps {n} times", 50, 8, listen_on, hosts.jumping, even=False),
    "tempos": Scene("the clock runs at 20 and at 400 bpm, {n} times", 5, 1, listen_on,
                    hosts.tempos, even=False),
    "starts": Scene("the host says start 20 times a second for {n} s", 10, 2, listen_on,
                    hosts.starting, even=False),
    "positions": Scene("1,000 song positions a second for {n} s", 10, 2, listen_on,
                       hosts.positions, even=False),
    "bends": Scene("six strings are bent for {n} s", 20, 3, listen_on, hosts.bends),
    "sysex": Scene("{n} MB of sysex", 4, 1, listen_on, hosts.sysex),
    "flood": Scene("20,000 messages a second for {n} s", 60, 3, listen_on, hosts.notes),
}  # fmt: skip
