"""Phrases: where a fill belongs, the crash after it, and how a song ends.

A phrase is eight bars in two halves, counted from where the drums came in. Whoever leads the
drummer through the bars owns a `Phrase`: `engine.inference.accompany` for a file, the conductor
live.
"""

from __future__ import annotations

from dataclasses import replace

from engine.music.kit import PITCH_OF, Voice
from engine.music.notes import Hit, Pattern
from engine.music.wishes import Wishes

BARS = 8
HALF = BARS // 2
FORM = 4 * BARS
PASSED_OVER = 3 * BARS - 1  # of the bars of a form: with a fill there too, 11 % of bars were fills
DRIVING = 0.6  # the intensity from which on each half of a phrase ends in a fill
GENTLE = 0.25  # below it, a fill comes every other phrase
ON_ONE = 0.125  # beats; what lies so near the bar line is on it
CRASH_SHARE = 0.25  # of fills that get one; the drummer has crashed after half of them by itself,
# and after 64 % of the fills of true songs there is one
GOLDEN = 0.618034  # its multiples, less whole numbers, fill 0..1 evenly
LOUD = 105  # the velocity of a crash where nothing is struck beside it
CRASH, KICK = PITCH_OF[Voice.CRASH], PITCH_OF[Voice.KICK]


class Phrase:
    """Counts the bars since the drums came in."""

    def __init__(self) -> None:
        self._bars = self._fills = 0
        self._filled = False  # the bar before was a fill

    @property
    def bars(self) -> int:
        """Bars of the phrases so far, counted from where the drums came in."""
        return self._bars

    def begin(self) -> None:
        """The drums come in with the next bar."""
        self._bars, self._filled = 0, False

    def turn(self, bars: int = 0) -> None:
        """The song has moved to another part: a phrase begins with the next bar, or so long ago.

        A crash may mark it, as it does after a fill.
        """
        self._fills += not self._filled
        self._bars, self._filled = bars, True

    def wishes(self, wishes: Wishes, *, part_ends: bool = False) -> Wishes:
        """The wishes for the next bar: a fill or none, unless the player has said so.

        A bar that ends a part of the song leads into the next one. Else no two fills in a row.
        """
        due = part_ends or (not self._filled and fill_due(self._bars, wishes.intensity))
        if wishes.fill is not None or not due:
            return wishes
        return replace(wishes, fill=True)

    def play(self, pattern: Pattern, wished: Wishes) -> Pattern:
        """The next bar, which was asked for with these wishes, as it is played."""
        played = with_crash(pattern) if self._filled and self._crashes() else pattern
        self._fills += bool(wished.fill)
        self._bars, self._filled = self._bars + 1, bool(wished.fill)
        return played

    def _crashes(self) -> bool:
        """Whether the last fill gets one: the first does, others so that nobody hears a rule."""
        return (self._fills - 1) * GOLDEN % 1 < CRASH_SHARE


def fill_due(bar: int, intensity: float | None) -> bool:
    """Whether bar `bar`, 0 being the one in which the drums came in, leads into a new phrase."""
    if intensity is not None and intensity >= DRIVING:
        length = HALF
    elif intensity is not None and intensity < GENTLE:
        length = 2 * BARS
    else:
        length = BARS
    passed_over = length == BARS and bar % FORM == PASSED_OVER
    return bar % length == length - 1 and not passed_over


def with_crash(pattern: Pattern) -> Pattern:
    """The bar with a crash on the one; the kick goes with it. A silent bar stays silent."""
    there = {hit.drum: hit for hit in pattern.hits if abs(hit.beat) < ON_ONE}
    if not pattern.hits or any(hit.voice is Voice.CRASH for hit in there.values()):
        return pattern
    loud = max((hit.velocity for hit in there.values()), default=LOUD)
    beat = there[KICK].beat if KICK in there else 0.0
    strokes = [Hit(beat, drum, loud) for drum in (CRASH, KICK) if drum not in there]
    return Pattern.of([*pattern.hits, *strokes], pattern.beats)


def ended(pattern: Pattern, last: float) -> Pattern:
    """The last bar of a song: a stroke where the guitar's last onset is, and nothing after it.

    Drums that are silent stay so.
    """
    if not pattern.hits:
        return pattern
    before = [hit for hit in pattern.hits if hit.beat < last - ON_ONE]
    loud = max(hit.velocity for hit in pattern.hits)
    return Pattern.of([*before, Hit(last, KICK, loud), Hit(last, CRASH, loud)], pattern.beats)
