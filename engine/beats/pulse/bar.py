"""Which beat of the bar it is, in a metre that was told: a small filter over places in the bar."""

from __future__ import annotations

from math import exp

import numpy as np

_SLIP = 0.004  # chance at each beat that the player's bar is another than thought
_POWER = 0.35  # of one chord's evidence
_ONES = 0.3  # share of the chords on a beat that are on a "one"


class BarFilter:
    """Counts beats and hears at which of them the accents fall."""

    def __init__(self, *, metre: int, one_next: bool = False) -> None:
        """`metre` beats in the bar; `one_next`: a one is known to come, as after a count-in."""
        self.metre = metre
        self._place = np.arange(metre)
        self.mass = np.full(metre, 1 / metre)
        if one_next:  # the beat just gone was the last of its bar
            self.mass = (self._place == metre - 1).astype(float)

    def step(self) -> None:
        """One beat later."""
        self.mass = (1 - _SLIP) * np.roll(self.mass, 1) + _SLIP / self.metre

    def doubt(self) -> None:
        """Another beat is followed from here: what is known of the bar is half forgotten."""
        self.mass = 0.5 * self.mass + 0.5 / self.metre

    def tell(self, ahead: int) -> None:
        """So many beats after the one just gone a bar begins."""
        self.mass = ((self._place + ahead) % self.metre == 0).astype(float)

    def hear(self, odds: float, *, share: float, ahead: int = 0) -> None:
        """A chord on the beat just gone, or so many ahead: log odds of a "one", and how surely."""
        chance = 1 / (1 + exp(-max(-30.0, min(30.0, odds))))
        power = _POWER * share
        is_one = (self._place + ahead) % self.metre == 0
        one, other = (chance / _ONES) ** power, ((1 - chance) / (1 - _ONES)) ** power
        self.mass = self.mass * np.where(is_one, one, other)
        self.mass /= self.mass.sum()

    @property
    def chances(self) -> list[float]:
        """How likely each place in the bar is for the beat just gone; they sum to 1."""
        return [float(chance) for chance in self.mass]

    @property
    def place(self) -> int:
        """The likeliest place in the bar, from 1, of the beat just gone."""
        return int(self.mass.argmax()) + 1
