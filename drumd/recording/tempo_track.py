"""The recording's own time: what the musical clock said, written as a tempo track.

A MIDI file counts ticks from its start, goes forward only and has its bars on a fixed raster; a
session may begin before the clock does, and its host may stop and jump. So the file has a line of
bars of its own. Each *stretch* of it goes from one bar line (or jump) to the next and gets the
tempo that makes it last as long as it did: the file plays back at the right seconds, and a DAW
shows the bars where they were, in their metre. Where the host jumps, the file goes on to the
nearest place that is as far into a bar. A `TempoTrack` belongs to the main thread.
"""

from __future__ import annotations

from dataclasses import dataclass

from drumd.timing.bars import Bars
from drumd.timing.song_state import SongState
from drumd.timing.timeline import Timeline
from engine.music.notes import Metre

TICKS_PER_BEAT = 960
UNKNOWN_BPM = 120.0  # for what is played before the time is known
FASTEST_US, SLOWEST_US = 1, 0xFFFFFF  # a beat, as far as a MIDI file can say it


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the file at one tempo: from when to when in seconds and in ticks."""

    time: float
    tick: int
    end_time: float
    end_tick: int
    us_per_beat: int
    metre: Metre | None = None  # that begins with it

    def tick_of(self, time: float) -> int:
        """The tick of a moment; what lies outside is put on the nearer end."""
        share = (time - self.time) / (self.end_time - self.time)
        return self.tick + round(min(1.0, max(0.0, share)) * (self.end_tick - self.tick))


class TempoTrack:
    """Cuts the session into stretches as it goes on."""

    def __init__(self, metre: Metre) -> None:
        self._bars = Bars.of(metre)  # of the song
        self._metre, self._new_metre = metre, False  # of the open stretch; whether it begins there
        self.began: float | None = None  # the time of tick 0
        self._time, self._tick = 0.0, 0  # where the open stretch begins
        self._file_s = 0.0  # how late that is when the file is played
        self._timeline = Timeline(0.0, 0.0, UNKNOWN_BPM)  # seconds to beats of the file
        self._song: tuple[int, bool] | None = None  # jumps and rolling, as last seen
        self._shift = 0.0  # beats from the song to the file

    @property
    def started(self) -> bool:
        return self.began is not None

    def start(self, time: float) -> None:
        """Let the file begin now, with or without a song to follow."""
        self.began = self._time = time
        self._timeline = Timeline(time, 0.0, self._timeline.bpm)

    def follow(self, now: float, state: SongState) -> list[Stretch]:
        """The stretches that have ended by `now`."""
        stretches: list[Stretch] = []
        song = state.timeline if state.rolling else None
        if song is not None:
            if not self.started:
                self._start_in(song, state.bars, now)
            elif self._song != (state.jumps, True):
                stretches += self._jump(now, song, state.bars)
            self._timeline = Timeline(song.time, song.beat + self._shift, song.bpm)
            self._bars = state.bars
            self._note_metre()
        self._song = (state.jumps, song is not None)
        if self.started:
            stretches += self._cross_bar_lines(now)
        return stretches

    def open_stretch(self, now: float) -> Stretch:
        """What has been played since the last stretch ended, as if it ended now."""
        return self._stretch(
            max(now, self._time), round(self._timeline.beat_at(now) * TICKS_PER_BEAT)
        )

    def _start_in(self, song: Timeline, bars: Bars, now: float) -> None:
        """Begin at the bar line of the bar that the song is in."""
        beat = song.beat_at(now)
        just = bars.change_at(beat).metre.beats / 16
        start = bars.start_of(bars.number_at(beat + just))
        self.start(song.time_of(start))
        self._shift = -start

    def _jump(self, now: float, song: Timeline, bars: Bars) -> list[Stretch]:
        """Go on at the place nearest to now that is as far into its bar as the song is."""
        tick, beat = self._timeline.beat_at(now) * TICKS_PER_BEAT, song.beat_at(now)
        want, new = _ticks(beat), bars.change_at(beat)
        if new.metre != self._metre:
            inside = _ticks(beat - bars.start_of(bars.number_at(beat)))
            start = max(self._tick, round(tick) - inside)
            self._shift = (start + inside - want) / TICKS_PER_BEAT
            return self._begin_metre(new.metre, start, start + inside, now)
        old = self._bars.change_at(tick / TICKS_PER_BEAT - self._shift)
        bar, apart = _ticks(new.metre.beats), _ticks(old.beat + self._shift - new.beat)
        landing = want + apart + round((tick - want - apart) / bar) * bar
        while landing <= self._tick:
            landing += bar
        self._shift = (landing - want) / TICKS_PER_BEAT
        return [self._end_stretch(now, landing)]

    def _begin_metre(self, metre: Metre, start: int, landing: int, now: float) -> list[Stretch]:
        """A bar of another metre begins at tick `start`, and it is the tick `landing` now."""
        stretches = list[Stretch]()
        if start > self._tick:
            time = self._timeline.time_of(start / TICKS_PER_BEAT)
            stretches.append(self._end_stretch(time, start))
        self._metre, self._new_metre = metre, True
        if landing > start:
            stretches.append(self._end_stretch(now, landing))
        return stretches

    def _cross_bar_lines(self, now: float) -> list[Stretch]:
        stretches = []
        while self._timeline.beat_at(now) * TICKS_PER_BEAT >= (bar_line := self._bar_line()):
            time = self._timeline.time_of(bar_line / TICKS_PER_BEAT)
            stretches.append(self._end_stretch(time, bar_line))
            self._note_metre()
        return stretches

    def _bar_line(self) -> int:
        """The tick of the first bar line in the open stretch."""
        beat = (self._tick + 0.5) / TICKS_PER_BEAT - self._shift
        return _ticks(self._bars.line_after(beat) + self._shift)

    def _note_metre(self) -> None:
        """See whether another metre begins with the open stretch."""
        beat = (self._tick + 0.5) / TICKS_PER_BEAT - self._shift
        metre = self._bars.change_at(beat).metre
        self._metre, self._new_metre = metre, self._new_metre or metre != self._metre

    def _end_stretch(self, time: float, tick: int) -> Stretch:
        stretch = self._stretch(time, tick)
        self._file_s += stretch.us_per_beat / 1e6 * (tick - self._tick) / TICKS_PER_BEAT
        self._time, self._tick, self._new_metre = stretch.end_time, tick, False
        return stretch

    def _stretch(self, time: float, tick: int) -> Stretch:
        """The open stretch up to a place. Its tempo makes good what rounding cost before."""
        began = self._time if self.began is None else self.began
        tick = max(tick, self._tick + 1)
        time = max(time, self._time + 1e-6)
        beats = (tick - self._tick) / TICKS_PER_BEAT
        us_per_beat = round((time - began - self._file_s) / beats * 1e6)
        us_per_beat = min(SLOWEST_US, max(FASTEST_US, us_per_beat))
        metre = self._metre if self._new_metre else None
        return Stretch(self._time, self._tick, time, tick, us_per_beat, metre)


def _ticks(beats: float) -> int:
    return round(beats * TICKS_PER_BEAT)
