"""The musical clock: turns live seconds into beats and back; everything else asks it.

It follows the first of its sources that is rolling. Where one takes over from another while the
song goes on, the song's beats are counted on: what lies off the new source's pulse is bent away
within a bar, and if the new source knows where "one" is, the beats are *re-counted*: the song's
beat grows by a whole number of pulses, the pulse itself stays where it is.

The song's bars (`drumd.timing.bars`) are counted in the metre that was told last: by a source that
knows it, or by the player.

Owned by the main thread, which hears and ticks. Any thread may read `state`, which is published
whole at the end of each call.
"""

from __future__ import annotations

from dataclasses import replace
from math import floor, log

import mido

from drumd.timing.bars import IN_COMMON_TIME, Bars
from drumd.timing.reading import PLAIN, Reading
from drumd.timing.slew import GENTLE, QUICK, bend
from drumd.timing.song_state import SongState
from drumd.timing.sources.base import OFF_PULSE, Source
from drumd.timing.timeline import Timeline
from engine.music.notes import Metre

SLOW, FAST = 20.0, 400.0  # bpm that a tempo may be turned to
MET = 0.02  # beats; so near to a new source it is followed as any other


class MusicalClock:
    """Follows the first of its sources that rolls; bends, and jumps only on purpose."""

    def __init__(self, *sources: Source, bars: Bars = IN_COMMON_TIME) -> None:
        self.state = SongState(bars=bars)
        self._sources = sources
        self._followed: Source | None = None
        self._source_jumps = 0
        self._reading = PLAIN  # of the followed source
        self._turn: tuple[float, float] | None = None  # at a bar line: so many times as fast
        self._meeting = False  # a new source, whose pulse is not reached yet
        self._now = float("-inf")  # the latest time seen; time never runs backwards
        self._song = self.state  # as it will be published
        self._metre = self.metre  # that the sources know of
        self._told: tuple[Metre | None, float] | None = None  # by the source: metre and bar line

    @property
    def timeline(self) -> Timeline | None:
        return self.state.timeline

    @property
    def rolling(self) -> bool:
        return self.state.rolling

    @property
    def bars(self) -> Bars:
        return self.state.bars

    @property
    def beat(self) -> float:
        """Where the song was when time was seen last; 0 where nobody has told the time yet."""
        song = self._song.timeline
        return song.beat_at(self._now) if song else 0.0

    @property
    def metre(self) -> Metre:
        """The metre of the bar that the song is in."""
        return self._song.bars.change_at(self.beat).metre

    @property
    def jumps(self) -> int:
        return self.state.jumps

    @property
    def source(self) -> str:
        """The name of the source that is followed, or "none"."""
        return self._followed.name if self._followed else "none"

    @property
    def bpm(self) -> float | None:
        """The source's tempo, free of the bends that the timeline makes to follow it."""
        timeline = self._followed.timeline if self._followed else None
        return timeline.bpm * self._reading.factor if timeline else None

    @property
    def confidence(self) -> float:
        """The chance that the next beats are right, 0..1."""
        return self._followed.confidence if self._followed else 0.0

    @property
    def searching(self) -> bool:
        """Whether the player is heard, but not for sure where the beat is."""
        return not self.rolling and any(source.searching for source in self._sources)

    @property
    def music_from(self) -> float | None:
        """Since when (seconds) what is played is music of this song; None: since just now."""
        return self._followed.music_from if self._followed else None

    @property
    def counted_in(self) -> float | None:
        """When the song was counted in, if it was: drums need not wait for a bar of guitar."""
        return self._followed.counted_in if self._followed else None

    @property
    def trouble(self) -> str:
        """One sentence on what is wrong with a source that is listened to; empty if nothing is."""
        return next((source.trouble for source in self._heard() if source.trouble), "")

    def hear(self, time: float, message: mido.Message) -> None:
        """Take in a message that arrived at `time`, in order of arrival."""
        self._now = max(self._now, time)
        for source in self._heard():
            source.hear(time, message)
        self._follow()

    def strike(self, time: float, stroke: mido.Message) -> None:
        """A stroke heard by ear, as a note of no known pitch; its own notes are heard later."""
        self._now = max(self._now, time)
        for source in self._heard():
            source.strike(time, stroke)
        self._follow()

    def tick(self, now: float) -> None:
        """Let the sources notice that nothing comes any more."""
        self._now = max(self._now, now)
        for source in self._heard():
            source.tick(now)
        self._follow()

    def tap(self, time: float) -> None:
        """A tap of a count-in, by foot. A host's time goes before."""
        self._now = max(self._now, time)
        for source in self._heard():
            source.tap(time)
        self._follow()

    def this_is_one(self, time: float) -> None:
        """The pulse nearest to `time` begins a bar. Between two pulses it is moved there, if it is
        the player's or a tempo that was given."""
        self._now = max(self._now, time)
        factor, (_, off) = self._reading.factor, self._pulses_at(time)
        if factor <= 1 or abs(off) > OFF_PULSE * self.metre.pulse:
            for source in self._heard():
                source.this_is_one(time, off / factor)
            self._listen()
        self._choose_pulses(self._pulses_at(time)[1])
        pulses, _ = self._pulses_at(time)
        self._recount(-pulses * self.metre.pulse % self.metre.beats)
        self.state = self._song

    def _pulses_at(self, time: float) -> tuple[int, float]:
        """The song's pulse nearest to a moment, counted from where its metre began, and how many
        beats that is off, by the source; 0 where nothing rolls."""
        leader = self._followed.timeline if self._followed else None
        if leader is None or not self._song.rolling:
            return 0, 0.0
        beat, pulse = self._reading.of(leader).beat_at(time), self.metre.pulse
        since = beat - self._song.bars.change_at(self.beat).beat
        pulses = round(since / pulse)
        return pulses, since - pulses * pulse

    def _choose_pulses(self, off: float) -> None:
        """Taken as half as fast, every second pulse of the source is one of the song: another, if
        the player says "one" so many beats off it. A player's is then half a pulse off."""
        factor, pulse = self._reading.factor, self.metre.pulse
        by_player = self._followed is not None and self._followed.by_player
        if abs(off) > OFF_PULSE * pulse and (factor < 1 or by_player):
            step = pulse * min(factor, 0.5)
            self._reading = Reading(factor, self._reading.offset - round(off / step) * step)

    def take_metre(self, metre: Metre, beat: float) -> None:
        """From that beat on, which is a bar line, the metre is another: the player says so."""
        running = self.rolling and self.timeline is not None
        bars = self.bars.changed(metre, beat) if running else Bars.of(metre)
        self._song = replace(self._song, bars=bars)
        self._follow()

    def turn(self, factor: float) -> None:
        """From the next bar line on take the tempo as so many times as fast."""
        bpm = self.bpm
        if self.timeline is not None and self.rolling and bpm and SLOW <= bpm * factor <= FAST:
            self._turn = self.bars.line_after(self.beat), factor

    def _heard(self) -> tuple[Source, ...]:
        """The sources that are asked: none that is lesser than the one that leads."""
        if self._followed is None or not self._followed.rolling:
            return self._sources
        return self._sources[: self._sources.index(self._followed) + 1]

    def _follow(self) -> None:
        self._listen()
        self._tell_metre()
        self.state = self._song

    def _tell_metre(self) -> None:
        """Let the sources know of the metre that the song has come to."""
        change, song = self._song.bars.change_at(self.beat), self._song.timeline
        if change.metre == self._metre:
            return
        self._metre = change.metre
        for source in self._sources:
            source.take_metre(change.metre)
        leader = self._followed
        if song and leader and leader.rolling and leader.go_on(song, change.beat, self._now):
            self._reading = PLAIN

    def _listen(self) -> None:
        followed = self._followed
        if followed and self._song.rolling and not followed.rolling:
            self._look_around(followed)
        source = self._best()
        if source is None or source.timeline is None:
            return
        if source is not followed:
            self._take(source, meet=self._song.rolling and source.rolling)
        elif source.jumps != self._source_jumps:
            self._take(source, meet=self._song.rolling and source.by_player)
        elif source.rolling:
            self._bend(source.timeline)
            self._hear_metre(source)
        self._song = replace(self._song, rolling=source.rolling)

    def _best(self) -> Source | None:
        """The first source that rolls; one that goes before it and stands still is waited for."""
        followed = self._followed
        rolling = (one for one in self._sources if one.rolling and one.timeline is not None)
        best = next(rolling, followed)
        if best is followed or best is None or (followed and followed.rolling):
            return best
        before = self._sources[: self._sources.index(best)]
        return followed if any(one.standing for one in before) else best

    def _look_around(self, followed: Source) -> None:
        """Who kept the time does so no more: see who else does, or let the player go on."""
        for one in self._sources[self._sources.index(followed) + 1 :]:
            one.tick(self._now)  # was not asked meanwhile
        if followed.vanished and followed.timeline is not None:
            timeline = self._reading.of(followed.timeline)
            line = self._song.bars.change_at(self.beat).beat
            any(one.inherit(timeline, line, self._now) for one in self._sources)

    def _take(self, source: Source, *, meet: bool) -> None:
        """Follow a source from here on; `meet`: the song goes on meanwhile."""
        before, self._followed = self._followed, source
        self._source_jumps, self._turn, self._told = source.jumps, None, None
        for lesser in self._sources[self._sources.index(source) + 1 :]:
            lesser.reset()
        assert source.timeline is not None
        if meet and self._song.timeline is not None:
            self._meet(source, self._song.timeline, source.timeline, anew=before is not source)
            return
        # A host that loops or is started again is still to be read as the player said.
        kept = before is source and not source.by_player
        self._reading = Reading(self._reading.factor) if kept else PLAIN
        self._meeting, song = False, self._song
        timeline = self._reading.of(source.timeline)
        bars = song.bars.moved(timeline.beat_at(self._now)) if song.timeline else song.bars
        if source.metre:
            bars, self._told = Bars.of(source.metre), (source.metre, source.bar_line)
        self._song = SongState(
            timeline, song.rolling, song.jumps + 1, song.moves + 1, song.recounted, bars
        )

    def _hear_metre(self, source: Source) -> None:
        """Take up the metre that the source tells, from the bar on that it is in."""
        metre, told = source.metre, (source.metre, source.bar_line)
        if metre is None or told == self._told:
            return
        self._told = told
        line = self._reading.beat_of(source.bar_line)
        bars = max(0, floor((self.beat - line) / metre.beats))
        changed = self._song.bars.changed(metre, line + bars * metre.beats)
        self._song = replace(self._song, bars=changed)

    def _meet(self, source: Source, song: Timeline, timeline: Timeline, *, anew: bool) -> None:
        """Count the song's beats on by the source's pulse, and by its bars if it knows them."""
        knows_one, change = source.knows_bar, self._song.bars.change_at(song.beat_at(self._now))
        metre, pulse = change.metre, change.metre.pulse
        factor = 1.0 if knows_one else min((1.0, 2.0, 0.5), key=lambda f: _apart(f, song, timeline))
        apart = change.beat - factor * source.bar_line  # from a bar line of its to one of the song
        ahead = factor * timeline.beat_at(self._now) + apart - song.beat_at(self._now)
        pulses = round(ahead / pulse)
        # As the song counts now; a re-count moves the song and the reading together.
        self._reading = Reading(factor, apart - pulses * pulse)
        self._meeting = anew or self._meeting
        if knows_one and source.metre in (None, metre):
            self._recount(pulses * pulse % metre.beats)
        self._bend(timeline)
        self._hear_metre(source)

    def _recount(self, beats: float) -> None:
        """Let the song's beat be more by so many whole pulses; the pulse stays where it is."""
        old = self._song.timeline
        if beats == 0 or old is None:
            return
        if self._turn:  # it is still to come, at the same place
            self._turn = (self._turn[0] + beats, self._turn[1])
        self._reading = Reading(self._reading.factor, self._reading.offset + beats)
        self._song = replace(
            self._song,
            timeline=Timeline(old.time, old.beat + beats, old.bpm),
            jumps=self._song.jumps + 1,
            recounted=self._song.recounted + beats,
        )

    def _bend(self, timeline: Timeline) -> None:
        song = self._song.timeline
        assert song is not None and self._followed is not None
        if self._turn and song.beat_at(self._now) >= self._turn[0]:
            self._reading = self._reading.turned(self._turn[1], timeline, self._now)
            self._turn = None
        target = self._reading.of(timeline)
        self._meeting &= abs(target.beat_at(self._now) - song.beat_at(self._now)) > MET
        pace = GENTLE if self._meeting or self._followed.by_player else QUICK
        self._song = replace(self._song, timeline=bend(song, target, self._now, pace))


def _apart(factor: float, song: Timeline, timeline: Timeline) -> float:
    """How far a source's tempo, so many times as fast, is from the song's."""
    return abs(log(factor * timeline.bpm / song.bpm))
