"""One pedal for all: tap it, hold it, press it twice.

While the drums play, a tap is the next part or a fill and holding it ends the song; while they do
not, pressing it twice brings them in. A tap counts as it is let go, since it might be held. A
`OnePedal` belongs to the jam; times are seconds.
"""

from __future__ import annotations

from drumd.controls import Command

HOLD_S = 0.6  # a press so long is no tap
TWICE_S = 0.5  # two presses so close are one word


class OnePedal:
    """Tells the three apart."""

    def __init__(self) -> None:
        self._down = False
        self._done = True  # the press has had its effect
        self._pressed = float("-inf")

    def follow(self, now: float, *, down: bool, playing: bool) -> Command | None:
        """What the pedal says now; to be asked whenever it moves, and in between."""
        if down and not self._down:
            return self._press(now, playing=playing)
        if self._down and not self._done and now - self._pressed >= HOLD_S:
            self._done, self._down = True, down
            return Command.ENDING if playing else None
        if self._down and not down:
            self._down = False
            return Command.NEXT if playing and not self._done else None
        return None

    def _press(self, now: float, *, playing: bool) -> Command | None:
        twice = now - self._pressed < TWICE_S
        self._down, self._pressed, self._done = True, now, False
        if playing or not twice:
            return None
        self._done = True
        return Command.START
