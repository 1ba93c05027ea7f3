"""What plays: the next bar is asked for, settled, played again, or left out.

A `Playing` belongs to the conductor, which says when: each bar has two moments before its bar line
(`drumd.jam.next_bar`). From the first on it may be asked for; the second, the *deadline*, comes a
sixteenth before the bar line, since a drummer may lean so far forward. What has not been answered
by then is not waited for: the last bar plays again, if there is one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from drumd.jam.bar_maker import BarMaker
from drumd.jam.entry import Entry
from drumd.jam.form import Form, Lead
from drumd.jam.heard import HeardNotes
from drumd.jam.next_bar import NextBar
from drumd.jam.stops import StopTime
from drumd.status.phase import BarCounts, Phase
from drumd.status.told import NOTHING, Told
from drumd.timing.bars import BarPlace
from drumd.timing.musical import MusicalClock
from drumd.timing.timeline import Timeline
from engine.music.notes import SOMEWHERE, InPart, Pattern, Request
from engine.performance.phrase import HALF


@dataclass(frozen=True, slots=True)
class _Answer:
    """A bar, and what the drummer says of it: what it is, what it keeps to, and where in its part
    the bar that was asked for lies."""

    request: Request
    pattern: Pattern
    told: Told
    groove: Pattern | None
    place: InPart


class Playing:
    """Goes from bar to bar with the drummer. Times are seconds, beats those of the song."""

    def __init__(
        self,
        musical: MusicalClock,
        maker: BarMaker,
        ask: Callable[[Request], None],
        *,
        stops: bool,
    ) -> None:
        self.maker, self.heard = maker, HeardNotes()
        self.phase, self.counts = Phase.STOPPED, BarCounts()
        self.pattern: Pattern | None = None  # the last bar that was cued, while playing
        self.told = NOTHING  # what the drummer says that it plays in this song
        self.played = list[Told]()  # what it has played, one after the other, in all songs
        self.next, self.entry = NextBar(musical), Entry(self.heard)
        self.stops = StopTime(maker, on=stops)
        self._musical, self._ask = musical, ask
        self._song = 0  # the number of the song, from 1
        self._late: _Answer | None = None  # that came too late, while it may play still

    @property
    def form(self) -> Form:
        """Where the song is among its parts."""
        return self.maker.form

    def begin_song(self) -> None:
        """Another song: nothing was played in it."""
        self.phase = Phase.LISTENING
        self._song, self.told, self._late = self._song + 1, NOTHING, None

    def stop(self) -> None:
        """The song has stopped."""
        self.phase, self.pattern = Phase.STOPPED, None

    def resume(self, phase: Phase) -> None:
        """The stop was a jump: go on as before it."""
        self.phase = phase

    def play_on(self, place: BarPlace, beat: float) -> None:
        """The song has moved to that beat of a bar: who plays plays the rest of the last bar."""
        self._late = None  # where it lies in its part nobody knows any more
        if self.phase is Phase.PLAYING and self.maker.again is not None:
            self.pattern = self.maker.cue(self.maker.again, place, beat)

    def answer(
        self,
        request: Request,
        pattern: Pattern,
        told: Told,
        groove: Pattern | None,
        place: InPart = SOMEWHERE,
    ) -> None:
        """Play what the drummer answered. What comes too late may play as the bar after it, where
        no bar has come in time yet.

        `told` says what it is, `groove` what it keeps to, `place` where it lies in its part.
        """
        answer = _Answer(request, pattern, told, groove, place)
        if request is not self.next.asked or self.next.answered:
            self.counts.dropped_answers += 1
            fill = request.wishes.fill or place.leads_on
            here = request.song == self._song and request.metre == self.next.place.metre
            if here and not fill and self.maker.keep_late(pattern):
                self._late = answer
            return
        self.next.answered = True
        self._say(answer)
        wished = replace(request.wishes, fill=True) if place.leads_on else request.wishes
        self._play(self.maker.answered(pattern, wished, self.next.place, self.next.since))

    def _say(self, answer: _Answer) -> None:
        """Tell what the drummer says of a bar that plays."""
        self.told = answer.told
        bars = answer.place.bars + self.next.number - answer.request.bar
        self.maker.hear_told(answer.told, answer.groove, answer.request.metre, bars)
        if self.told != NOTHING and self.played[-1:] != [self.told]:
            self.played.append(self.told)

    def _say_late(self, pattern: Pattern) -> None:
        """The same, if it is the bar that came too late and plays for the first time."""
        if self._late is not None and self._late.pattern is pattern:
            self._say(self._late)
            self._late = None

    def wanted(self, now: float, timeline: Timeline, tapped: float | None) -> bool:
        """Whether drums belong into the next bar, as far as one can tell now; `tapped`: when the
        player last tapped in a stroke of a groove."""
        if self.form.over:
            return False
        if self.phase is not Phase.PLAYING:
            return self.entry.is_open(self.next.start)
        return self._lively(now, timeline, tapped)

    def _lively(self, now: float, timeline: Timeline, tapped: float | None) -> bool:
        """Whether the player has done something of late."""
        counted_in = None if self._musical.counted_in is None else self.entry.counted_in
        place, done = self.next.place, (counted_in, tapped)
        return self.entry.is_lively(now, timeline, place.start, place.beats, done)

    def ask_for_bar(self, now: float, timeline: Timeline) -> None:
        """Ask the drummer for the next bar, unless it is known what plays there."""
        heard_until = timeline.beat_at(now)
        notes = self.heard.notes(heard_until)
        self.maker.hear(notes, heard_until, self.next.place.beats)
        held = self.maker.held if self.phase is Phase.PLAYING else None
        if held is not None:
            self.next.answered = True
            self._play_again(held)
            return
        if self.phase is not Phase.PLAYING:
            self.form.songs.start(self.entry.first_bar(self.next.number, self._musical.bars))
        lead = self.maker.lead(self.next.number)
        if Lead.PART in lead and (metre := self.form.songs.metre(self.next.number)):
            self._musical.take_metre(metre, self.next.start)
        if self._musical.bars.leads_on(self.next.number, HALF):
            self.maker.ask_fill()
        if lead is Lead.END:
            self.next.answered = True
            self._play(self.maker.end(self.next.place))
            return
        if self.phase is not Phase.PLAYING:
            self.maker.come_in()
        bpm, known = self._musical.bpm or timeline.bpm, min(heard_until, self.next.start)
        asked = self.maker.request(self.next.number, self.next.place, notes, known, bpm)
        self.next.asked = replace(asked, song=self._song)
        self._ask(self.next.asked)

    def settle(self, now: float, timeline: Timeline, tapped: float | None) -> None:
        """The deadline of the next bar is here: play, play the last bar again, or rest; then the
        bar after it is the next."""
        if not self.next.answered:
            if not (self.next.asked or self.wanted(now, timeline, tapped)):
                self.rest()
            elif self.maker.again is None:
                self.counts.missed += 1
            elif now < timeline.time_of(self.next.end):  # else it is long gone
                self.counts.repeated += 1
                self._say_late(self.maker.again)
                self._play_again(self.maker.again)
        self.maker.settle()
        resting = self.form.over and self.phase is Phase.RESTING
        if resting and not self._lively(now, timeline, tapped):
            self.form.again()
            self.entry.beat = None
        self.next.begin(self.next.number + 1)

    def _play_again(self, pattern: Pattern) -> None:
        self._play(self.maker.play_again(pattern, self.next.place, self.next.since))

    def _play(self, struck: Pattern) -> None:
        """The next bar is cued, to be struck so."""
        self.phase, self.pattern = Phase.PLAYING, struck
        self.counts.played += 1

    def rest(self) -> None:
        """Leave the next bar out, and those after it until the player plays again."""
        if self.phase is Phase.PLAYING:
            self.phase = Phase.RESTING
            self.pattern = self.entry.beat = None
            self.stops.forget(self.next.start)
            self.maker.rest()
