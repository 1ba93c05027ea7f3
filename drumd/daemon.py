"""The daemon: starts the live path in the order of dependence and stops it in reverse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from drumd.config import SPEAKERS, Settings, is_audio, is_audio_file, is_speakers, playable_metre
from drumd.drummer_process import DrummerProcess, Factory, model_factory
from drumd.errors import DrumdError, RecordError, RemoteError, SettingsError
from drumd.jam.given import GivenGroove
from drumd.jam.jam import DrummerLink, Jam
from drumd.jam.reception import Reception
from drumd.jam.song import Song
from drumd.output.clock_out import ClockOut
from drumd.output.realtime import RealtimeThread, ThreadMaker
from drumd.output.scheduler import Scheduler
from drumd.output.together import Together
from drumd.page.page_process import PageProcess, check_libraries
from drumd.ports.base import InputPort, OutputPort, Place
from drumd.ports.choice import INPUT, OUTPUT, PortChoice
from drumd.ports.fakes import NullPort
from drumd.ports.keyed import Keyed
from drumd.ports.midi_file import FileInput
from drumd.ports.midi_file_host import HostFile, read_host_file
from drumd.ports.open import file_of, list_ports, open_input, open_output, same_port
from drumd.ports.reconnecting import Aside, SteadyInput, SteadyOutput, in_thread
from drumd.process import (
    main_thread_first,
    paused_by_ctrl_z,
    quick_threads,
    stand_still,
    stopped_by_signals,
)
from drumd.recording.recorder import Recorder
from drumd.remote.door import Door
from drumd.remote.order import Order
from drumd.status.reporter import SCREEN_S, Overheard, Reporter
from drumd.status.snapshot import Snapshot, Summary
from drumd.status.told import grooves_of, parts_of
from drumd.timing.clock import Clock, MonotonicClock
from drumd.timing.link_lead import LinkLead
from drumd.timing.musical import MusicalClock
from drumd.timing.select import musical_clock
from drumd.timing.sources.jack_transport import JackTransport
from drumd.timing.sources.link import LinkTime
from drumd.timing.transport_place import TransportPlace
from engine.errors import EngineError, OutputError
from engine.music.kit_map import kit_map
from engine.music.notes import COMMON_TIME, Metre
from engine.storage.outputs import check_outputs, free_name

STEP_S = 0.004  # the main loop's pause
QUIET_S = 0.3  # the longest that Ctrl-Z waits for the last notes to end


@dataclass(frozen=True, slots=True)
class Ending:
    """Why the daemon stopped, and the exit status for it."""

    reason: str
    status: int = 0


Output = SteadyOutput | Together


class SupervisedDrummer(DrummerLink, Protocol):
    """A drummer that the daemon starts and stops."""

    @property
    def restarts(self) -> int: ...

    def start(self, now: float) -> None: ...

    def stop(self) -> None: ...


class Daemon:
    """Plays along until it is told to stop, the input ends or something vital is gone.

    A `groove` that is given is kept to; where nobody tells a metre, it is in the groove's.
    `reads` are files that were read besides those of the settings: none is recorded over.
    Guests come in by the door that `open_door` opens; without one there are none.
    `clock`, `thread` and `aside` are what it lives by; on simulated ones it runs as fast as it can.
    """

    def __init__(
        self,
        settings: Settings,
        reporter: Reporter,
        *,
        factory: Factory | None = None,
        drummer: SupervisedDrummer | None = None,
        open_input: Callable[..., InputPort] = open_input,
        open_output: Callable[..., OutputPort] = open_output,
        clock: Clock | None = None,
        thread: ThreadMaker = RealtimeThread,
        aside: Aside = in_thread,
        groove: GivenGroove | None = None,
        songs: Sequence[Song] = (),
        reads: Sequence[Path] = (),
        open_door: Callable[[], Door] | None = None,
    ) -> None:
        self.ending: Ending | None = None
        self._settings, self._reporter, self._groove = settings, reporter, groove
        self._songs, self._reads, self._open_door = songs, reads, open_door
        self._door: Door | None = None
        self._names = {INPUT: settings.input, OUTPUT: settings.output}
        self._choice = PortChoice(partial(list_ports, settings.api), aside=aside)
        self._page: PageProcess | None = None
        self._open_input, self._open_output = open_input, open_output
        self._clock = clock or MonotonicClock()
        self._thread, self._aside = thread, aside
        self._began, self._ready_after_s = self._clock.now(), 0.0
        self._guitar: SteadyInput | None = None
        self._file: HostFile | None = None  # the input, where it is a file
        self._files: tuple[Path, ...] = ()  # recorded to
        self._recorder: Recorder | None = None
        self._clock_port: SteadyOutput | None = None  # where MIDI clock goes out
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
            self._start_door(stack)
            self._start_drummer(stack)
            output = self._start_output(stack)
            metre = self._metre(output)
            recorder = self._start_recorder(stack, metre)
            musical = self._musical_clock(stack, output, metre)
            self._start_followers(stack, musical, metre)
            scheduler = self._scheduler(output, musical)
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
            self._start_page(stack)
            if not self.ending:
                self._play(jam, self._start_input(stack), output, scheduler)
        return self._summary(jam, scheduler, output)

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

    def _start_door(self, stack: ExitStack) -> None:
        """Let others look in; a jam that is to have a page cannot do without."""
        if self._settings.has_page:
            check_libraries("--page")
        if self._open_door is None:
            return
        try:
            self._door = self._open_door()
        except RemoteError as error:
            if self._settings.has_page:
                raise
            self._say(f"{error}: nobody can look in from outside")
            return
        stack.callback(self._door.close)
        self._reporter = Overheard(self._reporter, self._door.say)

    def _start_page(self, stack: ExitStack) -> None:
        settings = self._settings
        if self._door and settings.has_page:
            self._page = PageProcess(self._door.file, settings.page_port, lan=settings.page_lan)
            stack.callback(self._page.close)

    def _reception(self, jam: Jam, guitar: SteadyInput, output: Output) -> Reception | None:
        if self._door is None:
            return None

        def beside() -> dict[str, object]:
            files = [file.name for file in self._files]
            return {
                "in": guitar.name,
                "out": output.name,
                "ports": self._choice.names,
                "files": files,
            }

        def obey(order: Order) -> str | None:
            if order.name == "ports":
                self._choice.look()
                return "looking for ports"
            if order.name in self._names:
                return self._turn_to_port(order.name, order.text, guitar, output)
            return None

        def snapshot() -> Snapshot:
            return self._snapshot(jam, guitar, output)

        return Reception(self._door, jam, self._clock, snapshot=snapshot, beside=beside, obey=obey)

    def _turn_to_port(self, side: str, name: str, guitar: SteadyInput, output: Output) -> str:
        """Leave a port for another one; a ValueError says why that cannot be."""
        port = guitar if side == INPUT else output
        fixed = self._file if side == INPUT else self._settings.output_file
        if fixed or isinstance(port, Together) or is_speakers(self._names[side]):
            raise ValueError(f"{port.name} stays: to change it, start drumd again")
        self._choice.check(side, name, (output if side == INPUT else guitar).name)
        if name != port.name:
            self._names[side] = name
            port.turn_to(name)
        return f"{side}: {name}"

    def _start_recorder(self, stack: ExitStack, metre: Metre) -> Recorder | None:
        if not self._files:
            return None
        self._recorder = Recorder(self._files, metre, at_once=False)
        stack.callback(self._close_recorder, self._recorder)
        return self._recorder

    def _start_output(self, stack: ExitStack) -> Output:
        settings, clock = self._settings, self._clock
        kit = kit_map(settings.kit)

        def opened(again: Place | None) -> OutputPort:
            if settings.output_file:
                return NullPort(clock, str(self._files[0]))
            if is_speakers(settings.output):
                return sounding(again)
            name = self._names[OUTPUT]
            port = self._open_output(name, clock, api=settings.api, again=again)
            return Keyed(port, kit, clock)

        def sounding(again: Place | None) -> OutputPort:
            name = settings.output if is_speakers(settings.output) else SPEAKERS
            heard = settings.kit_heard
            return self._open_output(name, clock, api=settings.api, again=again, kit=heard)

        port = SteadyOutput(opened, clock, aside=self._aside)
        beside = self._start_sound(sounding) if settings.sound else None
        output = Together(port, beside, clock, thread=self._thread) if beside else port
        stack.callback(output.close)
        return output

    def _start_sound(self, sounding: Callable[[Place | None], OutputPort]) -> SteadyOutput | None:
        """The speakers beside the output; a machine that has none is no reason not to jam."""
        try:
            return SteadyOutput(sounding, self._clock, aside=self._aside)
        except (DrumdError, EngineError) as error:
            self._reporter.say(f"no sound beside the output: {error}")
            return None

    def _metre(self, output: Output) -> Metre:
        """What was told, else what the host tells now: a file, or the JACK transport's master.

        Else that of the groove that was given.
        """
        if self._settings.metre is not None:
            return self._settings.metre
        told = None
        if self._file:
            told = self._file.metre
        elif self._settings.clock in ("auto", "host") and (place := output.transport()):
            told = place.metre
        if told and not playable_metre(told):
            self._reporter.say(f"the drummer cannot play {told}: the bars are counted in 4/4")
        if told and playable_metre(told):
            return told
        return self._groove.metre if self._groove and not told else COMMON_TIME

    def _musical_clock(self, stack: ExitStack, output: Output, metre: Metre) -> MusicalClock:
        settings, link = self._settings, None
        if settings.links:
            link = LinkTime(self._clock, metre, lasting=settings.clock == "link")
            stack.callback(link.close)

        def transport() -> TransportPlace | None:
            guitar = self._guitar  # is opened when the drummer is ready
            return output.transport() or (guitar.transport() if guitar else None)

        jack = JackTransport(transport)
        counted, by_ear = bool(settings.counts), is_audio(settings.input)
        return musical_clock(
            settings.clock,
            settings.bpm,
            metre,
            link=link,
            jack=jack,
            counted=counted,
            by_ear=by_ear,
        )

    def _start_followers(self, stack: ExitStack, musical: MusicalClock, metre: Metre) -> None:
        """Let others go along with the song: through MIDI clock, in a Link session."""
        settings, clock = self._settings, self._clock
        if name := settings.clock_out:

            def opened(again: Place | None) -> OutputPort:
                return self._open_output(name, clock, api=settings.api, again=again)

            self._clock_port = SteadyOutput(opened, clock, aside=self._aside)
            stack.callback(self._clock_port.close)
            clock_out = ClockOut(self._clock_port, clock, musical, thread=self._thread)
            stack.callback(clock_out.stop)
            clock_out.start()
        if settings.link_lead:
            self._link_lead = LinkLead(clock, musical, metre)
            stack.callback(self._link_lead.close)

    def _scheduler(self, output: Output, musical: MusicalClock) -> Scheduler:
        return Scheduler(
            output,
            self._clock,
            musical,
            max_late_ms=self._settings.max_late_ms,
            latency_ms=self._settings.latency_ms,
            thread=self._thread,
        )

    def _await_drummer(self) -> None:
        """Let nobody begin before the drummer can."""
        while not self._drummer.ready and not self.ending:
            self._drummer.poll(self._clock.now())
            self._clock.sleep(STEP_S)

    def _start_input(self, stack: ExitStack) -> SteadyInput:
        settings, clock = self._settings, self._clock

        def opened(again: Place | None) -> InputPort:
            if self._file:
                return FileInput(self._file, clock)
            name, api = self._names[INPUT], settings.api
            heard = settings.heard if is_audio(name) else {}
            return self._open_input(name, clock, api=api, again=again, **heard)

        guitar = SteadyInput(opened, clock, aside=self._aside)
        stack.callback(guitar.close)
        self._guitar = guitar
        return guitar

    def _play(self, jam: Jam, guitar: SteadyInput, output: Output, scheduler: Scheduler) -> None:
        """The main loop."""
        if self._recorder:
            self._recorder.begin()
        self._ready_after_s = self._clock.now() - self._began
        self._reporter.say(
            f"ready: guitar from {guitar.name!r}, drums to {output.name!r}; {self._settings.time}"
        )
        jam.count_in(self._clock.now())
        watch_at = 0.0
        reception = self._reception(jam, guitar, output)
        with (
            quick_threads(),
            main_thread_first() if isinstance(self._clock, MonotonicClock) else nullcontext(),
            self._reporter,
            paused_by_ctrl_z(self.pause),
        ):
            while not self.ending:
                if self._pausing:
                    self._stand_still(scheduler)
                try:
                    for heard in guitar.poll():
                        jam.inbox.put(*heard)
                    jam.step()
                    if reception:
                        reception.step()
                    if self._link_lead:
                        self._link_lead.step(self._clock.now())
                except DrumdError as error:
                    self.stop(str(error), status=1)
                if self._clock.now() >= watch_at:
                    watch_at = self._clock.now() + SCREEN_S
                    self._look_after(guitar, output, scheduler)
                    snapshot = self._snapshot(jam, guitar, output)
                    self._tell_trouble(snapshot.trouble)
                    self._tell_news(jam)
                    self._reporter.show(snapshot)
                self._clock.sleep(STEP_S)

    def _stand_still(self, scheduler: Scheduler) -> None:
        """Ctrl-Z: no note sounds on while the process is stopped."""
        self._pausing = False
        scheduler.pause()
        give_up = self._clock.now() + QUIET_S
        while not scheduler.quiet and self._clock.now() < give_up:
            self._clock.sleep(STEP_S)
        stand_still()
        scheduler.go_on()

    def _tell_news(self, jam: Jam) -> None:
        """Say what has come up in the jam and with the page."""
        while jam.news:
            self._reporter.say(jam.news.pop(0))
        if self._page and (news := self._page.news()):
            self._reporter.say(news)

    def _tell_trouble(self, trouble: str) -> None:
        """Say what is wrong with the time or the groove that is told, once."""
        if trouble and trouble != self._trouble:
            self._reporter.say(trouble)
        self._trouble = trouble or self._trouble

    def _snapshot(self, jam: Jam, guitar: SteadyInput, output: Output) -> Snapshot:
        away = tuple(filter(None, (guitar.waiting, output.waiting)))
        return replace(jam.snapshot(), away=away, garbled=guitar.failed, refused=output.failed)

    def _look_after(self, guitar: SteadyInput, output: Output, scheduler: Scheduler) -> None:
        """Find ports again that have gone; stop when the input has played to its end."""
        if news := guitar.look_after():
            self._reporter.say(news)
        if news := output.look_after():
            self._reporter.say(news)
            scheduler.silence()  # what sounded when it went may sound still
        if self._clock_port and (news := self._clock_port.look_after()):
            self._reporter.say(news)
        problem = self._recorder.problem if self._recorder else None
        if problem != self._told:
            self._told = problem
            self._reporter.say(problem or "the recording is written again, and whole")
        if not scheduler.running:
            self.stop(
                "the scheduler has stopped, which is a fault of drumd: start it again", status=1
            )
        if guitar.ended:
            self.stop(f"{guitar.name} has ended")

    def _close_recorder(self, recorder: Recorder) -> None:
        try:
            recorder.close(self._clock.now())
        except RecordError as error:
            self.ending = Ending(str(error), status=1)

    def _summary(self, jam: Jam, scheduler: Scheduler, output: Output) -> Summary:
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
            garbled=self._guitar.failed if self._guitar else 0,
            refused=output.failed,
            bars=jam.conductor.counts,
            restarts=self._drummer.restarts,
            lateness_ms=jam.lateness.spread(),
            answer_ms=jam.thinking.spread(),
            realtime=scheduler.realtime,
            files=self._files,
            parts=parts_of(jam.conductor.played),
            grooves=tuple(grooves_of(jam.conductor.played)),
        )
