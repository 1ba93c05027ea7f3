"""What happens when: when drums enter, when they rest and stop, and where the song has moved to.

A `Conductor` belongs to the main thread and decides on beats alone; it has no clock of its own.
Where bars begin the musical clock says (`drumd.timing.bars`); how one is asked for and settled is
for `Playing` to know (`drumd.jam.playing`), and how it is struck for the `BarMaker`
(`drumd.jam.bar_maker`).

Drums enter at the first bar line after one bar of guitar, or on "one" after a count-in. They rest
after two silent bars, come in again at the bar line after the guitar did, and end when the host
stops, or when the player or the song file ends the song; then they come in again once the guitar
has rested. After a jump of the host the last bar plays on in the new place until the next bar line;
a host that stops only to go on elsewhere at once, as some do when they loop, has jumped
(`drumd.jam.jumps`). Where a host tells another metre only as its first bar begins, the last bar
plays on until the drummer has answered for that bar anew.

While the player taps in a groove (`drumd.jam.tapping`) the notes that begin are strokes of it and
no guitar; they keep the drums from resting.

What the player has set (`drumd.jam.dials`) and where the song is in its form (`drumd.jam.form`) is
looked up when a bar is asked for.
"""

from __future__ import annotations

from collections.abc import Callable

import mido

from drumd.controls import Command
from drumd.jam.bar_maker import BarMaker
from drumd.jam.dials import Dials
from drumd.jam.form import Ahead, Form
from drumd.jam.jumps import Jumps
from drumd.jam.next_bar import EVER, LEAN, MISSED
from drumd.jam.player import Player
from drumd.jam.playing import Playing
from drumd.jam.tapping import TapPedal
from drumd.ports.base import Muted, Onset
from drumd.status.phase import Phase
from drumd.status.told import Told
from drumd.timing.bars import Bars
from drumd.timing.musical import MusicalClock
from drumd.timing.song_state import SongState
from drumd.timing.timeline import Timeline
from engine.music.notes import SOMEWHERE, InPart, Metre, Pattern, Request

RELOCATE_S = 0.5  # a stop so short was a jump
JUST_NOW = 1.0  # beats; a note so little before the time began to roll belongs to the song
NO_TIME = "there is no time yet: play, or count in with four taps"


class Conductor:
    """Leads the drummer through the bars."""

    def __init__(
        self,
        musical: MusicalClock,
        player: Player,
        ask: Callable[[Request], None],
        *,
        dials: Dials | None = None,
        form: Form | None = None,
        stops: bool = False,
    ) -> None:
        self.maker = BarMaker(player, dials or Dials(), form)
        self._playing = Playing(musical, self.maker, ask, stops=stops)
        self.heard, self.counts = self._playing.heard, self._playing.counts
        self.stops, self.played = self._playing.stops, self._playing.played
        self._next, self._entry = self._playing.next, self._playing.entry
        self._musical, self._player = musical, player
        self._taps = TapPedal(self.maker)
        self._jumps = Jumps()
        self._stopped = (EVER, Phase.STOPPED)  # when, and what the drummer was doing then

    @property
    def phase(self) -> Phase:
        """What the drummer is doing."""
        return self._playing.phase

    @property
    def pattern(self) -> Pattern | None:
        """The last bar that was cued, while playing."""
        return self._playing.pattern

    @property
    def told(self) -> Told:
        """What the drummer says that it plays in this song."""
        return self._playing.told

    @property
    def trouble(self) -> str:
        """What is wrong with the groove that the player gives, in one sentence."""
        given, metre = self.maker.dials.given, self._next.place.metre
        if given and not given.fits(metre):
            return f"the groove {given.name} is in {given.metre}: bars of {metre} do without it"
        return self._taps.trouble

    def hear(self, time: float, message: mido.Message | Onset | Muted) -> bool:
        """Take in a message of the guitar or the host; False for a stroke that is tapped in."""
        before = self._musical.state
        match message:
            case Onset():
                self._musical.strike(time, message.as_note())
            case Muted():
                self._musical.hear(time, message.as_note())
            case _:
                self._musical.hear(time, message)
        self._notice(time, before)
        timeline = self._musical.timeline if self._musical.rolling else None
        if isinstance(message, Onset):
            if timeline and message.velocity:
                self.stops.stroke(timeline.beat_at(time), message.velocity)
            return True
        if isinstance(message, Muted):
            return True
        if self._taps.takes(time, _beat(timeline, time), message):
            return False
        if time < (self._musical.music_from or EVER):
            return True  # a count-in
        began = self.heard.hear(time, message, timeline)
        if timeline and self.phase is Phase.STOPPED:
            self._begin(time, timeline)
        if began and timeline:
            self.stops.stroke(timeline.beat_at(time), message.velocity)
            if self._entry.beat is None:
                resting = self.phase is Phase.RESTING
                self._entry.guitar(timeline.beat_at(time), self._next.place.beats, resting=resting)
        return True

    def command(self, time: float, command: Command) -> None:
        """Do what the player said with a pedal at `time`."""
        before = self._musical.state
        timeline = before.timeline
        match command:
            case Command.ONE:
                self._musical.this_is_one(time)
            case Command.TWICE:
                self._musical.turn(2.0)
            case Command.HALF:
                self._musical.turn(0.5)
            case Command.TAP:
                self._musical.tap(time)
            case Command.HOLD:
                settled = self._next.before  # where the bar settled last begins
                self.maker.hold(begun=timeline is None or timeline.beat_at(time) >= settled)
            case Command.START:
                self._call_in(time)
            case _:
                self.maker.obey(command, self.ahead)
        self._notice(time, before)

    @property
    def form(self) -> Form:
        """Where the song is among its parts."""
        return self.maker.form

    @property
    def place_told(self) -> str:
        """Where the song is in its order, in words."""
        return self.form.songs.told(max(0, self._next.number - 1))

    @property
    def ahead(self) -> Ahead:
        """The next bar that can still be asked for."""
        since = self.maker.since + self._next.awaited
        return Ahead(self._next.unasked, since, playing=self.phase is Phase.PLAYING)

    def _call_in(self, time: float) -> None:
        """The drums are to come in at the next bar line, guitar or not."""
        if self.phase is Phase.STOPPED:
            self.form.notice = NO_TIME
        elif self.phase is not Phase.PLAYING:
            self._entry.call_in(time)
            if self.form.over:
                self.form.again()
            self.form.notice = f"drums from bar {self.ahead.bar + 1}"

    @property
    def coming(self) -> tuple[float, Pattern] | None:
        """The bar that was cued last: the beat where it begins, and how it is struck."""
        return self.maker.coming if self.phase is Phase.PLAYING else None

    @property
    def since(self) -> int | None:
        """Bars since the phrases are counted, before the one that was cued last; None at rest."""
        return max(0, self.maker.since - 1) if self.phase is Phase.PLAYING else None

    @property
    def next_bar(self) -> int | None:
        """The number, from 1, of the bar that a word spoken now counts for; None at a stop."""
        return None if self.phase is Phase.STOPPED else self.ahead.bar + 1

    def press(self, time: float, down: frozenset[Command]) -> None:
        """These pedals are held from `time` on; the mute counts from the next bar line on."""
        beat, bars = _beat(self._musical.timeline, time), self._musical.bars
        self.maker.press(down, beat, bars.line_after(beat or 0.0))
        beat = beat if self._musical.rolling else None
        if self._taps.follow(time, beat, bars) and self._entry.beat is None:
            self._entry.beat = beat

    def answer(
        self,
        request: Request,
        pattern: Pattern,
        told: str = "",
        groove: Pattern | None = None,
        place: InPart = SOMEWHERE,
    ) -> None:
        """The drummer has answered: see `Playing.answer`."""
        self._playing.answer(request, pattern, Told.of(told), groove, place)

    def step(self, now: float) -> None:
        """Do what is due at `now` seconds; to be called some hundred times a second."""
        before = self._musical.state
        self._musical.tick(now)
        self._notice(now, before)
        timeline = self._musical.timeline
        if timeline is None or not self._musical.rolling:
            if self.phase is not Phase.STOPPED:
                self._stop(now)
            return
        if self.phase is Phase.STOPPED:
            self._begin(now, timeline)
        if self.phase is Phase.PLAYING:
            self.stops.step(timeline.beat_at(now), self.heard.silent_since)
        while now >= self._next.deadline(timeline):
            start = self._next.start
            self._playing.settle(now, timeline, self._taps.last)
            self._jumps.begin_bar(start)
        if self._next.is_due(now, timeline):
            self._ask_if_wanted(now, timeline)

    def _ask_if_wanted(self, now: float, timeline: Timeline) -> bool:
        """Ask for the next bar, if drums belong into it; whether they do."""
        wanted = self._playing.wanted(now, timeline, self._taps.last)
        if wanted:
            self._playing.ask_for_bar(now, timeline)
        return wanted

    def _notice(self, time: float, before: SongState) -> None:
        """See whether the song has moved, or was counted in."""
        if self._musical.state.jumps != before.jumps:
            self._jump(time, before)
        elif self._musical.bars is not before.bars and before.timeline:
            self._change_metre(time, before.bars)
        counted_in = self._musical.counted_in
        if counted_in in (None, self._entry.counted_in) or self._musical.timeline is None:
            return
        self.heard.forget_before(self._musical.music_from or EVER)
        if self.phase is Phase.STOPPED:
            self._begin(time, self._musical.timeline)
        self._entry.count_in(counted_in)

    def _begin(self, time: float, timeline: Timeline) -> None:
        """The time has begun to roll; a host's first notes come before its tempo is known."""
        beat = timeline.beat_at(time)
        stopped_at, before = self._stopped
        self.heard.place(timeline)
        if time - stopped_at < RELOCATE_S:
            self._playing.resume(before)
            self._go_on_from(time, beat)
            return
        self._playing.begin_song()
        self._jumps.forget()
        self._go_on_from(time, beat)
        self.maker.begin()
        since = self._musical.music_from
        first = beat - JUST_NOW if since is None else timeline.beat_at(since)
        onsets = [note.onset for note in self.heard.notes(beat) if note.onset > first]
        self._entry.beat = None
        if onsets:
            self._entry.guitar(min(onsets), self._next.place.beats, resting=False)

    def _stop(self, now: float) -> None:
        """The host has stopped: silence."""
        self._stopped = now, self.phase
        self._playing.stop()
        self.maker.drop()
        self.stops.forget(0.0)
        self._player.silence()
        self._next.begin(self._next.number)

    def _jump(self, time: float, before: SongState) -> None:
        """The song was moved, or its bars are counted anew: go on there."""
        jump = self._jumps.follow(time, before, self._musical.state)
        if jump is None:
            return
        self.heard.shift(jump.shift)
        self._taps.shift(jump.shift)
        self.maker.drop()
        self.stops.forget(jump.beat)
        self._entry.shift(jump.shift)
        self._go_on_from(time, jump.beat, anew=jump.anew)

    def _change_metre(self, time: float, before: Bars) -> None:
        """Bars that are settled or asked for may be others now: go on in the one under way."""
        known = range(self._next.number - 1, self._next.number + (not self._next.open))
        same = all(self._musical.bars.place_of(bar) == before.place_of(bar) for bar in known)
        if same or self.phase is Phase.STOPPED or self.form.over:
            return
        self.maker.drop()
        self._go_on_from(time, self._musical.beat)
        if self.phase is Phase.PLAYING:
            self._next.begin(self._next.number - 1, under_way=True)
            self.maker.play_anew()
            self.counts.played -= 1

    def take_metre(self, metre: Metre) -> int:
        """The player wants another metre from the next bar on that can be asked for: its number."""
        bar = self.ahead.bar
        self._musical.take_metre(metre, self._musical.bars.start_of(bar))
        return bar

    def _go_on_from(self, time: float, beat: float, *, anew: bool = False) -> None:
        """Be in the bar of `beat`; who plays plays the rest of the last bar there."""
        bar = self._musical.bars.number_at(beat + LEAN)
        self.form.move(bar + 1 - self._next.number, anew=anew)
        self._next.begin(bar + 1)
        self._jumps.land(beat)
        if self.phase is Phase.STOPPED or self._jumps.rattle(time):
            return
        self._playing.play_on(self._musical.bars.place_of(bar), beat - MISSED)
        if self._jumps.make_a_bar(self._next.place.beats):
            self._turn_over(time)

    def _turn_over(self, now: float) -> None:
        """A bar's worth of a loop has gone by without a bar line: see to the bar that would come.

        It is played where the loop begins again, or at its bar line should the loop end.
        """
        self._jumps.forget()
        timeline = self._musical.timeline
        assert timeline is not None
        if not self._ask_if_wanted(now, timeline):
            self._playing.rest()


def _beat(timeline: Timeline | None, time: float) -> float | None:
    """The beat at `time`, if the song runs."""
    return None if timeline is None else timeline.beat_at(time)
