"""What the drummer has played, and how the next bar is struck.

A `BarMaker` belongs to the conductor, which says when; it knows what the player has set, the
phrase and the form of the song, the loudness of the guitar, the bar that plays again when there is
nothing new, and the one that the player holds.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from drumd.controls import Command, Dial
from drumd.jam.dials import Dials
from drumd.jam.form import Ahead, Form, Lead
from drumd.jam.given import GivenGroove
from drumd.jam.next_bar import EVER
from drumd.jam.player import Player
from drumd.status.told import Told
from drumd.timing.bars import BarPlace
from engine.music.notes import HISTORY_BARS, Hit, Metre, Note, Pattern, Request
from engine.music.wishes import Wishes
from engine.performance.dynamics import Dynamics
from engine.performance.expression import touched
from engine.performance.phrase import CRASH, HALF, KICK, Phrase, ended

SOFT_HIT = 70  # the softest that a hit with the player is struck


class BarMaker:
    """Cues bars with the player's touch."""

    def __init__(self, player: Player, dials: Dials, form: Form | None = None) -> None:
        self.dials, self.form = dials, form or Form()
        self.history: deque[Pattern] = deque(maxlen=HISTORY_BARS)
        self.again: Pattern | None = None  # what plays when there is nothing new; never a fill
        self._came_late = False  # that bar: it was too late to play where it belonged
        self._player = player
        self._phrase, self._dynamics, self._gain = Phrase(), Dynamics(), 1.0
        self._phrase_before = Phrase()  # the bar that was cued last
        self._cued: Pattern | None = None  # the last bar that was cued, as it was answered
        self._coming: tuple[float, Pattern] | None = None  # the bar cued last: start, as struck
        self._now: tuple[float, Pattern] | None = None  # the bar cued before that one
        self._stopped = False  # the player has stopped dead
        self._sounding: Pattern | None = None  # the bar that was settled last
        self._before: Pattern | None = None  # the bar before that one
        self._held: Pattern | None = None  # what the player holds
        self._promised = False  # the player's fill has been asked for
        self._turns = self._asked_turns = 0  # how often another groove was wished for; by then
        self._begins = False  # a phrase begins with the next bar that is asked for

    @property
    def held(self) -> Pattern | None:
        """The bar that is to be repeated, while the player holds one."""
        return self._held if self.dials.holding else None

    def turn(self, dial: Dial, value: int, *, program: bool = False) -> None:
        """The player has turned a dial to 0..127."""
        self.dials = self.dials.turned(dial, value, program=program)

    def wish(self, wishes: Wishes) -> None:
        """The player wants it so from the next bar on."""
        self.dials = replace(self.dials, wishes=wishes)

    def press(self, down: frozenset[Command], beat: float | None, bar_line: float) -> None:
        """These pedals and keys are held from `beat` on; the mute counts from the bar line."""
        muted, self.dials = self.dials.muted, replace(self.dials, down=down)
        if beat is None or self.dials.muted == muted:
            return
        if self.dials.muted:
            self._mute(bar_line)
        else:
            self._unmute(beat)

    def obey(self, command: Command, ahead: Ahead) -> None:
        """Do what the player says of the bars to come."""
        if command is Command.REGENERATE:
            self.regenerate()
        elif command.keeps and ahead.playing:
            self.form.keep(command.keeps, self.dials)
        elif command is Command.FILL or not self.form.obey(command, ahead):
            self.ask_fill()
            self.form.notice = f"a fill in bar {ahead.bar + 1}"

    def ask_fill(self) -> None:
        """The player wants the next bar to be a fill."""
        self.dials = replace(self.dials, fill=True)

    def regenerate(self) -> None:
        """The player wants the next idea, or the given groove played otherwise."""
        idea = self.dials.idea + (self.dials.given is None)
        self.dials = replace(self.dials, seed=self.dials.seed + 1, idea=idea)
        self.form.loosen()
        self._forget()

    def pick(self, idea: int) -> None:
        """The player wants this one of the drummer's ideas, 0 the first."""
        self.keep_to(None)
        if idea != self.dials.idea:
            self.dials = replace(self.dials, idea=idea)
            self._forget()
        self.form.loosen()

    def keep_to(self, given: GivenGroove | None) -> None:
        """The player gives a groove, which begins a phrase; None: the drummer's own again."""
        if given == self.dials.given:
            return
        self.dials = replace(self.dials, given=given)
        self._begins = True
        self._forget()

    def _forget(self) -> None:
        """What was played, and what is still to be played of it, must not pull back the new."""
        self.history.clear()
        self._turns += 1

    def begin(self) -> None:
        """A new song: what was played in the last one is over, and the first idea comes first."""
        self.dials = replace(self.form.begin(self.dials), idea=0)
        self._forget()
        self.again = self._cued = self._sounding = self._before = None

    def hear(self, notes: Sequence[Note], heard_until: float, bar_beats: float) -> None:
        """Take in how loud the guitar is; once a bar."""
        self._gain = self._dynamics.follow(notes, heard_until, bar_beats)

    def come_in(self) -> None:
        """The drums come in with the next bar, where a phrase begins."""
        self._phrase.begin()

    def lead(self, bar: int) -> Lead:
        """What the bar that is about to be asked for is in the song."""
        lead = self.form.lead(bar)
        if lead & Lead.PART:
            self._promised = False  # a fill that led into it was not played: it comes too late
            self._turn_to(self.form.said)
        self._promised |= bool(lead & Lead.FILL)
        return lead

    def hear_told(self, told: Told, groove: Pattern | None, metre: Metre, bars: int = 0) -> None:
        """What the drummer says of the bar that begins next, which is `bars` into its part."""
        if self.form.hear(told, groove, metre):
            self._turn_to(told.part, bars)

    def _turn_to(self, part: str, bars: int = 0) -> None:
        """The next bar is of another part of the song, or the first; it began `bars` ago."""
        first = not self.form.part
        self.dials = self.form.turn(part, self.dials)
        if not first:
            self._phrase.turn(bars)
            self.history.clear()  # the last part would be gone on with

    @property
    def coming(self) -> tuple[float, Pattern] | None:
        """The bar that was cued last: the beat where it begins, and how it is struck."""
        return self._coming

    @property
    def since(self) -> int:
        """Bars since the drums came in, or since a part or a given groove began."""
        return self._phrase.bars

    def bar(self, metre: Metre) -> Pattern | None:
        """What the next bar is to keep to; None: what the drummer finds."""
        given = self.dials.given
        return given.bar(self.since) if given and given.fits(metre) else None

    def request(
        self, bar: int, place: BarPlace, notes: tuple[Note, ...], heard_until: float, bpm: float
    ) -> Request:
        """What to ask for the next bar, which lies there."""
        metre = place.metre
        if any(bar.beats != metre.beats for bar in self.history):
            self._turn_metre()
        wishes, dials = self.wishes(), self.dials  # a phrase may begin with it
        return Request(
            bar=bar,
            start=place.start,
            notes=notes,
            heard_until=heard_until,
            metre=metre,
            bpm=bpm,
            history=tuple(self.history),
            temperature=dials.daring,
            wishes=wishes,
            seed=dials.seed,
            since=self.since,
            groove=self.bar(metre),
            idea=dials.idea,
            part=self.form.tells,
            called=self.form.called,
            kept=self.form.grooves(metre),
        )

    def _turn_metre(self) -> None:
        """Drums of bars of another length say nothing about the next; a phrase begins with it."""
        self.history.clear()
        if self._phrase.bars >= HALF:
            self._phrase.turn()

    def wishes(self) -> Wishes:
        """What to ask for in the next bar; a fill whose bar was not played is asked for again."""
        if self._begins:
            self._phrase.begin()
        self._begins, self._asked_turns = False, self._turns
        self._promised |= self.dials.fill
        self.dials = replace(self.dials, fill=False)
        wishes = self.dials.wishes
        return self._phrase.wishes(replace(wishes, fill=True) if self._promised else wishes)

    def answered(
        self, pattern: Pattern, wished: Wishes, place: BarPlace, since: float = EVER
    ) -> Pattern:
        """Cue what the drummer answered to what was asked last; returns it as it is struck."""
        if not wished.fill:  # which is never what plays again
            self._came_late = False
        return self.play(pattern, wished, place, since, remember=self._asked_turns == self._turns)

    def keep_late(self, pattern: Pattern) -> bool:
        """A bar came too late to be played where it belongs; it plays where nothing else does,
        unless one that came in time can play again, or another groove was wished for since.
        Returns whether it was kept."""
        kept = (self.again is None or self._came_late) and self._asked_turns == self._turns
        if kept:
            self.again, self._came_late = pattern, True
        return kept

    def end(self, place: BarPlace) -> Pattern:
        """Cue the last stroke of the song; returns it as it is struck."""
        return self.cue(ended(self.again or Pattern(), 0.0), place)

    def play_again(self, pattern: Pattern, place: BarPlace, since: float = EVER) -> Pattern:
        """Cue a bar that has been played already, or came too late; returns it as it is struck.

        Where the player has wished for another groove since, it is not remembered once more.
        """
        return self.play(pattern, self.dials.wishes, place, since, remember=bool(self.history))

    def play(
        self,
        pattern: Pattern,
        wished: Wishes,
        place: BarPlace,
        since: float = EVER,
        *,
        remember: bool = True,
    ) -> Pattern:
        """Cue a bar that was asked for with these wishes; returns it as it is struck."""
        self._promised &= not wished.fill
        self._phrase_before = copy.copy(self._phrase)
        struck = self.cue(self._phrase.play(pattern, wished), place, since)
        self._cued = pattern
        if not wished.fill:
            self.again = pattern
            if remember:
                self.history.append(pattern)
        return struck

    def cue(self, pattern: Pattern, place: BarPlace, since: float = EVER) -> Pattern:
        """Cue a bar, or what of it comes since a beat, in place of what was cued of it; returns it
        as it is struck."""
        if since != EVER:
            self._player.drop_from(place.start)
        inside = _within(pattern, since - place.start, place.beats)
        struck = touched(inside, self.dials.wishes, self._gain)
        self._now, self._coming = self._coming, (place.start, struck)
        if not (self.dials.muted or self._stopped):
            self._player.cue(struck, place.start)
        return struck

    def play_anew(self) -> None:
        """The bar that was cued last is to be played otherwise: it does not count."""
        self._phrase = self._phrase_before

    def stop(self, beat: float) -> None:
        """The player has stopped dead: nothing more is struck but with him."""
        self._stopped = True
        self._player.cut(beat)

    def hit(self, beat: float, velocity: int) -> None:
        """Hit with the player, who has stopped."""
        if not self.dials.muted:
            strokes = [Hit(0.0, drum, max(SOFT_HIT, velocity)) for drum in (KICK, CRASH)]
            self._player.cue(Pattern.of(strokes, 1.0), beat)

    def play_on(self, beat: float) -> None:
        """The player plays on: so does what is left of the bars that are cued."""
        self._stopped = False
        for bar in (self._now, self._coming):
            if bar and not self.dials.muted:
                self._cue_rest(*bar, beat)

    def settle(self) -> None:
        """What was cued last is what plays now, or in a moment."""
        self._before, self._sounding = self._sounding, self._cued

    def hold(self, *, begun: bool = True) -> None:
        """The player means the bar that he hears; `begun`: the one settled last plays already."""
        self._held = self._sounding if begun or self._before is None else self._before

    def _mute(self, bar_line: float) -> None:
        """Be silent from that beat on; what leans out of its bar before it is silent too."""
        self._player.drop_from(bar_line)

    def _unmute(self, beat: float) -> None:
        """Let a bar be heard that was cued in silence, if it is still to come at that beat."""
        if self._coming and self._coming[0] > beat and not self._stopped:
            self._cue_rest(*self._coming, beat)

    def _cue_rest(self, start: float, struck: Pattern, beat: float) -> None:
        left = [hit for hit in struck.hits if start + hit.beat >= beat]
        self._player.cue(Pattern.of(left, struck.beats), start)

    def drop(self) -> None:
        """What is cued is not to be played: the song has stopped or moved."""
        self._player.drop_from(float("-inf"))
        self._coming = self._now = None

    def rest(self) -> None:
        """The drums have rested: nothing plays, and what was played is over."""
        self._cued = None
        self.history.clear()


def _within(pattern: Pattern, first: float, end: float) -> Pattern:
    """The strokes of a pattern from one beat to another."""
    if all(first <= hit.beat < end for hit in pattern.hits):
        return pattern
    return Pattern.of((hit for hit in pattern.hits if first <= hit.beat < end), end)
