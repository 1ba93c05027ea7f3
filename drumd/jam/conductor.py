"""What happens at which bar: when drums enter, what is asked for, when they rest and stop.

A `Conductor` belongs to the main thread and decides on beats alone; it has no clock of its own.
Bar `n` begins at beat `n * metre.beats`. For each bar there are two moments before its bar line:
from `ASK_S` before the second the bar may be asked for; the second, the *deadline*, comes a
sixteenth before the bar line, since a drummer may lean so far forward. What has not been
answered by then is not waited for: the last bar plays again.

Drums enter at the first bar line after one bar of guitar, or on "one" after a count-in. They rest
after two silent bars, come in again at the bar line after the guitar did, and end when the host
stops. After a jump of the host
the last bar plays on in the new place until the next bar line; a host that stops only to go on
elsewhere at once, as some do when they loop, has jumped. In a loop shorter than a bar no bar line
ever comes: once a bar's worth of it has gone by, the place where it begins counts as one. A host
that jumps faster than one can loop rattles: that is not played.

While the player taps in a groove (`drumd.jam.tapping`) the notes that begin are strokes of it and
no guitar; they keep the drums from resting. A drummer who says that the song has moved to another
part begins a phrase there.

What the player has set (`drumd.jam.dials`) is looked up when a bar is asked for. How bars are
struck is for the `BarMaker` to know (`drumd.jam.bar_maker`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import mido

from drumd.controls import Command, Dial
from drumd.jam.bar_maker import BarMaker
from drumd.jam.dials import Dials
from drumd.jam.given import GivenGroove
from drumd.jam.heard import HeardNotes, jump_shift
from drumd.jam.player import Player
from drumd.jam.tapping import TapPedal
from drumd.status.phase import BarCounts, Phase
from drumd.status.told import NOTHING, Told
from drumd.timing.musical import MusicalClock
from drumd.timing.song_state import SongState
from drumd.timing.timeline import Timeline
from engine.music.notes import Note, Pattern, Request

ASK_S = 0.2  # the longest that an answer is waited for; the guitar heard is older by as much
SEND_S = 0.03  # between the deadline and the earliest hit there may be
LEAN = 0.25  # beats that a hit may lie before its bar line
RELOCATE_S = 0.5  # a stop so short was a jump
JUST_NOW = 1.0  # beats; a note so little before the time began to roll belongs to the song
EARLY = 0.5  # a first note so little (beats) after a bar line was meant to be on it
MISSED = 0.02  # beats; where a jump lands, hits so little before it are still played
SILENT_BARS = 2
RATTLE_S = 0.3  # two jumps within that: a loop shorter than an eighth at 200 bpm
TOGETHER_S = 0.045  # jumps so close are one, told in two words: a clock comes between at 56 bpm
HELD_BARS = 4  # a note held for longer has lost its note-off
EVER = float("-inf")
TOO_SHORT = "what was tapped is no groove: hold the pedal for a whole bar, while the song runs"


class Conductor:
    """Leads the drummer through the bars."""

    def __init__(
        self,
        musical: MusicalClock,
        player: Player,
        ask: Callable[[Request], None],
        *,
        heard: HeardNotes | None = None,
        dials: Dials | None = None,
    ) -> None:
        self.heard = heard or HeardNotes()
        self.phase = Phase.STOPPED
        self.counts = BarCounts()
        self.pattern: Pattern | None = None  # the last bar that was cued, while playing
        self.told = NOTHING  # what the drummer says that it plays in this song
        self.played = list[Told]()  # what it has played, one after the other, in all songs
        self._musical, self._player, self._ask = musical, player, ask
        self._maker, self._taps = BarMaker(player, dials or Dials()), TapPedal()
        self._bar = 0  # the next bar to settle
        self._asked: Request | None = None
        self._answered = False
        self._enter: float | None = None  # drums may come in from this beat on
        self._landed = 0.0  # the beat where a jump ended last, or the last bar began
        self._passed = 0.0  # beats since the last bar began, without those since the last jump
        self._landings = deque[float](maxlen=2)  # when (seconds) jumps ended
        self._rattling = False
        self._stopped = (EVER, Phase.STOPPED)  # when, and what the drummer was doing then
        self._counted_in: float | None = None  # when (seconds), as far as has been seen to
        self._song = 0  # the number of the song, from 1

    @property
    def bar_beats(self) -> float:
        return self._musical.metre.beats

    @property
    def trouble(self) -> str:
        """What is wrong with the groove that the player gives, in one sentence."""
        given, metre = self.dials.given, self._musical.metre
        if given and not given.fits(metre):
            return f"the groove {given.name} is in {given.metre}: bars of {metre} do without it"
        return TOO_SHORT if self._taps.too_short else ""

    def hear(self, time: float, message: mido.Message) -> bool:
        """Take in a message of the guitar or the host; False for a stroke that is tapped in."""
        before = self._musical.state
        self._musical.hear(time, message)
        self._notice(time, before)
        timeline = self._musical.timeline if self._musical.rolling else None
        if self._taps.takes(time, _beat(timeline, time), message):
            return False
        if time < (self._musical.music_from or EVER):
            return True  # a count-in
        began = self.heard.hear(time, message, timeline)
        if timeline and self.phase is Phase.STOPPED:
            self._begin(time, timeline)
        if began and timeline and self._enter is None:
            self._enter = self._entry_after(timeline.beat_at(time))
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
            case Command.FILL:
                self._maker.ask_fill()
            case Command.REGENERATE:
                self._maker.regenerate()
            case Command.HOLD:
                settled = (self._bar - 1) * self.bar_beats  # where the bar settled last begins
                self._maker.hold(begun=timeline is None or timeline.beat_at(time) >= settled)
        self._notice(time, before)

    @property
    def dials(self) -> Dials:
        """What the player has set."""
        return self._maker.dials

    def turn(self, dial: Dial, value: int, *, program: bool = False) -> None:
        """The player has turned a dial to 0..127."""
        self._maker.turn(dial, value, program=program)

    def press(self, time: float, down: frozenset[Command]) -> None:
        """These pedals are held from `time` on; the mute counts from the next bar line on."""
        muted, tapping = self.dials.muted, self.dials.tapping
        self._maker.press(down)
        if self.dials.tapping != tapping:
            self._turn_tapping(time)
        if self.dials.muted != muted and self._musical.timeline is not None:
            self._turn_mute(self._musical.timeline.beat_at(time))

    def _turn_mute(self, beat: float) -> None:
        if self.dials.muted:
            self._maker.mute((beat // self.bar_beats + 1) * self.bar_beats)
        else:
            self._maker.unmute(beat)

    def _turn_tapping(self, time: float) -> None:
        """The pedal is down, or let go: then what was tapped is the groove, if it is one."""
        timeline = self._musical.timeline if self._musical.rolling else None
        beat = _beat(timeline, time)
        if self.dials.tapping:
            self._taps.press(time, beat)
        elif pattern := self._taps.let_go(time, beat, self.bar_beats):
            self._maker.keep_to(GivenGroove.tapped(pattern, self._musical.metre))
            if self._enter is None:
                self._enter = beat
        elif not self._taps.too_short:
            self._maker.keep_to(None)

    def answer(self, request: Request, pattern: Pattern, told: str = "") -> None:
        """Play what the drummer answered, unless that comes too late; `told` says what it is."""
        if request is not self._asked or self._answered:
            self.counts.dropped_answers += 1
            return
        self._answered = True
        self._hear_told(Told.of(told))
        self._play(self._maker.answered(pattern, request.wishes, request.start))

    def _hear_told(self, told: Told) -> None:
        """What the drummer says of the bar that begins next."""
        if told.part and self.told.part not in ("", told.part):
            self._maker.turn_to_part()
        self.told = told
        if told != NOTHING and self.played[-1:] != [told]:
            self.played.append(told)

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
        while now >= self._deadline(timeline):
            self._settle(now, timeline)
        open_still = self._asked is None and not self._answered
        if open_still and now >= self._deadline(timeline) - ASK_S and self._wanted(now, timeline):
            self._ask_for_bar(now, timeline)

    def _notice(self, time: float, before: SongState) -> None:
        """See whether the song has moved, or was counted in."""
        if self._musical.state.jumps != before.jumps:
            self._jump(time, before)
        counted_in = self._musical.counted_in
        if counted_in in (None, self._counted_in) or self._musical.timeline is None:
            return
        self.heard.forget_before(self._musical.music_from or EVER)
        if self.phase is Phase.STOPPED:
            self._begin(time, self._musical.timeline)
        self._counted_in, self._enter = counted_in, EVER

    def _entry_after(self, onset: float) -> float:
        """The beat from which drums may come in, once a first note began at `onset`."""
        if self.phase is Phase.RESTING:
            return onset
        return onset + self.bar_beats - EARLY

    def _deadline(self, timeline: Timeline) -> float:
        """When the drums of the next bar must be there, in seconds."""
        return timeline.time_of(self._bar * self.bar_beats - LEAN) - SEND_S

    def _wanted(self, now: float, timeline: Timeline) -> bool:
        """Whether drums belong into the next bar, as far as one can tell now."""
        start = self._bar * self.bar_beats
        if self.phase is not Phase.PLAYING:
            return self._enter is not None and self._enter <= start
        until = self.heard.sounded_until(timeline.beat_at(now), held=HELD_BARS * self.bar_beats)
        if self._counted_in is not None and self._musical.counted_in is not None:
            until = max(timeline.beat_at(self._counted_in), EVER if until is None else until)
        if self._taps.last is not None:
            until = max(timeline.beat_at(self._taps.last), EVER if until is None else until)
        return until is not None and until > start - SILENT_BARS * self.bar_beats + EARLY

    def _ask_for_bar(self, now: float, timeline: Timeline) -> None:
        heard_until = timeline.beat_at(now)
        notes = self.heard.notes(heard_until)
        self._maker.hear(notes, heard_until, self.bar_beats)
        if self.phase is not Phase.PLAYING:
            self._maker.come_in()
        elif self._maker.held is not None:
            self._answered = True
            self._play_again(self._maker.held)
            return
        self._asked = self._request(notes, heard_until, self._musical.bpm or timeline.bpm)
        self._ask(self._asked)

    def _request(self, notes: tuple[Note, ...], heard_until: float, bpm: float) -> Request:
        """What to ask for the next bar."""
        wishes, dials = self._maker.wishes(), self._maker.dials  # a phrase may begin with it
        return Request(
            bar=self._bar,
            start=self._bar * self.bar_beats,
            notes=notes,
            heard_until=heard_until,
            metre=self._musical.metre,
            bpm=bpm,
            history=tuple(self._maker.history),
            temperature=dials.temperature,
            wishes=wishes,
            seed=dials.seed,
            song=self._song,
            since=self._maker.since,
            groove=self._maker.bar(self._musical.metre),
            idea=dials.idea,
        )

    def _settle(self, now: float, timeline: Timeline) -> None:
        """The deadline of the next bar is here: play, play the last bar again, or rest."""
        if not self._answered:
            if not (self._asked or self._wanted(now, timeline)):
                self._rest()
            elif self._maker.again is None:
                self.counts.missed += 1
            elif now < timeline.time_of((self._bar + 1) * self.bar_beats):  # else it is long gone
                self.counts.repeated += 1
                self._play_again(self._maker.again)
        self._maker.settle()
        self._landed, self._passed = self._bar * self.bar_beats, 0.0
        self._bar += 1
        self._asked, self._answered = None, False

    def _play_again(self, pattern: Pattern) -> None:
        self._play(self._maker.play_again(pattern, self._bar * self.bar_beats))

    def _play(self, struck: Pattern) -> None:
        """The next bar is cued, to be struck so."""
        self.phase, self.pattern = Phase.PLAYING, struck
        self.counts.played += 1

    def _rest(self) -> None:
        if self.phase is Phase.PLAYING:
            self.phase = Phase.RESTING
            self.pattern = self._enter = None
            self._maker.rest()

    def _begin(self, time: float, timeline: Timeline) -> None:
        """The time has begun to roll; a host's first notes come before its tempo is known."""
        beat = timeline.beat_at(time)
        stopped_at, before = self._stopped
        self.heard.place(timeline)
        if time - stopped_at < RELOCATE_S:
            self.phase = before
            self._go_on_from(time, beat)
            return
        self.phase, self._passed = Phase.LISTENING, 0.0
        self._go_on_from(time, beat)
        self._maker.begin()
        self._song, self.told = self._song + 1, NOTHING
        since = self._musical.music_from
        first = beat - JUST_NOW if since is None else timeline.beat_at(since)
        onsets = [note.onset for note in self.heard.notes(beat) if note.onset > first]
        self._enter = self._entry_after(min(onsets)) if onsets else None

    def _stop(self, now: float) -> None:
        """The host has stopped: silence."""
        self._stopped, self.phase = (now, self.phase), Phase.STOPPED
        self._maker.drop()
        self._player.silence()
        self._asked, self._answered = None, False
        self.pattern = None

    def _jump(self, time: float, before: SongState) -> None:
        """The song was moved, or its bars are counted anew: go on there."""
        timeline, old = self._musical.timeline, before.timeline
        if timeline is None or old is None:
            return
        was, beat = old.beat_at(time), timeline.beat_at(time)
        shift = self._musical.state.shift_since(before)
        if shift is None:
            self._passed += max(0.0, was - self._landed)
            shift = jump_shift(was, beat, self.bar_beats)
        else:
            self._landed += shift
        self.heard.shift(shift)
        self._taps.shift(shift)
        self._maker.drop()
        self._asked, self._answered = None, False
        if self._enter is not None:
            self._enter += shift
        self._go_on_from(time, beat)

    def _go_on_from(self, time: float, beat: float) -> None:
        """Be in the bar of `beat`; who plays plays the rest of the last bar there."""
        bar = int((beat + LEAN) // self.bar_beats)
        self._bar, self._landed = bar + 1, beat
        if self.phase is Phase.STOPPED or self._rattles(time):
            return
        again = self._maker.again
        if self.phase is Phase.PLAYING and again is not None:
            start = bar * self.bar_beats
            rest = [hit for hit in again.hits if start + hit.beat >= beat - MISSED]
            self.pattern = self._maker.cue(Pattern.of(rest, self.bar_beats), start)
        if self._passed >= self.bar_beats - EARLY:
            self._turn_over(time)

    def _rattles(self, time: float) -> bool:
        """Whether the song jumps too fast to be played; it has just done so again."""
        if not self._landings or time - self._landings[-1] > TOGETHER_S:
            before = self._landings[0] if len(self._landings) == 2 else EVER
            self._rattling = time - before < RATTLE_S
            self._landings.append(time)
        return self._rattling

    def _turn_over(self, now: float) -> None:
        """A bar's worth of a loop has gone by without a bar line: see to the bar that would come.

        It is played where the loop begins again, or at its bar line should the loop end.
        """
        self._passed = 0.0
        timeline = self._musical.timeline
        assert timeline is not None
        if self._wanted(now, timeline):
            self._ask_for_bar(now, timeline)
        else:
            self._rest()


def _beat(timeline: Timeline | None, time: float) -> float | None:
    """The beat at `time`, if the song runs."""
    return None if timeline is None else timeline.beat_at(time)
