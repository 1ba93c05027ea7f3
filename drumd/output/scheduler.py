"""The thread that sends hits on time and ends every note.

Only this thread sends MIDI while it runs. Other threads cue, drop and ask for silence under a
lock that is never held longer than it takes to send a few messages. Each drum goes forward in
beats: a hit at or before one that the same drum has played is a repeat, and never sent. Where the
song is, is looked up once a pass: a pass sees the whole of a jump or nothing of it.

A port that sends on the exact frame is handed the hits a little ahead of time. Those that have
not gone out yet can be taken back: when they are dropped, when the song jumps, when silence is
asked for, and when the port did not get to send them in time.
"""

from __future__ import annotations

import heapq
import threading
from collections import deque
from collections.abc import Callable

import mido

from drumd.errors import PortLostError
from drumd.output.in_flight import EVER, InFlight, Outgoing, Sent, Struck
from drumd.output.realtime import RealtimeThread, ThreadMaker
from drumd.ports.base import Sender
from drumd.timing.clock import Clock
from drumd.timing.musical import MusicalClock
from drumd.timing.song_state import SongState
from drumd.timing.timeline import Timeline
from engine.music.general_midi import DRUM_CHANNEL
from engine.music.notes import Hit, Pattern

ALL_NOTES_OFF = 123
SENT_KEPT = 4096
STRUCK_KEPT = 256  # where nobody asks for them
ROUNDING = 1e-6  # beats


class Scheduler:
    """Plays cued patterns by the musical clock; what is too late is dropped and counted."""

    def __init__(
        self,
        port: Sender,
        clock: Clock,
        musical: MusicalClock,
        *,
        channel: int = DRUM_CHANNEL,
        max_late_ms: float = 20.0,
        gate_ms: float = 80.0,
        latency_ms: float = 0.0,
        realtime: bool = True,
        sent: deque[Sent] | None = None,
        thread: ThreadMaker = RealtimeThread,
    ) -> None:
        self.sent: deque[Sent] = deque(maxlen=SENT_KEPT) if sent is None else sent
        self.struck: deque[Struck] = deque(maxlen=STRUCK_KEPT)  # each as it is handed over
        self._outgoing = Outgoing(port, clock, self.sent)
        self.played = 0
        self.late = 0  # dropped, since it was too late to play them
        self.unheard = 0  # hits for which there was no port
        self.doubled = 0  # not sent: the drum had only just been struck
        self._clock, self._musical = clock, musical
        self._channel, self._latency = channel, latency_ms / 1e3
        self._max_late, self._gate = max_late_ms / 1e3, gate_ms / 1e3
        self._lock = threading.Lock()
        # beat, drum, jumps when cued, the pattern's start, hit
        self._cued: list[tuple[float, int, int, float, Hit]] = []
        self._timed: list[tuple[float, int, Hit]] = []  # seconds, drum, hit
        self._sounding: dict[int, float] = {}  # drum: when its note ends
        self._reached: dict[int, float] = {}  # drum: beat of its last hit
        self._song = musical.state  # as the last pass saw it
        self._hush = False
        self._paused = False
        self._thread = thread("scheduler", self.send_due, clock, realtime=realtime)

    @property
    def running(self) -> bool:
        """Whether its thread is at work."""
        return self._thread.running

    @property
    def realtime(self) -> bool:
        """Whether the thread runs at real-time priority."""
        return self._thread.realtime

    def cue(self, pattern: Pattern, start: float) -> None:
        """Play the pattern from the beat `start` on, as far as that is not past."""
        jumps = self._musical.jumps
        with self._lock:
            for hit in pattern.hits:
                heapq.heappush(self._cued, (start + hit.beat, hit.drum, jumps, start, hit))

    def click(self, beat: float, hit: Hit) -> None:
        """Click on a beat of the song, whatever patterns are dropped."""
        with self._lock:
            entry = (beat, hit.drum, self._musical.jumps, EVER, hit)
            heapq.heappush(self._cued, entry)

    def click_at(self, time: float, hit: Hit) -> None:
        """Click at `time` seconds, whether a song runs or not."""
        with self._lock:
            heapq.heappush(self._timed, (time, hit.drum, hit))

    def drop_from(self, start: float) -> None:
        """Forget the patterns that start at that beat or later, with what leans out of them."""
        with self._lock:
            self._cued = [entry for entry in self._cued if entry[3] < start]
            heapq.heapify(self._cued)
            self._take_back(lambda entry: entry.start is not None and entry.start >= start)

    def cut(self, start: float) -> None:
        """Forget the hits at that beat or later, whatever pattern they are of."""
        with self._lock:
            self._cued = [entry for entry in self._cued if entry[0] < start]
            heapq.heapify(self._cued)
            now = self._clock.now()
            self._take_back(lambda entry: entry.planned > now)

    def silence(self) -> None:
        """End every sounding note as soon as can be."""
        self._hush = True
        if not self._thread.running:
            self.send_due()

    def pause(self) -> None:
        """End every sounding note, and strike nothing until `go_on`; what is due then is late."""
        self._paused = True
        self.silence()

    def go_on(self) -> None:
        self._paused = False

    @property
    def quiet(self) -> bool:
        """Whether silence was made, and the port has sent all it had."""
        with self._lock:
            return not self._hush and not self._outgoing.waiting

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread, then end every note; what is due just then would never be ended."""
        self._thread.stop()
        self._timed.clear()
        self.drop_from(EVER)
        self.silence()
        self._outgoing.log_gone(all_of_them=True)  # the port lets go of all before it closes

    def send_due(self) -> float | None:
        """Send what is due now; the time of what comes next, if there is anything."""
        with self._lock:
            song = self._musical.state
            try:
                self._drop_late()
                self._forget_old_place(song)
                self._end_notes()
                self._send_timed()
                playing = song.rolling and not self._paused
                return self._send_hits(song.timeline if playing else None)
            except PortLostError:
                self._go_without_port(song.timeline)
                return None
            finally:
                self._outgoing.log_gone()

    def _go_without_port(self, timeline: Timeline | None) -> None:
        """The port is away: hits pass unheard. The notes that sounded are ended when it is back."""
        self._outgoing.log_gone()
        self._outgoing.forget()
        now = self._clock.now()
        while timeline and self._cued and timeline.time_of(self._cued[0][0]) - self._latency <= now:
            beat, drum, *_ = heapq.heappop(self._cued)
            self._reached[drum] = max(beat, self._reached.get(drum, EVER))
            self.unheard += 1

    def _drop_late(self) -> None:
        """Take back what a port that stood still has not sent in time."""
        until = self._clock.now() - self._max_late
        self.late += self._take_back(lambda entry: entry.handed.at < until)

    def _take_back(self, of: Callable[[InFlight], bool]) -> int:
        """Take hits back that have been handed over but not gone out; how many."""
        taken = self._outgoing.take_back(of)
        for entry in taken:
            self._reached[entry.message.note] = entry.before
            self._sounding.pop(entry.message.note, None)
        self.played -= len(taken)
        return len(taken)

    def _end_notes(self) -> None:
        if self._hush:
            self._take_back(lambda _: True)
            for drum in list(self._sounding):
                self._end(drum, self._clock.now())
            message = mido.Message("control_change", control=ALL_NOTES_OFF, channel=self._channel)
            self._outgoing.send(message, self._clock.now())
            self._hush = False
        for drum, end in list(self._sounding.items()):
            if end - self._outgoing.ahead_s <= self._clock.now():
                self._end(drum, end)

    def _send_hits(self, timeline: Timeline | None) -> float | None:
        """Send the hits that are due; when the next hit or end of a note comes."""
        ahead = self._outgoing.ahead_s
        times = [end - ahead for end in self._sounding.values()]
        times += [time - self._latency - ahead for time, *_ in self._timed[:1]]
        while timeline and self._cued:
            beat, _, _, start, hit = self._cued[0]
            planned = timeline.time_of(beat) - self._latency
            if planned - ahead > self._clock.now():
                times.append(planned - ahead)
                break
            heapq.heappop(self._cued)
            if not self._is_due(hit.drum, beat, planned):
                continue
            try:
                times.append(self._strike(hit, planned, beat, start) - ahead)
            except PortLostError:
                self.unheard += 1
                raise
        return min(times, default=None)

    def _send_timed(self) -> None:
        """Click where it is due at a time and not at a beat."""
        while self._timed and self._timed[0][0] - self._latency - self._outgoing.ahead_s <= (
            now := self._clock.now()
        ):
            time, drum, hit = heapq.heappop(self._timed)
            if now - (time - self._latency) > self._max_late:
                self.late += 1
                continue
            self._strike(hit, time - self._latency, self._reached.get(drum, EVER), EVER)

    def _is_due(self, drum: int, beat: float, planned: float) -> bool:
        """Whether a hit is to be struck: it is no repeat, nor too late, nor too soon."""
        if beat <= self._reached.get(drum, EVER):
            return False
        if self._clock.now() - planned > self._max_late:
            self.late += 1
            return False
        if self._outgoing.too_soon(drum, planned):
            self.doubled += 1
            self._reached[drum] = beat
            return False
        return True

    def _forget_old_place(self, song: SongState) -> None:
        """After a jump of the song, forget what was cued before it."""
        before, self._song = self._song, song
        if song.jumps == before.jumps:
            return
        self._take_back(lambda _: True)
        shift = song.shift_since(before)  # beats counted anew: what was played stays played
        reached = {} if shift is None else self._reached
        self._reached = {drum: beat + (shift or 0.0) + ROUNDING for drum, beat in reached.items()}
        self._cued = [entry for entry in self._cued if entry[2] == song.jumps]
        heapq.heapify(self._cued)

    def _strike(self, hit: Hit, planned: float, beat: float, start: float) -> float:
        """Begin a note, and first end that drum's last one; when the note will end."""
        if hit.drum in self._sounding:
            self._end(hit.drum, planned)
        message = mido.Message(
            "note_on", note=hit.drum, velocity=hit.velocity, channel=self._channel
        )
        before = self._reached.get(hit.drum, EVER)
        begins = self._outgoing.send(message, planned, start, before)
        self.struck.append((begins, hit.drum, hit.velocity))
        self._reached[hit.drum] = beat
        self.played += 1
        self._sounding[hit.drum] = begins + self._gate
        return begins + self._gate

    def _end(self, drum: int, planned: float) -> None:
        message = mido.Message("note_off", note=drum, channel=self._channel)
        self._outgoing.send(message, planned)
        del self._sounding[drum]
