"""What the drummer has played, and how the next bar is struck.

A `Groove` belongs to the conductor, which says when; it knows the phrase, the loudness of the
guitar, the bar that plays again when there is nothing new, and the one that the player holds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from drumd.bars import Player
from drumd.dials import Dials
from engine.dynamics import Dynamics
from engine.notes import Controls, Note, Pattern
from engine.phrase import Phrase
from engine.touch import touched

HISTORY = 4  # bars of its own that the drummer is reminded of


class Groove:
    """Cues bars with the player's touch."""

    def __init__(self, player: Player, dials: Dials) -> None:
        self.dials = dials
        self.history: deque[Pattern] = deque(maxlen=HISTORY)
        self.again: Pattern | None = None  # what plays when there is nothing new; never a fill
        self._player = player
        self._phrase, self._dynamics, self._gain = Phrase(), Dynamics(), 1.0
        self._cued: Pattern | None = None  # the last bar that was cued, as it was answered
        self._sounding: Pattern | None = None  # the bar that plays now
        self._held: Pattern | None = None  # what the player holds
        self._promised = False  # the player's fill has been asked for

    @property
    def held(self) -> Pattern | None:
        """The bar that is to be repeated, while the player holds one."""
        return self._held if self.dials.holding else None

    def hear(self, notes: Sequence[Note], heard_until: float, bar_beats: float) -> None:
        """Take in how loud the guitar is; once a bar."""
        self._gain = self._dynamics.follow(notes, heard_until, bar_beats)

    def come_in(self) -> None:
        """The drums come in with the next bar, where a phrase begins."""
        self._phrase.begin()

    def wishes(self) -> Controls:
        """What to ask for in the next bar; a fill whose bar was not played is asked for again."""
        self.dials.fill |= self._promised
        self._promised = self.dials.fill
        return self._phrase.wishes(self.dials.take_wishes())

    def play(self, pattern: Pattern, wished: Controls, start: float) -> Pattern:
        """Cue a bar that was asked for with these wishes; returns it as it is struck."""
        self._promised &= not wished.fill
        struck = self.cue(self._phrase.play(pattern, wished), start)
        self._cued = pattern
        if self.again is None or not wished.fill:
            self.again = pattern
            self.history.append(pattern)
        return struck

    def cue(self, pattern: Pattern, start: float) -> Pattern:
        """Cue a bar, or the rest of one; returns it as it is struck."""
        struck = touched(pattern, self.dials.controls, self._gain)
        if not self.dials.muted:
            self._player.cue(struck, start)
        return struck

    def settle(self) -> None:
        """What was cued last is what plays now."""
        self._sounding = self._cued

    def hold(self) -> None:
        """The player means the bar that plays."""
        self._held = self._sounding

    def rest(self) -> None:
        """The drums have rested: nothing plays, and what was played is over."""
        self._cued = None
        self.history.clear()
