"""The daemon: starts the live path in the order of dependence and stops it in reverse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from drumd.config import Settings, is_audio_file
from drumd.drummer_process import DrummerProcess, Factory, model_factory
from drumd.errors import DrumdError, RecordError, SettingsError
from drumd.guests import Guests
from drumd.jam.given import GivenGroove
from drumd.jam.jam import DrummerLink, Jam
from drumd.jam.reception import Reception
from drumd.jam.song import Song
from drumd.live_ports import BY_NAME, LivePorts, Openers
from drumd.output.realtime import RealtimeThread, ThreadMaker
from drumd.output.scheduler import Scheduler
from drumd.ports.midi_file_host import HostFile, read_host_file
from drumd.ports.open import file_of, same_port
from drumd.ports.reconnecting import Aside, SteadyInput, in_thread
from drumd.process import (
    main_thread_first,
    paused_by_ctrl_z,
    quick_threads,
    stand_still,
    stopped_by_signals,
)
from drumd.recording.recorder import Recorder
from drumd.remote.door import Door
from drumd.song_time import song_bars, song_clock, time_told
from drumd.status.reporter import SCREEN_S, Overheard, Reporter
from drumd.status.snapshot import Snapshot, Summary
from drumd.status.told import grooves_of, parts_of
from drumd.timing.clock import Clock, MonotonicClock
from drumd.timing.link_lead import LinkLead
from drumd.timing.musical import MusicalClock
from engine.errors import OutputError
from engine.music.notes import Metre
from engine.storage.outputs import check_outputs, free_name

STEP_S = 0.004  # the main loop's pause
QUIET_S = 0.3  # the longest that Ctrl-Z waits for the last notes to end


@dataclass(frozen=True, slots=True)
class Ending:
    """Why the daemon stopped, and the exit status for it."""

    reason: str
    status: int = 0


class SupervisedDrummer(DrummerLink, Protocol):
    """A drummer that the daemon starts and stops."""

    @property
    def restarts(self) -> int: ...

    def start(self, now: float) -> None: ...

    def stop(self) -> None: ...


class Daemon:
    """Plays along until it is told to stop, the input ends or something vital is gone.

    A `groove` that is given is kept to; where nobody else tells a metre, it is in that of the first
    of the `songs`, or in the groove's.
    `reads` are files that were read besides those of the settings: none is recorded over.
    Guests come in by the door that `open_door` opens; without one there are none. `remember` keeps
    controls that were learnt, and says where.
    `clock`, `thread` and `aside` are what it lives by; on simulated ones it runs as fast as it can.
    """

    def __init__(
        self,
        settings: Settings,
        reporter: Reporter,
        *,
        factory: Factory | None = None,
        drummer: SupervisedDrummer | None = None,
        openers: Openers = BY_NAME,
        clock: Clock | None = None,
        thread: ThreadMaker = RealtimeThread,
        aside: Aside = in_thread,
        groove: GivenGroove | None = None,
        songs: Sequence[Song] = (),
        reads: Sequence[Path] = (),
        open_door: Callable[[], Door] | None = None,
        remember: Callable[[Mapping[str, str | None]], str] | None = None,
    ) -> None:
        self.ending: Ending | None = None
        self._settings, self._reporter, self._groove = settings, reporter, groove
        self._songs, self._reads, self._open_door = songs, reads, open_door
        self._openers, self._remember = openers, remember
        self._clock = clock or MonotonicClock()
        self._thread, self._aside = thread, aside
        self._began, self._ready_after_s = self._clock.now(), 0.0
        self._file: HostFile | None = None  # the input, where it is a file
        self._files: tuple[Path, ...] = ()  # recorded to
        self._recorder: Recorder | None = None
        self._link_lead: LinkLead | None = None
        self._told: str | None = None  # what was said last of a recording that cannot be written
        self._pausing = False  # Ctrl-Z was pressed
        self._trouble = ""  # of the sources of time, as said last
        self._drummer = drummer or DrummerProcess(
            factory or model_factory(settings.model, settings.seed), say=self._say
        )

    def run(self) -> Summary:
        """Play until there is a reason to stop; a DrumdError says why it could not begin."""
        settings = self._settings
        self._read_and_check()
        with ExitStack() as stack:
            stack.enter_context(stopped_by_signals(self.stop))
            guests = Guests(settings, self._open_door, stack, self._say)
            self._reporter = Overheard(self._reporter, guests.hear)
            self._start_drummer(stack)
            ports = self._start_ports(stack)
            told = self._file.bars if self._file else None
            bars = song_bars(settings, told, ports.transport, self._own_metre, self._say)
            recorder = self._start_recorder(stack, bars.change_at(0.0).metre)
            musical = song_clock(settings, bars, ports.transport, self._clock, stack)
            self._start_followers(stack, ports, musical)
            scheduler = Scheduler(
                ports.output,
                self._clock,
                musical,
                max_late_ms=settings.max_late_ms,
                latency_ms=settings.latency_ms,
                thread=self._thread,
            )
            jam = Jam(
                settings,
                self._clock,
                musical,
                scheduler,
                self._drummer,
                recorder,
                groove=self._groove,
                songs=self._songs,
            )
            stack.callback(jam.finish)  # what ends the last notes is recorded too
            stack.callback(scheduler.stop)  # before it is started: no thread is left behind
            scheduler.start()
            self._await_drummer()
            guests.serve_page()
            if not self.ending:
                self._play(jam, ports, guests, scheduler)
        return self._summary(jam, scheduler, ports)

    def _read_and_check(self) -> None:
        """Know all that is read to be good, and where to write, before anything is written."""
        settings = self._settings
        if same := same_port(settings.input, settings.output, api=settings.api):
            raise SettingsError(same)
        source = file_of(settings.input)
        self._file = read_host_file(source) if source else None
        wanted = tuple(dict.fromkeys(filter(None, (settings.output_file, settings.record))))
        recording = Path(settings.input).expanduser() if is_audio_file(settings.input) else None
        read = [*filter(None, (source, recording, settings.groove, settings.model)), *self._reads]
        try:
            check_outputs(read, wanted, force=True)
        except OutputError as error:
            raise SettingsError(str(error)) from error
        self._files = wanted if settings.force else tuple(map(free_name, wanted))
        for asked, given in zip(wanted, self._files, strict=True):
            if given != asked:
                self._reporter.say(f"{asked} is there already and stays: this jam is {given}")

    def stop(self, reason: str, status: int = 0) -> None:
        """End the main loop; the first reason counts."""
        self.ending = self.ending or Ending(reason, status)

    def pause(self) -> None:
        """Let the main loop end the notes and stand still; a signal's handler may call this."""
        self._pausing = True

    def _start_drummer(self, stack: ExitStack) -> None:
        stack.callback(self._drummer.stop)
        self._drummer.start(self._clock.now())

    def _say(self, text: str) -> None:
        self._reporter.say(text)

    @property
    def _own_metre(self) -> Metre | None:
        """The metre of the first song or of the groove that was given."""
        song = self._songs[0].metre if self._songs else None
        return song or (self._groove.metre if self._groove else None)

    def _start_recorder(self, stack: ExitStack, metre: Metre) -> Recorder | None:
        if not self._files:
            return None
        self._recorder = Recorder(self._files, metre, at_once=False)
        stack.callback(self._close_recorder, self._recorder)
        return self._recorder

    def _start_ports(self, stack: ExitStack) -> LivePorts:
        return LivePorts(
            self._settings,
            self._clock,
            stack,
            openers=self._openers,
            thread=self._thread,
            aside=self._aside,
            played=self._file,
            recorded=self._files[0] if self._settings.output_file else None,
            say=self._say,
        )

    def _start_followers(self, stack: ExitStack, ports: LivePorts, musical: MusicalClock) -> None:
        """Let others go along with the song: through MIDI clock, in a Link session."""
        settings, clock = self._settings, self._clock
        if settings.clock_out:
            ports.start_clock(settings.clock_out, musical)
        if settings.link_lead:
            self._link_lead = LinkLead(clock, musical)
            stack.callback(self._link_lead.close)

    def _await_drummer(self) -> None:
        """Let nobody begin before the drummer can."""
        while not self._drummer.ready and not self.ending:
            self._drummer.poll(self._clock.now())
            self._clock.sleep(STEP_S)

    def _play(self, jam: Jam, ports: LivePorts, guests: Guests, scheduler: Scheduler) -> None:
        """The main loop."""
        guitar = ports.start_guitar()
        jam.keeper.sound = guitar.save
        jam.sound_in = ports.sound_in
        jam.steering.remember = partial(self._keep_learnt, jam)
        if self._recorder:
            self._recorder.begin()
        self._ready_after_s = self._clock.now() - self._began
        played_by = f"guitar from {guitar.name!r}, drums to {ports.output.name!r}"
        self._reporter.say(f"ready: {played_by}; {time_told(self._settings)}")
        jam.count_in(self._clock.now())
        watch_at = 0.0
        guests.welcome(partial(self._reception, jam, ports))
        with (
            quick_threads(),
            main_thread_first() if isinstance(self._clock, MonotonicClock) else nullcontext(),
            self._reporter,
            paused_by_ctrl_z(self.pause),
        ):
            while not self.ending:
                if self._pausing:
                    self._stand_still(scheduler)
                self._step(jam, guitar, scheduler, guests)
                if self._clock.now() >= watch_at:
                    watch_at = self._clock.now() + SCREEN_S
                    self._look_after(ports, scheduler)
                    self._tell(jam, ports, guests)
                self._clock.sleep(STEP_S)

    def _step(self, jam: Jam, guitar: SteadyInput, scheduler: Scheduler, guests: Guests) -> None:
        """Do what there is to do now."""
        try:
            for heard in guitar.poll():
                jam.inbox.put(*heard)
            guitar.tell_drums(scheduler.struck)
            jam.step()
            guests.attend()
            if self._link_lead:
                self._link_lead.step(self._clock.now())
        except DrumdError as error:
            self.stop(str(error), status=1)

    def _stand_still(self, scheduler: Scheduler) -> None:
        """Ctrl-Z: no note sounds on while the process is stopped."""
        self._pausing = False
        scheduler.pause()
        give_up = self._clock.now() + QUIET_S
        while not scheduler.quiet and self._clock.now() < give_up:
            self._clock.sleep(STEP_S)
        stand_still()
        scheduler.go_on()

    def _tell(self, jam: Jam, ports: LivePorts, guests: Guests) -> None:
        """Say what has come up in the jam and with the page, and show how all stands."""
        snapshot = self._snapshot(jam, ports)
        self._tell_trouble(snapshot.trouble)
        while jam.news:
            self._reporter.say(jam.news.pop(0))
        if news := guests.page_news():
            self._reporter.say(news)
        self._reporter.show(snapshot)

    def _tell_trouble(self, trouble: str) -> None:
        """Say what is wrong with the time or the groove that is told, once."""
        if trouble and trouble != self._trouble:
            self._reporter.say(trouble)
        self._trouble = trouble or self._trouble

    def _keep_learnt(self, jam: Jam, controls: Mapping[str, str | None]) -> None:
        """Let controls that were learnt be there next time; a disk may take its time."""
        if remember := self._remember:
            self._aside(lambda: jam.news.append(remember(controls)))

    def _reception(self, jam: Jam, ports: LivePorts, door: Door) -> Reception:
        files = [file.name for file in self._files]
        return Reception(
            door,
            jam,
            self._clock,
            snapshot=lambda: self._snapshot(jam, ports),
            beside=lambda: ports.shown | {"files": files},
            obey=ports.obey,
        )

    def _snapshot(self, jam: Jam, ports: LivePorts) -> Snapshot:
        """How all stands now."""
        level = ports.guitar.level if ports.guitar else None
        return replace(
            jam.snapshot(),
            away=ports.away,
            garbled=ports.garbled,
            refused=ports.output.failed,
            level_db=level.db if level else None,
            clips=level is not None and level.clips,
        )

    def _look_after(self, ports: LivePorts, scheduler: Scheduler) -> None:
        """Find ports again that have gone; stop when the input has played to its end."""
        for news in ports.look_after(scheduler.silence):
            self._reporter.say(news)
        problem = self._recorder.problem if self._recorder else None
        if problem != self._told:
            self._told = problem
            self._reporter.say(problem or "the recording is written again, and whole")
        if not scheduler.running:
            self.stop(
                "the scheduler has stopped, which is a fault of drumd: start it again", status=1
            )
        if ports.guitar and ports.guitar.ended:
            self.stop(f"{ports.guitar.name} has ended")

    def _close_recorder(self, recorder: Recorder) -> None:
        try:
            recorder.close(self._clock.now())
        except RecordError as error:
            self.ending = Ending(str(error), status=1)

    def _summary(self, jam: Jam, scheduler: Scheduler, ports: LivePorts) -> Summary:
        settings = self._settings
        return Summary(
            reason=self.ending.reason if self.ending else "",
            input=settings.input,
            output=settings.output,
            seconds=self._clock.now() - self._began,
            ready_after_s=self._ready_after_s,
            messages=jam.inbox.heard,
            dropped=jam.inbox.dropped,
            hits=jam.hits,
            late=scheduler.late,
            unheard=scheduler.unheard,
            garbled=ports.garbled,
            refused=ports.output.failed,
            bars=jam.conductor.counts,
            restarts=self._drummer.restarts,
            lateness_ms=jam.lateness.spread(),
            answer_ms=jam.thinking.spread(),
            realtime=scheduler.realtime,
            files=self._files,
            parts=parts_of(jam.conductor.played),
            grooves=tuple(grooves_of(jam.conductor.played)),
        )
