"""How hard a stroke was, against the player's own range.

A microphone, a cable and an amplifier all have their own loudness: what counts is how a stroke's
attack compares with those before it.
"""

from __future__ import annotations

from math import log10, sqrt

MIDDLE, SPREAD = 80.0, 16.0  # velocity of a stroke as hard as most, and of one deviation
SOFTEST, HARDEST = 20, 127
USUAL_DB = 6.0  # one deviation of a player not yet known
MEMORY = 40  # strokes
KNOWN = 8  # the usual deviation counts as so many strokes


class PlayersRange:
    """Learns a player's loudness stroke by stroke."""

    def __init__(self) -> None:
        self._mean = 0.0
        self._square = USUAL_DB**2
        self._count = 0

    def velocity(self, amplitude: float) -> int:
        """The MIDI velocity of a stroke whose attack is so loud; it counts for those to come."""
        db = 20 * log10(max(amplitude, 1e-9))
        off = db - self._mean if self._count else 0.0
        self._learn(db)
        velocity = MIDDLE + SPREAD * off / sqrt(self._square)
        return round(min(max(velocity, SOFTEST), HARDEST))

    def _learn(self, db: float) -> None:
        self._count = min(self._count + 1, MEMORY)
        off = db - self._mean
        self._mean = db if self._count == 1 else self._mean + off / self._count
        if self._count > 1:
            self._square += (off**2 - self._square) / (self._count + KNOWN)
