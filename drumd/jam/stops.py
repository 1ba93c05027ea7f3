"""Stops: when the player stops dead on a beat the drums stop with him, and hit when he hits.

A rule, and a cautious one. It wants a player who has played on for some bars, a last stroke on a
beat, silence after it (a chord that rings is no stop), and a pause that is clearly longer than any
that belonged to what he played in the bars before: a riff may have its rests. Once he plays on, and
not only hits, the drums do. Beats are those of the song; all of it belongs to the conductor.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import Protocol

TOGETHER = 0.12  # onsets so close (beats) are one stroke
ON_BEAT = 0.15  # beats a last stroke may lie off its beat
SILENT = 0.35  # beats that nothing has sounded
SOONEST = 0.75  # beats after the last stroke
CLEARLY = 0.3  # beats that the pause is longer than the longest of late
LONGEST = 0.8  # beats: who pauses for so long while he plays cannot be known to have stopped
REMEMBERED = 64.0  # beats whose pauses are known
PLAYED = 16.0  # beats that were played before
STEADY = 0.75  # strokes a beat of these
NO_STOP = 0.9  # beats; who plays again so soon had not stopped
PLAYS_ON = (0.6, 2.1)  # beats in which two strokes, or three, are no hits any more


class Stopping(Protocol):
    """Who stops, hits and plays on: the bar maker."""

    def stop(self, beat: float) -> None: ...

    def hit(self, beat: float, velocity: int) -> None: ...

    def play_on(self, beat: float) -> None: ...


class StopTime:
    """Stops the drums and lets them play on."""

    def __init__(self, drums: Stopping, *, on: bool) -> None:
        self.stopped = False
        self._drums, self._on, self._stops = drums, on, Stops()
        self._since = 0.0  # the beat at which the drums stopped
        self._hits = list[float]()  # strokes since

    def stroke(self, beat: float, velocity: int) -> None:
        """A note of the guitar began."""
        if self.stopped and beat - self._since >= NO_STOP:
            self._stops.excuse(beat)
        self._stops.stroke(beat)
        if not self.stopped or (self._hits and beat - self._hits[-1] <= TOGETHER):
            return
        self._hits.append(beat)
        two, three = self._hits[-2:], self._hits[-3:]
        soon = beat - self._since < NO_STOP
        again = len(two) == 2 and two[-1] - two[0] <= PLAYS_ON[0]
        if soon or again or (len(three) == 3 and three[-1] - three[0] <= PLAYS_ON[1]):
            self.stopped = False
            self._drums.play_on(beat)
        else:
            self._drums.hit(beat, velocity)

    def step(self, beat: float, silent_since: float | None) -> None:
        """See whether the player has stopped; `silent_since`: None while he sounds."""
        if self._on and not self.stopped and self._stops.stopped(beat, silent_since):
            self.stopped, self._since = True, beat
            self._hits.clear()
            self._drums.stop(beat)

    def forget(self, beat: float) -> None:
        """The song has moved, or the drums rest."""
        self._stops.forget()
        if self.stopped:
            self.stopped = False
            self._drums.play_on(beat)


class Stops:
    """Hears the player stop."""

    def __init__(self) -> None:
        self._strokes = deque[float]()

    def stroke(self, beat: float) -> None:
        """A note began."""
        if not self._strokes or beat - self._strokes[-1] > TOGETHER:
            self._strokes.append(beat)
        while self._strokes[0] < beat - REMEMBERED:
            self._strokes.popleft()

    def excuse(self, beat: float) -> None:
        """The pause that ends at that beat was a stop: it is none of the riff's."""
        pause = beat - self._strokes[-1] if self._strokes else 0.0
        self._strokes = deque(one + max(0.0, pause - 0.5) for one in self._strokes)

    def forget(self) -> None:
        """The song has moved, or begins."""
        self._strokes.clear()

    @property
    def patience(self) -> float | None:
        """How long after his last stroke the player has stopped, if then all is silent; in beats.

        None where a pause says nothing.
        """
        strokes = self._strokes
        if not strokes or strokes[-1] - strokes[0] < PLAYED:
            return None
        last = strokes[-1]
        if abs(last - round(last)) > ON_BEAT:
            return None
        if sum(beat > last - PLAYED for beat in strokes) < STEADY * PLAYED:
            return None
        longest = max(b - a for a, b in pairwise(strokes))
        return None if longest > LONGEST else max(SOONEST, longest + CLEARLY)

    def stopped(self, now: float, silent_since: float | None) -> bool:
        """Whether the player has stopped dead by beat `now`; `silent_since`: None while he
        sounds."""
        if silent_since is None or now - silent_since < SILENT or not self._strokes:
            return False
        if now - self._strokes[-1] < SOONEST:
            return False
        patience = self.patience
        return patience is not None and now - self._strokes[-1] >= patience
