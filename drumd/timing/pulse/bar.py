"""Which beat of the bar it is: a small filter over metres and places in the bar."""

from __future__ import annotations

from math import exp

import numpy as np

METRES = (4, 3, 2)
_PRIOR = (0.72, 0.16, 0.12)
_SLIP = 0.004  # chance at each beat that the player's bar is another than thought
_POWER = 0.35  # of one chord's evidence
_ONES = 0.3  # share of the chords on a beat that are on a "one"


class BarFilter:
    """Counts beats and hears at which of them the accents fall."""

    def __init__(self, *, one_next: bool = False, metre: int | None = None) -> None:
        """`one_next`: the next beat is known to be a one, as after a count-in. `metre`: the
        beats in the bar, where they are known."""
        metres, chances = ((metre,), (1.0,)) if metre else (METRES, _PRIOR)
        self._metres = metres
        self._metre = np.repeat(metres, metres)
        self._place = np.concatenate([np.arange(beats) for beats in metres])
        self._prior = np.repeat(np.array(chances) / metres, metres)
        self.mass = self._prior.copy()
        if one_next:  # the beat just gone was the last of its bar
            self.mass *= self._place == self._metre - 1
            self.mass /= self.mass.sum()
        starts = np.cumsum((0, *metres[:-1]))
        self._before = np.concatenate(
            [start + (np.arange(m) - 1) % m for start, m in zip(starts, metres, strict=True)]
        )

    def step(self) -> None:
        """One beat later."""
        self.mass = (1 - _SLIP) * self.mass[self._before] + _SLIP * self._prior

    def doubt(self) -> None:
        """Another beat is followed from here: what is known of the bar is half forgotten."""
        self.mass = 0.5 * self.mass + 0.5 * self._prior

    def hear(self, odds: float, *, share: float, ahead: int = 0) -> None:
        """A chord on the beat just gone, or so many ahead: log odds of a "one", and how surely."""
        chance = 1 / (1 + exp(-max(-30.0, min(30.0, odds))))
        power = _POWER * share
        is_one = (self._place + ahead) % self._metre == 0
        one, other = (chance / _ONES) ** power, ((1 - chance) / (1 - _ONES)) ** power
        self.mass = self.mass * np.where(is_one, one, other)
        self.mass /= self.mass.sum()

    @property
    def metre(self) -> int:
        """Beats in the bar."""
        return max(self._metres, key=lambda metre: float(self.mass[self._metre == metre].max()))

    @property
    def chances(self) -> list[float]:
        """How likely each place in a bar of `metre` beats is for the beat just gone; sums to 1."""
        mass = self.mass[self._metre == self.metre]
        return [float(chance) for chance in mass / mass.sum()]

    @property
    def place(self) -> int:
        """The likeliest place in the bar, from 1, of the beat just gone."""
        return int(self.mass[self._metre == self.metre].argmax()) + 1
