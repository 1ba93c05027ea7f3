"""The daemon's own objects on a clock moved by hand: a jam faster than real time.

Messages go in at the inbox's near end, drums come out of a port that remembers when. Only the
drivers, the threads and the drummer's process are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import mido

from drumd.config import Settings
from drumd.drummer_process import Answer
from drumd.jam.jam import Jam
from drumd.jam.song import Song
from drumd.output.scheduler import Scheduler
from drumd.ports.fakes import PatientPort, RecordingPort
from drumd.recording.recorder import Recorder
from drumd.timing.bars import Bars
from drumd.timing.clock import ManualClock
from drumd.timing.musical import MusicalClock
from drumd.timing.select import musical_clock
from engine.music.notes import COMMON_TIME, SOMEWHERE, Request
from tests.support.drummers import Drummer

STEP_S = 0.004  # as the daemon's main loop

Timed = tuple[float, mido.Message]


class InstantDrummer:
    """Answers at the next poll."""

    ready = True

    def __init__(self, kit: Drummer) -> None:
        self._kit, self._asked = kit, list[Request]()

    def ask(self, request: Request, _now: float) -> None:
        self._asked.append(request)

    def poll(self, _now: float) -> list[Answer]:
        asked, self._asked = self._asked, []
        return [self._answer(request) for request in asked]

    def _answer(self, request: Request) -> Answer:
        pattern = self._kit.play(request)
        told, groove = getattr(self._kit, "told", ""), getattr(self._kit, "groove", None)
        place = getattr(self._kit, "place", SOMEWHERE)
        return Answer(request, pattern, 0.01, told, groove, place=place)


class OfflineJam:
    """A jam, its scheduler and its port, led through time together."""

    def __init__(
        self,
        kit: Drummer,
        settings: Settings | None = None,
        *,
        musical: MusicalClock | None = None,
        recorder: Recorder | None = None,
        make_port: Callable[[ManualClock], RecordingPort] = RecordingPort,
        songs: Sequence[Song] = (),
    ) -> None:
        settings = settings or Settings()
        self.clock = ManualClock()
        self.port = make_port(self.clock)
        metre = settings.metre or COMMON_TIME
        self.musical = musical or musical_clock(settings.clock, settings.bpm, Bars.of(metre))
        self.scheduler = Scheduler(self.port, self.clock, self.musical)
        drummer = InstantDrummer(kit)
        self.jam = Jam(
            settings, self.clock, self.musical, self.scheduler, drummer, recorder, songs=songs
        )
        self._ahead: list[Timed] = []

    def hear(self, messages: Iterable[Timed]) -> None:
        """Messages to come, in any order."""
        self._ahead = sorted([*self._ahead, *messages], key=lambda timed: timed[0])

    def until(self, end: float, step: float = STEP_S) -> None:
        while self.clock.now() < end:
            self._send_until(self.clock.now() + step)
            while self._ahead and self._ahead[0][0] <= self.clock.now():
                self.jam.inbox.put(*self._ahead.pop(0))
            self.jam.step()

    def _send_until(self, end: float) -> None:
        """Let the scheduler do everything at its very moment."""
        due = self._pass()
        while due is not None and due < end:
            self.clock.set(max(due, self.clock.now()))
            due = self._pass()
        self.clock.set(end)

    def _pass(self) -> float | None:
        due = self.scheduler.send_due()
        if isinstance(self.port, PatientPort):
            self.port.let_go()
        return due

    def strokes(self) -> list[tuple[float, int]]:
        """(seconds, drum) of what was sent."""
        return [
            (time, message.note)
            for time, message in self.port.sent
            if message.type == "note_on" and message.velocity
        ]
