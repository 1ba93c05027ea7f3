"""The drummer's process, seen from the daemon. A `DrummerProcess` belongs to the main thread.

The model runs in a process of its own, spawned, polite (nice 10) and on one thread. One request
is in flight at a time and the newest waits behind it: what was asked in between is forgotten. A
process that died or hangs is killed and started again, at once the first time, then after waits
that double up to `LONGEST_WAIT_S`; nothing here blocks the caller for longer than a spawn.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from math import isfinite
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Protocol

from drumd.errors import DrummerError
from engine.errors import EngineError
from engine.music.notes import SOMEWHERE, Hit, Idea, InPart, Pattern, Request

NICE = 10
MOST_HITS = 4096  # in an answer; more is no music
MOST_IDEAS = 16
LOAD_S = 60.0  # a drummer that is not ready by then hangs
ANSWER_S = 2.0  # nor does one that thinks for so long
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 8.0
TERMINALS = {number for number in signal.Signals if number.name in ("SIGINT", "SIGQUIT", "SIGHUP")}
UNREADY_STARTS = 3  # a drummer that dies so often before it was ever ready will never come


class ServedDrummer(Protocol):
    """A drummer: `engine.inference.infer.BundleDrummer`, or a fake.

    It may have a text `told`, which says in words what it played last, a `groove`, the pattern of
    all bars of what it kept to, a `place` of the bar in its part, and `ideas` that it offers.
    """

    def play(self, request: Request) -> Pattern: ...


Factory = Callable[[], ServedDrummer]
"""Makes the drummer, inside its process. It is pickled on the way: a function of a module."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the drummer plays in the bars that it was asked for."""

    request: Request
    pattern: Pattern
    seconds: float  # how long it thought
    told: str = ""  # what it says that it plays
    groove: Pattern | None = None  # what it keeps to, all its bars
    ideas: tuple[Idea, ...] | None = None  # what it offers, where that has changed
    place: InPart = SOMEWHERE


@dataclass(frozen=True, slots=True)
class _Ready:
    pass


@dataclass(frozen=True, slots=True)
class _Played:
    pattern: Pattern
    seconds: float
    told: str
    groove: Pattern | None
    ideas: tuple[Idea, ...] | None
    place: InPart


@dataclass(frozen=True, slots=True)
class _Failed:
    reason: str
    for_good: bool  # starting again would not help


def model(bundle: Path | None, seed: int) -> ServedDrummer:
    """The factory of the real drummer."""
    from engine.inference.infer import BundleDrummer

    return BundleDrummer(bundle, seed=seed)


def model_factory(bundle: Path | None, seed: int) -> Factory:
    return partial(model, bundle, seed)


class DrummerProcess:
    """Asks the drummer and keeps it alive."""

    def __init__(
        self,
        factory: Factory,
        *,
        answer_s: float = ANSWER_S,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.ready = False
        self.restarts = 0
        self._factory, self._answer_s, self._say = factory, answer_s, say
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._in_flight: Request | None = None
        self._waiting: Request | None = None
        self._since = 0.0  # when it was started or asked
        self._start_at = 0.0  # not to be started again before
        self._wait = 0.0
        self._was_ready = False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self, now: float) -> None:
        """Spawn the process; it loads and warms up on its own time."""
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, self._factory), name="drummer", daemon=True
        )
        with _interrupts_held():  # the child must not be born into a Ctrl-C
            self._process.start()
        theirs.close()
        self._since = now

    def ask(self, request: Request, now: float) -> None:
        """Ask for bars; a request that still waits is forgotten."""
        self._waiting = request
        self._send(now)

    def poll(self, now: float) -> list[Answer]:
        """The answers that are there. Starts the process again where it died or hangs."""
        if self._pipe is None:
            if now >= self._start_at:
                self.start(now)
            return []
        answers = []
        try:
            while self._pipe is not None and self._pipe.poll():
                answers += self._receive(self._pipe.recv(), now)
        except (EOFError, OSError):
            self._replace("died", now)
        except DrummerError:
            raise
        except Exception as error:  # what cannot be read back may raise anything
            self._replace(f"answered what is no music ({type(error).__name__})", now)
        limit = self._answer_s if self.ready else LOAD_S
        if (self._in_flight or not self.ready) and self._pipe and now - self._since > limit:
            self._replace(f"did not answer for {limit:g} s", now)
        return answers

    def stop(self) -> None:
        """End the process; it holds nothing that would be lost."""
        process, pipe, self._process, self._pipe = self._process, self._pipe, None, None
        self.ready = False
        if pipe is not None:
            pipe.close()
        if process is not None:
            process.kill()
            process.join(1.0)

    def _receive(self, message: object, now: float) -> list[Answer]:
        match message:
            case _Ready():
                self.ready = self._was_ready = True
                self._send(now)
            case _Played(pattern, seconds, told, groove, ideas, place) if self._in_flight:
                answer = Answer(
                    self._in_flight,
                    as_music(pattern),
                    float(seconds),
                    str(told),
                    None if groove is None else as_music(groove),
                    None if ideas is None else as_ideas(ideas),
                    as_place(place),
                )
                self._in_flight, self._wait = None, 0.0
                self._send(now)
                return [answer]
            case _Failed(reason, for_good):
                if for_good and not self._was_ready:
                    raise DrummerError(reason)
                self._replace(f"failed: {reason}", now)
        return []

    def _send(self, now: float) -> None:
        if self._waiting and self.ready and self._in_flight is None and self._pipe:
            self._in_flight, self._waiting, self._since = self._waiting, None, now
            with suppress(OSError):  # a dead process is noticed by the next poll
                self._pipe.send(self._in_flight)

    def _replace(self, why: str, now: float) -> None:
        """Kill the process and see to it that it is started again."""
        self.stop()
        self._in_flight = None
        self.restarts += 1
        if not self._was_ready and self.restarts >= UNREADY_STARTS:
            raise DrummerError(
                f"the drummer's process {why}, {self.restarts} times; `drumd doctor`"
            )
        self._say(f"the drummer's process {why}; starting it again")
        self._start_at = now + self._wait
        self._wait = min(LONGEST_WAIT_S, max(FIRST_WAIT_S, 2 * self._wait))


def as_music(pattern: object) -> Pattern:
    """The pattern made anew, so that it is checked: what was unpickled is not.

    A ValueError or TypeError says that it is none; one bad stroke would end the scheduler.
    """
    if not isinstance(pattern, Pattern):
        raise TypeError(f"no pattern but {type(pattern).__name__}")
    hits = [Hit(float(hit.beat), int(hit.drum), int(hit.velocity)) for hit in pattern.hits]
    if not all(isfinite(beat) for beat in (pattern.beats, *(hit.beat for hit in hits))):
        raise ValueError("a stroke lies nowhere")
    if len(hits) > MOST_HITS:
        raise ValueError(f"{len(hits)} strokes")
    return Pattern.of(hits, float(pattern.beats))


def as_ideas(offered: object) -> tuple[Idea, ...]:
    """The ideas made anew, as with `as_music`."""
    if not isinstance(offered, tuple) or len(offered) > MOST_IDEAS:
        raise TypeError("no ideas")
    return tuple(Idea(str(idea.name), as_music(idea.bar)) for idea in offered)


def as_place(place: InPart) -> InPart:
    """The place made anew, as with `as_music`."""
    return InPart(int(place.bars), bool(place.leads_on), bool(place.turned))


class _interrupts_held:  # noqa: N801 (reads as a statement)
    """Keeps the terminal's signals waiting for this thread and what it spawns, if that can be."""

    def __enter__(self) -> None:
        if hasattr(signal, "pthread_sigmask"):
            self._before = signal.pthread_sigmask(signal.SIG_BLOCK, TERMINALS)

    def __exit__(self, *_: object) -> None:
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_SETMASK, self._before)


def _serve(pipe: Connection, factory: Factory) -> None:
    """The drummer's process: make the drummer, then answer until the daemon hangs up."""
    for number in TERMINALS:  # they go to all processes of the terminal; the daemon ends this one
        signal.signal(number, signal.SIG_IGN)
    os.environ["OMP_NUM_THREADS"] = "1"
    if hasattr(os, "nice"):
        os.nice(NICE)
    with suppress(EOFError, OSError):  # the daemon is gone
        try:
            _answer(pipe, factory)
        except EngineError as error:
            pipe.send(_Failed(str(error), for_good=True))
        except (EOFError, OSError):
            raise
        except Exception as error:  # whatever it is, the daemon must be able to say it
            pipe.send(_Failed(f"{type(error).__name__}: {error}", for_good=False))


def _answer(pipe: Connection, factory: Factory) -> None:
    drummer = factory()
    pipe.send(_Ready())
    before: tuple[Idea, ...] = ()
    while True:
        request = pipe.recv()
        began = time.perf_counter()
        pattern = drummer.play(request)
        seconds = time.perf_counter() - began
        told, groove = str(getattr(drummer, "told", "")), getattr(drummer, "groove", None)
        ideas = getattr(drummer, "ideas", ())
        news, before = None if ideas == before else ideas, ideas
        place = getattr(drummer, "place", SOMEWHERE)
        pipe.send(_Played(pattern, seconds, told, groove, news, place))
