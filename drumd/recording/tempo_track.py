"""The recording's own time: what the musical clock said, written as a tempo track.

A MIDI file counts ticks from its start, goes forward only and has its bars on a fixed raster; a
session may begin before the clock does, and its host may stop and jump. So the file has a line of
bars of its own. Each *stretch* of it goes from one bar line (or jump) to the next and gets the
tempo that makes it last as long as it did: the file plays back at the right seconds, and a DAW
shows the bars where they were. Where the host jumps, the file goes on to the nearest place that
is as far into a bar. A `TempoTrack` belongs to the main thread.
"""

from __future__ import annotations

from dataclasses import dataclass

from drumd.timing.timeline import Timeline

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

    def tick_of(self, time: float) -> int:
        """The tick of a moment; what lies outside is put on the nearer end."""
        share = (time - self.time) / (self.end_time - self.time)
        return self.tick + round(min(1.0, max(0.0, share)) * (self.end_tick - self.tick))


class TempoTrack:
    """Cuts the session into stretches as it goes on."""

    def __init__(self, bar_beats: float) -> None:
        self._bar_ticks = round(bar_beats * TICKS_PER_BEAT)
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

    def follow(self, now: float, song: Timeline | None, jumps: int) -> list[Stretch]:
        """The stretches that have ended by `now`. `song` is None while the song stands still."""
        stretches: list[Stretch] = []
        if song is not None:
            if not self.started:
                self._start_in(song, now)
            elif self._song != (jumps, True):
                stretches += self._jump(now, song)
            self._timeline = Timeline(song.time, song.beat + self._shift, song.bpm)
        self._song = (jumps, song is not None)
        if self.started:
            stretches += self._cross_bar_lines(now)
        return stretches

    def open_stretch(self, now: float) -> Stretch:
        """What has been played since the last stretch ended, as if it ended now."""
        return self._stretch(
            max(now, self._time), round(self._timeline.beat_at(now) * TICKS_PER_BEAT)
        )

    def _start_in(self, song: Timeline, now: float) -> None:
        """Begin at the bar line of the bar that the song is in."""
        bar = self._bar_ticks / TICKS_PER_BEAT
        beat = (song.beat_at(now) + bar / 16) // bar * bar
        self.start(song.time_of(beat))
        self._shift = -beat

    def _jump(self, now: float, song: Timeline) -> list[Stretch]:
        """Go on at the place nearest to now that is as far into its bar as the song is."""
        tick = self._timeline.beat_at(now) * TICKS_PER_BEAT
        want = round(song.beat_at(now) * TICKS_PER_BEAT)
        landing = want + round((tick - want) / self._bar_ticks) * self._bar_ticks
        while landing <= self._tick:
            landing += self._bar_ticks
        self._shift = (landing - want) / TICKS_PER_BEAT
        return [self._end_stretch(now, landing)]

    def _cross_bar_lines(self, now: float) -> list[Stretch]:
        stretches = []
        bar_line = (self._tick // self._bar_ticks + 1) * self._bar_ticks
        while self._timeline.beat_at(now) * TICKS_PER_BEAT >= bar_line:
            time = self._timeline.time_of(bar_line / TICKS_PER_BEAT)
            stretches.append(self._end_stretch(time, bar_line))
            bar_line += self._bar_ticks
        return stretches

    def _end_stretch(self, time: float, tick: int) -> Stretch:
        stretch = self._stretch(time, tick)
        self._file_s += stretch.us_per_beat / 1e6 * (tick - self._tick) / TICKS_PER_BEAT
        self._time, self._tick = stretch.end_time, tick
        return stretch

    def _stretch(self, time: float, tick: int) -> Stretch:
        """The open stretch up to a place. Its tempo makes good what rounding cost before."""
        began = self._time if self.began is None else self.began
        tick = max(tick, self._tick + 1)
        time = max(time, self._time + 1e-6)
        beats = (tick - self._tick) / TICKS_PER_BEAT
        us_per_beat = round((time - began - self._file_s) / beats * 1e6)
        us_per_beat = min(SLOWEST_US, max(FASTEST_US, us_per_beat))
        return Stretch(self._time, self._tick, time, tick, us_per_beat)
