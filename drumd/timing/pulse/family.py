"""The followed beat among its relatives: which of them is the true one, and where its bar begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log

import numpy as np

from drumd.timing.pulse.chords import Chord
from drumd.timing.pulse.hypothesis import Hypothesis
from drumd.timing.pulse.ranking import Ranking
from drumd.timing.pulse.relatives import METRES, OCTAVES, SHIFTED


@dataclass(frozen=True, slots=True)
class Patience:
    """When a relative takes over: how much likelier it must be (a log), and for how long."""

    lead: float = 1.0
    seconds: float = 1.0


class Family:
    """Keeps the position in a base beat; the followed beat is one of its relatives."""

    def __init__(
        self, *, near_only: bool, metre: int | None, patience: Patience | None = None
    ) -> None:
        relatives = SHIFTED if near_only else SHIFTED + OCTAVES
        self._metres = (metre,) if metre in METRES else METRES
        self.ranking = Ranking(relatives, self._metres)
        self._relatives = relatives
        self._patience = patience or Patience()
        self._followed = 0
        self._base = 0.0  # position in base beats at `_time`
        self._time = -inf
        self._period = 0.0  # of the base beat, in seconds
        self._since: float | None = None  # when the present rival took the lead
        self.chances = np.zeros(len(relatives))

    def begin(self, taps: Sequence[float], period: float) -> None:
        """After a count-in: its last tap is beat 0."""
        for number, tap in enumerate(taps, 1 - len(taps)):
            self.ranking.tap(number, tap, period)
        self._time, self._period = taps[-1], period
        self.chances = self.ranking.chances()

    def wait(self, chord: Chord) -> None:
        """A chord that comes before a beat is followed, or as another is taken."""
        self.ranking.keep(chord)

    def follow(self, time: float, beat: Hypothesis) -> None:
        """A beat that is no relative is followed from here; it becomes the base."""
        self._followed, self._since = 0, None
        self._base, self._time, self._period = beat.phase, time, beat.period
        self.ranking.start_again(self._base, time, beat.period)
        self.chances = self.ranking.chances()

    def place(self, time: float, own: Hypothesis) -> None:
        """Where the followed beat is at `time`."""
        ratio, shift = self._relatives[self._followed]
        base = self._base + (time - self._time) / self._period
        place = base * ratio + shift
        place += (own.phase - place + 0.5) % 1 - 0.5
        self._base, self._time, self._period = (place - shift) / ratio, time, own.period * ratio

    def hear(self, chord: Chord) -> Hypothesis | None:
        """One chord, at the time of the last `place`; the relative that takes over, if any."""
        self.ranking.hear(chord, self._base, self._period)
        self.chances = chances = self.ranking.chances()
        best = int(chances.argmax())
        lead = log(chances[best] + 1e-9) - log(chances[self._followed] + 1e-9)
        if lead < self._patience.lead:
            self._since = None
            return None
        if self._since is None:
            self._since = chord.time
        if chord.time - self._since < self._patience.seconds:
            return None
        self._followed, self._since = best, None
        return self._hypothesis(best)

    def _hypothesis(self, relative: int) -> Hypothesis:
        ratio, shift = self._relatives[relative]
        return Hypothesis(self._period / ratio, (self._base * ratio + shift) % 1, 0.0)

    def has(self, beat: Hypothesis) -> bool:
        """Whether a beat at the time of the last chord is a relative."""
        return any(
            beat.is_near(self._hypothesis(relative)) for relative in range(len(self._relatives))
        )

    @property
    def share(self) -> float:
        """How likely the followed beat is among its relatives."""
        return float(self.chances[self._followed])

    def bar_at(self, time: float) -> tuple[int, int, float]:
        """Of the beat at `time`: the likeliest metre, the place in its bar from 1, how likely."""
        rows, chances = self.ranking.bars(self._followed)
        ratio, shift = self._relatives[self._followed]
        base = self._base + (time - self._time) / self._period
        beat = round(base * ratio + shift)
        best = int(chances.argmax())
        metre = int(rows.metre[best])
        offset = round(float(rows.shift[best] - shift))
        return metre, (beat + offset) % metre + 1, float(chances[best])
