"""A daemon on simulated time: it lives through a minute in a moment, and the same each time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import mido

from drumd.config import AS_IT_COMES, Hearing, Settings
from drumd.daemon import Daemon
from drumd.errors import PortError
from drumd.live_ports import Openers
from drumd.output.realtime import SimulatedThread
from drumd.ports.base import Place, PortList
from drumd.ports.fakes import PlayedInput, RecordingPort
from drumd.remote.door import Door
from drumd.status.snapshot import Snapshot, Summary
from drumd.timing.clock import Clock, SimulatedClock
from engine.music.notes import Request
from tests.support import drummers
from tests.support.guitar_file import BPM
from tests.support.offline_jam import InstantDrummer

GIVE_UP_S = 60.0  # simulated
NO_PORTS = PortList((), (), "fake")


def at_once(job: Callable[[], None]) -> Callable[[], None]:
    """Aside, and done before anybody looks."""
    job()
    return lambda: None


class Log:
    """A reporter that remembers."""

    def __init__(self) -> None:
        self.lines, self.snapshots = list[str](), list[Snapshot]()

    def say(self, text: str) -> None:
        self.lines.append(text)

    def show(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)

    def __enter__(self) -> Log:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""

    def said(self, part: str) -> bool:
        return any(part in line for line in self.lines)


class DrummerHere(InstantDrummer):
    """A drummer in no process of its own, who answers at the next poll; or not, while `away`."""

    restarts = 0

    def __init__(self, kit: drummers.Drummer) -> None:
        super().__init__(kit)
        self.running = self.away = False

    def ask(self, request: Request, now: float) -> None:
        if not self.away:
            super().ask(request, now)

    def start(self, _now: float) -> None:
        self.running = True

    def stop(self) -> None:
        self.running = False


def simulated(settings: Settings, log: Log, clock: SimulatedClock, **options: object) -> Daemon:
    """A daemon that lives by this clock."""
    given = {"drummer": DrummerHere(drummers.Rock())} | options
    return Daemon(
        settings,
        log,
        clock=clock,
        thread=SimulatedThread,
        aside=at_once,
        **given,  # type: ignore[arg-type]
    )


class Studio:
    """A daemon between a fake guitar, which plays a note twice a second, and a fake kit."""

    def __init__(
        self,
        *,
        open_door: Callable[[], Door] | None = None,
        remember: Callable[[Mapping[str, str | None]], str] | None = None,
        ports: PortList = NO_PORTS,
        **settings: object,
    ) -> None:
        self.clock, self.log, self.guitar = SimulatedClock(), Log(), PlayedInput("guitar")
        self.kits = list[RecordingPort]()
        self.sound_card = True
        self.drummer = DrummerHere(drummers.Rock())
        given = {"input": "guitar", "output": "drums", "bpm": BPM} | settings
        self.daemon = simulated(
            Settings(**given),  # type: ignore[arg-type]
            self.log,
            self.clock,
            drummer=self.drummer,
            openers=Openers(self._open_input, self._open_output, lambda _: ports),
            open_door=open_door,
            remember=remember,
        )
        for half in range(int(2 * GIVE_UP_S)):
            self.clock.at(half / 2, lambda: self.play(mido.Message("note_on", note=45)))
        self.clock.at(GIVE_UP_S, lambda: self.daemon.stop("given up"))

    @property
    def kit(self) -> RecordingPort:
        """The kit as it was opened last."""
        return self.kits[-1]

    def at(self, time: float, action: Callable[[], object]) -> None:
        """Let this happen at so many seconds."""
        self.clock.at(time, action)

    def play(self, message: mido.Message) -> None:
        self.guitar.play(self.clock.now(), message)

    def run(self, seconds: float) -> Summary:
        """Run the daemon, and stop it after so many seconds."""
        self.at(seconds, lambda: self.daemon.stop("seen enough"))
        return self.daemon.run()

    def _open_input(
        self, _name: str, _clock: Clock, *, api: str, again: Place | None, hearing: Hearing
    ) -> object:
        assert api == "auto" and hearing == AS_IT_COMES
        if again and self.guitar.lost_because:
            raise PortError("it is not back yet")
        return self.guitar

    def _open_output(
        self,
        name: str,
        clock: Clock,
        *,
        api: str,
        again: Place | None,
        kit: str = "",
        **_sound: object,
    ) -> object:
        assert api == "auto" and bool(kit) == (name == "speakers")
        if kit and not self.sound_card:
            raise PortError("no sound card opens here")
        if again and self.kit.lost_because:
            raise PortError("it is not back yet")
        self.kits.append(RecordingPort(clock))
        return self.kit

    @property
    def sounding(self) -> set[int]:
        """The drums whose notes have begun and not ended."""
        left = set[int]()
        for _, message in self.kit.sent:
            if message.type == "note_on" and message.velocity:
                left.add(message.note)
            elif message.type in ("note_on", "note_off"):
                left.discard(message.note)
        return left
