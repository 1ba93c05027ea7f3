"""Musical time from a host: MIDI clock (24 a beat), start, stop, continue, song position.

Owned by the main thread. A start or continue takes effect at the next clock, as MIDI says: that
clock is the beat the song goes on from.
"""

from __future__ import annotations

from collections import deque

import mido

from drumd.timing.sources.base import EVER, Source
from drumd.timing.sources.midi_transport import Transport
from drumd.timing.sources.tick_filter import TickRow
from drumd.timing.sources.two_clocks import WINDOW, ClockSorter, Parted
from drumd.timing.timeline import Timeline
from engine.music.general_midi import CLOCKS_PER_BEAT

CLOCKS_PER_SIXTEENTH = CLOCKS_PER_BEAT // 4
GONE_S, GONE_TICKS = 0.5, 14  # a clock silent for so long, the longer of both, has stopped
SETTLED = 24  # clocks after which a first note may start a host that never says start
FASTEST_BPM = 1000.0
NOTICED = 0.05  # beats; where two clocks are told apart, a song that was so far off is moved
TWO_CLOCKS = (
    "two MIDI clocks come in on one input: the one that said start is followed; turn the other "
    "one off (in a guitar unit, its clock out)"
)


class HostClock(Source):
    """Follows a host's transport and filters the jitter out of its clock.

    Some hosts send the clock alone and never say start: there the first note is beat one.
    """

    name = "host"

    def __init__(self) -> None:
        self._transport = Transport()
        self._now = EVER  # the latest time seen
        self._row = TickRow()
        self._count = 0  # clocks heard
        self._last: float | None = None  # when the last of them came
        self._song = 0  # the song's tick at the next clock
        self._moved = False  # the song starts or jumps at the next clock
        self._playing = False  # what the host said last: rolling, as long as the clock comes
        self._told = False  # the host speaks of its transport at all
        self._clocks = ClockSorter()
        self._numbered = deque[tuple[float, int]](maxlen=WINDOW)  # clocks since the last move

    @property
    def standing(self) -> bool:
        """Whether the host is there and does not play."""
        return self._transport.present(self._now) and not self._transport.playing

    @property
    def vanished(self) -> bool:
        """Whether the host, by what it said last, plays on where its clock has ended."""
        return self._transport.playing

    @property
    def trouble(self) -> str:
        return TWO_CLOCKS if self._clocks.other is not None else ""

    def hear(self, time: float, message: mido.Message) -> None:
        self._now = max(self._now, time)
        self._transport.hear(time, message)
        match message.type:
            case "clock":
                self._hear_clock(time)
            case "start":
                self._move(time, 0)
            case "continue":
                self._move(time, self._song)
            case "songpos":
                self._locate(message.pos * CLOCKS_PER_SIXTEENTH)
            case "stop":
                self._told, self._moved = True, False
                self._playing = self.rolling = False
            case "note_on" if message.velocity:
                self._hear_note(time)

    def tick(self, now: float) -> None:
        self._now = max(self._now, now)
        if self._last is not None and now - self._last > self._gone_s:
            self.rolling = False

    @property
    def _gone_s(self) -> float:
        fit = self._row.fit
        return max(GONE_S, GONE_TICKS * fit.interval) if fit else GONE_S

    def _move(self, time: float, song_tick: int) -> None:
        self._song, self._moved, self._told = song_tick, True, True
        if parted := self._clocks.say(time):
            self._hear_anew(parted)

    def _locate(self, song_tick: int) -> None:
        """A song position. While rolling it may only confirm the sixteenth that is playing."""
        if self.rolling and 0 <= self._song - song_tick < CLOCKS_PER_SIXTEENTH:
            return
        self._song = song_tick
        self._moved = self._moved or self._playing

    def _hear_clock(self, time: float) -> None:
        if not self._clocks.hear(time):
            return
        self._count_clock(time)
        if parted := self._clocks.look():
            self._hear_anew(parted)
            self._renumber(parted)

    def _hear_anew(self, parted: Parted) -> None:
        """Take our clock's ticks alone, of those that were heard."""
        self._row = TickRow()
        for time in parted.ours:
            self._count += 1
            self._count += self._row.hear(self._count, time)
        self._last = parted.ours[-1]

    def _renumber(self, parted: Parted) -> None:
        """Put the song where our clock alone has brought it."""
        if not self.rolling or not self._numbered:
            return
        first, number = self._numbered[0]
        before = [one for one in self._numbered if one[0] < parted.other_since]
        if before and (ours := [one for one in before if one[0] in parted.ours]):
            first, number = ours[-1]  # counted before the other clock came
        since = [time for time in parted.ours if time >= first]
        self._song = number + len(since)
        old = self.timeline
        self._draw_line(self._song - 1)
        if old and self.timeline and abs(old.beat_at(self._now) - self._beat_now) > NOTICED:
            self.jumps += 1

    @property
    def _beat_now(self) -> float:
        return self.timeline.beat_at(self._now) if self.timeline else 0.0

    def _count_clock(self, time: float) -> None:
        self._count += 1
        self._realign(time)
        lost = self._row.hear(self._count, time)
        self._count += lost
        self._song += lost if self.rolling else 0
        self._last = time
        if self._moved or (self._playing and not self.rolling):
            self._moved = False
            self._playing = self.rolling = True
            self.jumps += 1
            self._row.settle()
            self._numbered.clear()
        if self.rolling:
            self._numbered.append((time, self._song))
            self._draw_line(self._song)
            self._song += 1

    def _realign(self, time: float) -> None:
        """Follow a clock that begins anew, not a whole number of ticks after the last one."""
        if self._row.fit is None or self._last is None:
            return
        off = time - self._row.fit.time_of(self._count)
        begins_anew = self._moved and abs(off) > self._row.fit.interval / 4
        if begins_anew or time - self._last > self._gone_s:
            self._row.shift(off)

    def _hear_note(self, time: float) -> None:
        fit = self._row.fit
        if self._told or self._playing or fit is None or self._count < SETTLED:
            return
        if time - fit.time > self._gone_s:
            return
        self._playing = self.rolling = True
        self.jumps += 1
        self._row.settle()
        self._song = 1 - round((time - fit.time) / fit.interval)
        self._draw_line(self._song - 1)

    def _draw_line(self, song_tick: int) -> None:
        """The song's tick `song_tick` is the clock heard last."""
        if fit := self._row.fit:
            bpm = min(FASTEST_BPM, 60 / CLOCKS_PER_BEAT / fit.interval)
            self.timeline = Timeline(fit.time, song_tick / CLOCKS_PER_BEAT, bpm)
