"""An output port that sounds: `--out speakers`.

The kit, the mixer and the sound card live in a process of their own (see speaker_process), which
is told each stroke a little ahead of its time and plays it on its frame. A `Speakers` belongs to
the thread that opened it, `send` to the scheduler's; neither waits for the process.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from itertools import count
from multiprocessing.connection import Connection
from typing import Any

import mido

from drumd.config import SPEAKERS as API
from drumd.errors import PortError, PortLostError
from drumd.ports.base import Handed, Place
from drumd.ports.midi_file_host import HostFile
from drumd.sound.orders import (
    ALL_SOUND_OFF,
    CANCEL,
    END,
    GUITAR,
    KIT,
    KITS,
    ORDER,
    SILENCE,
    STRIKE,
    Counts,
    Failed,
    Ready,
)
from drumd.timing.clock import Clock
from engine.errors import needs

READY_S = 60.0  # a kit that is computed takes two or three, one of a large soundfont ten
END_S = 2.0
AHEAD_S, AHEAD_PERIODS = 0.02, 4  # strokes are handed over so long before, the longer of both
CLOSED_PERIODS = 2  # so long before its time a stroke cannot be taken back any more


class Speakers:
    """Plays the kit through the sound card; `device` is part of its name, None the system's."""

    place = Place(API)

    def __init__(
        self,
        clock: Clock,
        *,
        kit: str = "rock",
        device: str | None = None,
        more: Sequence[str] = (),
        guitar: HostFile | None = None,
    ) -> None:
        """`more` kits may be chosen by their programs; `guitar` is a file whose guitar is played
        too, as soon as MIDI's start says when."""
        _check_library()
        self.name = API
        self.failed = 0  # strokes that the process did not take
        self.counts = Counts()  # what it told last
        self._clock = clock
        self._number = count(1)
        self._gone: str | None = None
        self._start(kit, device, more, guitar)
        ready = self._await_ready()
        self.device, self.latency_s = ready.device, ready.latency_s
        self.ahead_s = max(AHEAD_S, AHEAD_PERIODS * ready.period_s)
        self._closed_s = CLOSED_PERIODS * ready.period_s

    def send(self, message: mido.Message, at: float | None = None) -> Handed:
        """Play a stroke at its moment; a program chooses the kit from then on, and "start" begins
        the guitar. Of other messages only "all sound off" does anything."""
        if self._gone:
            raise PortLostError(self._gone)
        now = self._clock.now()
        moment = now if at is None else max(at, now)
        if message.type == "control_change" and message.control == ALL_SOUND_OFF:
            self._order(SILENCE)
        if message.type == "program_change" and message.program in KITS:
            self._order(KIT, 0, moment, message.program, 0)
        if message.type == "start":
            self._order(GUITAR, 0, moment)
        if message.type != "note_on" or not message.velocity:
            return Handed(moment)
        number = next(self._number)
        self._order(STRIKE, number, moment, message.note, message.velocity)
        return _OnTheWay(self, number, moment, message.bin())

    def take_back(self, number: int) -> None:
        """Do not play that stroke."""
        with suppress(PortLostError):
            self._order(CANCEL, number)

    def closed(self, moment: float) -> bool:
        """Whether a stroke of that moment cannot be taken back any more."""
        return self._clock.now() > moment - self._closed_s

    def lost(self) -> str | None:
        """Why nothing sounds any more, or None; reads what the process has told."""
        with suppress(EOFError, OSError):
            while self._gone is None and self._answers.poll():
                answer = self._answers.recv()
                if isinstance(answer, Counts):
                    self.counts = answer
        if self._gone is None and not self._process.is_alive():
            self._gone = "the process that plays the drums has died"
        return self._gone

    def close(self) -> None:
        """Close, after what was handed over has sounded and rung out a little."""
        self._gone = self._gone or "the speakers are closed"
        with suppress(OSError):
            self._orders.send_bytes(END)
        self._process.join(END_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._orders.close()
        self._answers.close()

    def _start(self, *how: object) -> None:
        context = multiprocessing.get_context("spawn")
        theirs, self._orders = context.Pipe(duplex=False)
        self._answers, answers = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_serve, args=(theirs, answers, *how), name=API, daemon=True
        )
        self._process.start()
        theirs.close()
        answers.close()
        with suppress(OSError, AttributeError):  # Windows: its pipes hold 8 kB before they wait
            os.set_blocking(self._orders.fileno(), False)

    def _await_ready(self) -> Ready:
        answer: object = Failed(f"the speakers were not ready within {READY_S:g} s")
        try:
            if self._answers.poll(READY_S):
                answer = self._answers.recv()
        except (EOFError, OSError):
            answer = Failed("the process that plays the drums died as it began")
        if isinstance(answer, Ready):
            return answer
        self.close()
        raise PortError(answer.reason if isinstance(answer, Failed) else str(answer))

    def _order(self, what: int, number: int = 0, at: float = 0.0, *key: int) -> None:
        try:
            self._orders.send_bytes(ORDER.pack(what, number, at, *(key or (0, 0))))
        except BlockingIOError:  # it does not read: nothing may wait for it
            self.failed += 1
        except OSError as error:
            self._gone = "the process that plays the drums has died"
            raise PortLostError(self._gone) from error


def open_speakers(name: str, clock: Clock, **sound: Any) -> Speakers:
    """Open what a name means (see `drumd.config.is_speakers`); the rest is for `Speakers`."""
    device = name.removeprefix(API).removeprefix(":") or None
    return Speakers(clock, device=device, **sound)


def _check_library() -> None:
    """Say that the library is missing before a process is started and a kit made."""
    with needs("audio", "--out speakers"):
        if (
            find_spec("miniaudio") is None and find_spec("jack") is None
        ):  # only found: the daemon itself plays nothing
            raise ModuleNotFoundError(name="miniaudio")


class _OnTheWay(Handed):
    """A stroke that the process knows of; it may be taken back until shortly before its time."""

    __slots__ = ("_number", "_port")

    def __init__(self, port: Speakers, number: int, at: float, data: list[int]) -> None:
        super().__init__(at, bytes(data))
        self._port, self._number = port, number

    @property
    def gone(self) -> bool:
        return super().gone or self._port.closed(self.at)

    def let_go(self) -> bytes | None:
        if self.gone:
            return None
        data = super().let_go()
        if data is not None:
            self._port.take_back(self._number)
        return data


def _serve(orders: Connection, answers: Connection, *how: Any) -> None:
    """Run the process; only there are numpy and the kit imported."""
    from drumd.sound.speaker_process import serve

    serve(orders, answers, *how)
