"""The beat that is followed, and when another takes its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, inf, log

import numpy as np

from engine.beats.pulse.filter import DEEP, PHASES, WIDE, PulseFilter

_BLOCK = (4, 5)  # cells of the filter's grid that are weighed together when looking for the best
_RELATIVES = (1.0, 2.0, 0.5, 3.0, 1 / 3, 1.5, 2 / 3)
_PATIENCE_S = 8.0  # a rival that has not won by then begins again


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A beat of `period` seconds, `phase` of it gone by at the filter's time; its share of all."""

    period: float
    phase: float
    share: float

    def is_near(self, other: Hypothesis) -> bool:
        return (
            abs(log(self.period / other.period)) < 0.05
            and abs((self.phase - other.phase + 0.5) % 1 - 0.5) < 0.1
        )

    def is_relative(self, other: Hypothesis) -> bool:
        """Off the beat, or double, half, triple time and the like."""
        ratio = self.period / other.period
        return any(abs(log(ratio / relative)) < 0.06 for relative in _RELATIVES)


@dataclass(frozen=True, slots=True)
class Rules:
    """How many times likelier than the followed beat another must be, and for how long."""

    stranger: float = 3.0
    stranger_s: float = 0.5
    at_once: float = 60.0
    relative: float = 60.0
    relative_s: float = 4.0


FREE = Rules()
FIRM = Rules(at_once=inf, relative=10.0, relative_s=2.0)  # after a hint
COUNTED = Rules(stranger=inf, at_once=inf, relative=inf)  # after a count-in
REST_S, LOOSE_S = 2.5, 6.0  # after a rest the next seconds are open to any beat again
AFTER_REST = Rules(at_once=inf, relative=10.0, relative_s=1.5)


class Contest:
    """Weighs the followed beat against its rivals, chord by chord."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._since: float | None = None  # when the present rival took the lead
        self._heard = inf  # the last chord
        self._loose_until = -inf

    def rival(
        self, pulse: PulseFilter, own: Hypothesis, is_known: Callable[[Hypothesis], bool]
    ) -> Hypothesis | None:
        """The beat that takes the place of the followed one, if one does. A beat that `is_known`
        is not judged here."""
        assert pulse.time is not None
        rules = self._rules_at(pulse.time)
        best = _highest(pulse)
        if best.is_near(own) or is_known(best):
            self._since = None
            return None
        best = around(pulse, around(pulse, best))
        if best.is_near(own) or is_known(best):
            self._since = None
            return None
        lead = best.share / max(own.share, 1e-9)
        relative = best.is_relative(own)
        needed = rules.relative if relative else rules.stranger
        if lead < min(needed, rules.stranger):
            self._since = None
            return None
        if self._since is None or pulse.time - self._since > _PATIENCE_S:
            self._since = pulse.time
        waited = pulse.time - self._since
        patience = rules.relative_s if relative else rules.stranger_s
        at_once = lead > rules.at_once and not relative
        if at_once or (lead > needed and waited > patience):
            self._since = None
            return best
        return None

    def _rules_at(self, time: float) -> Rules:
        if time - self._heard > REST_S:
            self._loose_until = time + LOOSE_S
        self._heard = time
        return AFTER_REST if time < self._loose_until and self._rules is COUNTED else self._rules


def leader(pulse: PulseFilter) -> Hypothesis:
    """The likeliest beat of all."""
    return around(pulse, around(pulse, _highest(pulse)))


def _highest(pulse: PulseFilter) -> Hypothesis:
    """Where the filter holds most in one block of cells."""
    high, wide = _BLOCK
    rows = len(pulse.periods) // high
    weighed = (pulse.mass[: rows * high] * pulse.weight[: rows * high, None]).reshape(
        rows, high, PHASES // wide, wide
    )
    row, column = divmod(int(weighed.sum((1, 3)).argmax()), PHASES // wide)
    block = weighed[row, :, column]
    inner_row, inner_column = divmod(int(block.argmax()), wide)
    period = float(pulse.periods[row * high + inner_row])
    phase = (column * wide + inner_column) / PHASES
    return Hypothesis(period, phase, 0.0)


def around(pulse: PulseFilter, guess: Hypothesis) -> Hypothesis:
    """The mean of what the filter holds likely near a guess."""
    away = pulse.logs - log(guess.period)
    first, last = np.searchsorted(away, (-WIDE, WIDE))
    if last <= first:
        return guess
    phase = (np.arange(PHASES) / PHASES - guess.phase + 0.5) % 1 - 0.5
    columns = np.flatnonzero(np.abs(phase) < DEEP)
    mass = pulse.mass[first:last, columns]
    by_period, by_phase = mass.sum(1), mass.sum(0)
    total = float(by_period.sum())
    if total < 1e-12:
        return Hypothesis(guess.period, guess.phase, 0.0)
    mean = float(by_period @ pulse.logs[first:last]) / total
    shift = float(by_phase @ phase[columns]) / total
    share = float(by_period @ pulse.weight[first:last]) / max(pulse.total, 1e-12)
    return Hypothesis(exp(mean), (guess.phase + shift) % 1, share)
