"""The live path while it runs: from what arrived to what is asked, cued, recorded and shown.

A `Jam` belongs to the main thread: it owns the heard notes, the musical clock, the conductor and
the recorder, the inbox, and asks the drummer. Only the scheduler (a thread of its own) is
elsewhere.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import mido

from drumd.config import Settings
from drumd.controls import METRES, Command, Dial
from drumd.drummer_process import Answer
from drumd.jam.conductor import Conductor
from drumd.jam.control_map import ControlMap
from drumd.jam.dials import FULL, Dials
from drumd.jam.form import Form
from drumd.jam.given import GivenGroove
from drumd.jam.metronome import Metronome
from drumd.jam.pedal import OnePedal
from drumd.jam.picture import Played
from drumd.jam.song import Song
from drumd.jam.steering import Steering
from drumd.output.scheduler import Scheduler
from drumd.recording.diary import Diary
from drumd.recording.keeper import Keeper
from drumd.recording.recorder import DRUMS, GUITAR, Recorder
from drumd.remote.order import Order
from drumd.status.phase import Phase
from drumd.status.snapshot import RECENT, Gauge, Snapshot
from drumd.status.told import NOTHING, Told
from drumd.timing.bars import MetreChange
from drumd.timing.clock import Clock
from drumd.timing.musical import MusicalClock
from drumd.timing.timeline import Timeline
from engine.music.kit import CLICK_KEYS
from engine.music.notes import Request
from engine.music.wishes import Style

LIMIT = 4096
SOONEST = 0.1  # beats that the first stroke of a bar may well lie before its bar line
TIMING = frozenset(("clock", "start", "continue", "stop", "songpos"))
PARTS = "ABCD"
UNTOLD_BPM = 120.0  # never counted at: a count-in needs a tempo
BATCH = 512  # taken at once, so that a flood does not keep the conductor waiting


class DrummerLink(Protocol):
    """Who is asked for bars: the drummer's process."""

    @property
    def ready(self) -> bool: ...

    def ask(self, request: Request, now: float) -> None: ...

    def poll(self, now: float) -> list[Answer]: ...


class Jam:
    """Plays along, one short step after the other."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        musical: MusicalClock,
        scheduler: Scheduler,
        drummer: DrummerLink,
        recorder: Recorder | None = None,
        *,
        groove: GivenGroove | None = None,
        songs: Sequence[Song] = (),
    ) -> None:
        self.inbox = Inbox()
        self.hits = 0
        self.news = list[str]()  # that are still to be said
        self.lateness, self.thinking = Gauge(), Gauge()
        dials = Dials(settings.wishes, settings.temperature, settings.seed, given=groove)
        form = Form(songs, at_phrase=settings.parts_at == "phrase")
        self.conductor = Conductor(
            musical, scheduler, self._ask, dials=dials, form=form, stops=settings.stops
        )
        self._clock, self._musical, self._scheduler = clock, musical, scheduler
        self._drummer, self._recorder = drummer, recorder
        self._diary = Diary(recorder, musical) if recorder else None
        self._latency = settings.latency_ms / 1e3
        self.controls, self._pedal = ControlMap(settings.controls, settings.dials), OnePedal()
        self.steering = Steering(self.conductor, self.controls)
        self.played = Played()
        self.sound_in: Callable[[Style | None, float], object] = lambda *_: None
        self._metronome = _metronome(settings, scheduler, musical)
        self.keeper = Keeper(settings.keep_in)

    def step(self) -> None:
        """Do what there is to do now; never waits."""
        now = self._clock.now()
        for stamp, message in self.inbox.take():
            self._hear(stamp, message)
        self._follow_pedal(now)
        for answer in self._drummer.poll(now):
            self.thinking.add(answer.seconds)
            said = answer.told, answer.groove, answer.place
            self.conductor.answer(answer.request, answer.pattern, *said)
            if answer.ideas is not None:
                self.steering.ideas = answer.ideas
        for tap in self._metronome.step(now) if self._metronome else ():
            self.conductor.command(tap, Command.TAP)
        self.conductor.step(now)
        self.collect_sent()
        if self._diary:
            self._diary.step(now, str(self.told))
        self.keeper.follow(now, self._musical.state)
        if self._recorder:
            self._recorder.follow(now, self._musical.state)

    def _hear(self, stamp: float, message: mido.Message) -> None:
        """A message is a command of the player's or music (or the host's)."""
        if self.controls.learning and (action := self.controls.learn(message)):
            self.news.append(self.steering.learnt(action))
            return
        if self.controls.owns(message):
            self._obey(stamp, message)
            return
        music = self.conductor.hear(stamp, message)
        self.played.hear(stamp, message)
        if music:
            self.keeper.hear(stamp, GUITAR, message)
        if self._recorder and music:
            self._recorder.hear(stamp, GUITAR, message)

    def _obey(self, stamp: float, message: mido.Message) -> None:
        for command in self.controls.commands(message):
            if command is Command.COUNT:
                self.count_in(stamp)
            elif command is Command.KEEP:
                self.news.append(self._keep())
            elif command is not Command.PEDAL:
                self.conductor.command(stamp, command)
        self._follow_pedal(stamp)
        self.conductor.press(stamp, self.controls.down)
        program = message.type == "program_change"
        for dial, value in self.controls.turned(message):
            if dial is Dial.PART:
                self._recall(value if program else value * len(PARTS) // (FULL + 1))
            elif dial is Dial.METRE:
                number = value if program else value * len(METRES) // (FULL + 1)
                if number < len(METRES):
                    self.conductor.take_metre(METRES[number])
            elif dial is Dial.SONG:
                self.conductor.form.choose(value, self.conductor.ahead)
            else:
                self.conductor.maker.turn(dial, value, program=program)

    def _follow_pedal(self, time: float) -> None:
        """See what the one pedal says."""
        down, playing = Command.PEDAL in self.controls.down, self.conductor.phase is Phase.PLAYING
        if command := self._pedal.follow(time, down=down, playing=playing):
            self.conductor.command(time, command)

    def _recall(self, number: int) -> None:
        """The part of that number is to come, 0 being A."""
        if number < len(PARTS):
            self.conductor.form.call(PARTS[number], self.conductor.ahead)

    def obey(self, order: Order) -> str:
        """Do what is asked for from outside; a ValueError says why that cannot be."""
        if order.name == Command.KEEP.value:
            return self.keeper.keep(self._clock.now(), self.news.append)
        if order.name == Command.COUNT.value:
            if not self._metronome:
                raise ValueError("start with --count 4 and --bpm, and drumd counts you in")
            self.count_in(self._clock.now())
            return "counting in"
        return self.steering.obey(self._clock.now(), order)

    def _keep(self) -> str:
        """Keep what was just played, as a pedal says."""
        try:
            return self.keeper.keep(self._clock.now(), self.news.append)
        except ValueError as error:
            return str(error)

    def count_in(self, now: float) -> None:
        """Count the player in, where that was set."""
        if self._metronome:
            self._metronome.count_in(now)

    def collect_sent(self) -> None:
        """Take what the scheduler has sent, for the record and the figures."""
        sent = self._scheduler.sent
        while sent:
            planned, at, message = sent.popleft()
            if getattr(message, "note", None) in CLICK_KEYS:
                continue  # nobody drums it
            if message.type == "note_on":
                self.hits += 1
                self.lateness.add(at - planned)
                self.played.strike(planned + self._latency, message)
                if self._diary:
                    self._diary.hit(at - planned)
            self.keeper.hear(planned + self._latency, DRUMS, message)
            if self._recorder:
                self._recorder.hear(planned + self._latency, DRUMS, message)

    def finish(self) -> None:
        """Keep what has happened since the last step."""
        self.collect_sent()
        if self._diary:
            self._diary.write(self._clock.now(), str(self.told))

    def snapshot(self) -> Snapshot:
        """How the jam stands now."""
        musical, song, form = self._musical, self.song, self.conductor.form
        bars, beat = musical.bars, None if song is None else song.beat_at(self._clock.now())
        bar = None if beat is None else bars.number_at(beat)
        return Snapshot(
            phase=self.conductor.phase,
            source=musical.source,
            searching=musical.searching,
            confidence=musical.confidence,
            bpm=musical.bpm,
            metre=musical.metre,
            bar=None if bar is None else bar + 1,
            beat=None if beat is None or bar is None else int(beat - bars.start_of(bar)) + 1,
            notes=len(self.conductor.heard),
            pattern=self.conductor.pattern,
            drummer_ready=self._drummer.ready,
            hits=self.hits,
            late=self._scheduler.late,
            bars=self.conductor.counts,
            dropped=self.inbox.dropped,
            lateness=self.lateness.spread(RECENT),
            dials=str(self.conductor.maker.dials),
            trouble=musical.trouble or self.conductor.trouble,
            groove=str(self.told),
            part=form.part,
            kept=tuple(form.kept),
            coming=str(form.coming or ""),
            song=self.conductor.place_told,
            notice=form.notice,
            stopped=self.conductor.stops.stopped,
        )

    @property
    def told(self) -> Told:
        """What the drummer says that it plays, while it plays."""
        return self.conductor.told if self.conductor.phase is Phase.PLAYING else NOTHING

    @property
    def metre_since(self) -> MetreChange:
        """Since when the metre is the one of now."""
        return self._musical.bars.change_at(self._musical.beat)

    @property
    def song(self) -> Timeline | None:
        """Where the song is, or None while it stands still."""
        return self._musical.timeline if self._musical.rolling else None

    def _ask(self, request: Request) -> None:
        self._drummer.ask(request, self._clock.now())
        if song := self.song:  # the kit goes with the style, from the bar's first stroke on
            begins = song.time_of(request.start - SOONEST) - self._latency
            self.sound_in(request.wishes.style, begins)


def _metronome(settings: Settings, scheduler: Scheduler, musical: MusicalClock) -> Metronome | None:
    """What clicks, where something is to."""
    on = settings.click == "all"
    if not (settings.counts or on):
        return None
    bpm = settings.bpm or UNTOLD_BPM
    return Metronome(scheduler, musical, bpm=bpm, count=settings.counts, on=on)


class Inbox:
    """What has arrived: a queue with a bound, which counts what it has to drop.

    Once half full it takes only what tells the time: a flood of notes must not stop the song.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self.heard = 0
        self.dropped = 0
        self._waiting: deque[tuple[float, mido.Message]] = deque()
        self._limit = limit

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, time: float, message: mido.Message) -> None:
        """Take in a message that arrived at `time` seconds."""
        self.heard += 1
        limit = self._limit if message.type in TIMING else self._limit // 2
        if len(self._waiting) >= limit:
            self.dropped += 1
        else:
            self._waiting.append((time, message))

    def take(self, most: int = BATCH) -> Iterator[tuple[float, mido.Message]]:
        """The oldest messages."""
        for _ in range(min(most, len(self._waiting))):
            yield self._waiting.popleft()
