"""How loud the guitar plays now against how it has played so far, for drums that go with it.

Velocities are MIDI's, 1..127. Whoever leads the drummer through the bars owns a `Dynamics`.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.music.notes import Note

RECENT_BARS = 2
SOFTEST, LOUDEST = 0.7, 1.25  # of the drums' usual velocity
ALONG = 0.6  # how far the drums go along: the power of the guitar's ratio


class Dynamics:
    """Follows the guitar from bar to bar."""

    def __init__(self) -> None:
        self._mean, self._bars = 0.0, 0  # of the bars so far

    def follow(self, notes: Sequence[Note], heard_until: float, bar_beats: float) -> float:
        """By what to scale the drums' velocities; to be asked once a bar.

        It is the mean velocity of the last bars against that of the bars so far, both as the
        guitar plays them.
        """
        since = heard_until - RECENT_BARS * bar_beats
        recent = [note.velocity for note in notes if since <= note.onset < heard_until]
        if not recent:
            return 1.0
        now = sum(recent) / len(recent)
        self._bars += 1
        self._mean += (now - self._mean) / self._bars
        gain = float((now / self._mean) ** ALONG)
        return min(LOUDEST, max(SOFTEST, gain))
