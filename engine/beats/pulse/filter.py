"""How likely every tempo and phase is, chord by chord: a forward filter on a grid.

The onset model hears rhythm alone, and may take what is half a beat off for the beat. Whether it
does is a part of the state: a model that changes its mind does not carry the beat along.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, inf

import numpy as np
from numpy.typing import NDArray

from engine.beats.pulse.model import SLOTS, Opinion
from engine.beats.pulse.soloist import GRID, Soloist

Floats = NDArray[np.float32]
PHASES = GRID
FASTEST_S, SLOWEST_S = 0.21, 1.6  # beats of a free player
USUAL_S, USUAL_SPREAD = 0.5, 0.42  # mean and deviation (of the log)
WINDOW = 1.2  # a told tempo is right within this factor
RIGHT_SHARE = 0.03  # of one chord in the smoothed odds of a beat length
RIGHT_MOST = 8.0  # of one chord's odds, a log
TAP_PHASE = 0.03  # deviation of the beat that a count-in gives, in beats
TOLD_S, TOLD_LEAST = 0.05, 1e-4  # how exactly a player says where a beat is; what else may be
TOLD_ANEW = 0.1  # share of each tempo that any phase may have, when one is told
READINGS = np.array((0.95, 0.05), np.float32)  # the onset model is right; it is half a beat off
READ_ANEW = 0.05  # chance at each chord that it has changed its mind
STEP_S, MOST_STEPS = 1.0, 8  # a rest is taken in steps: tempo and phase drift together
# with a tempo that was told: after a rest from REST_S on a chord is evidence of its own, the more
# the longer it was (e-fold ALONE_S)
REST_S, ALONE_S = 1.0, 2.0
# how far a hand's onsets lie round their place in the beat, and how late they are on the whole, in
# seconds: one that is tight, and one that lays back
HANDS = ((0.022, 0.012), (0.04, 0.024))
HAND_MEMORY = 0.97  # share of what is known of the hand that a chord leaves
LEAST_CHANCE = 0.02  # of a soloist, to be thought of
SOLO_TRUST = 0.2  # power of what the onset model says of one
WIDE, DEEP = 0.07, 0.15  # how far a beat reaches: log of its length, and phase
TURNS, LEAST = 1024, 1e-9  # steps of a beat that phases turn by; of a cell
MOST_WALK = 0.4  # share of a cell that goes to each neighbour
UNEXPLAINED = 1e-3  # of a chord that no place explains
_WAVES = np.arange(PHASES // 2 + 1)
_ROOTS = np.exp(-2j * np.pi / TURNS * np.arange(TURNS)).astype(np.complex64)
_NEAR = np.arange(-int(DEEP * PHASES) + 1, int(DEEP * PHASES) + 1)


@dataclass(frozen=True, slots=True)
class FilterSettings:
    """What the filter believes before it has heard anything, and how fast it changes its mind."""

    trust: float = 0.4  # power of one chord's evidence; chords are not independent
    tempo_walk: float = 0.018  # standard deviation of the log tempo after a second
    forget: float = 0.004  # share of the prior mixed in at every chord
    right_power: float = 2.0  # power of the model's odds for a tempo
    soloist: bool = False  # whether a soloist is thought of
    told: bool = False  # whether the tempo was told
    stray: float = 1.0  # how much further the tempo walks in a rest

    def trust_after(self, gap: float) -> float:
        """The power of a chord's evidence, so many seconds after the last one; the first one comes
        after infinity."""
        if not self.told or gap <= REST_S:
            return self.trust
        return 1 - (1 - self.trust) * exp((REST_S - gap) / ALONE_S)

    def walk_in(self, gap: float) -> float:
        """How far the tempo walks while no chord is heard for `gap` seconds: one deviation of its
        log after a second, which grows with the root of time."""
        return self.tempo_walk * (self.stray if gap >= REST_S else 1.0)


HINTED_TEMPO = FilterSettings(trust=0.7, told=True)
# a band that was counted in
COUNTED_TEMPO = FilterSettings(
    trust=0.7, tempo_walk=0.008, forget=0.001, soloist=True, told=True, stray=1.5
)


@dataclass(frozen=True, slots=True)
class Grid:
    """The beat lengths, in seconds, that are thought possible, and how likely each is at first."""

    periods: Floats  # rising by the same share
    prior: Floats
    asked: Floats  # the beat lengths that the onset model is asked about


def free_grid() -> Grid:
    """Any tempo that people play at."""
    periods = np.geomspace(FASTEST_S, SLOWEST_S, 112)
    prior = np.exp(-0.5 * (np.log(periods / USUAL_S) / USUAL_SPREAD) ** 2) + 0.01
    return _grid_of(periods, prior, np.geomspace(FASTEST_S, SLOWEST_S, 40))


def near_grid(period: float, spread: float) -> Grid:
    """A window round a beat length that was told; `spread` is one deviation of its log."""
    periods = np.geomspace(period / WINDOW, period * WINDOW, 26)
    prior = np.exp(-0.5 * (np.log(periods / period) / spread) ** 2) + 1e-3
    return _grid_of(periods, prior, np.geomspace(period / WINDOW, period * WINDOW, 9))


def _grid_of(*columns: NDArray[np.float64]) -> Grid:
    return Grid(*(column.astype(np.float32) for column in columns))


class PulseFilter:
    """The joint distribution of beat length and phase at `time`; rows are the grid's periods.

    `joint` is (readings, periods, PHASES), not normalised, and began as `prior`, (periods,);
    `blend`, (periods, asked), lays the model's opinions on the periods, which are `step` apart
    (log), and `shapes`, (hands, periods, CLASSES, PHASES), says where each hand plays each place.
    """

    def __init__(self, grid: Grid, settings: FilterSettings | None = None) -> None:
        periods, asked = grid.periods, grid.asked
        self.periods, self.settings = periods, settings or FilterSettings()
        self.logs = np.log(periods)
        self.prior = grid.prior / grid.prior.sum()
        self.mass = np.repeat(self.prior[:, None] / PHASES, PHASES, 1).astype(np.float32)
        self.weight = np.ones(len(periods), np.float32)
        self._right = np.zeros(len(asked), np.float32)  # smoothed log odds of the model
        self.time: float | None = None
        self.step = float(np.log(periods[1] / periods[0]))
        place = np.interp(np.log(periods), np.log(asked), np.arange(len(asked)))
        low = np.minimum(place.astype(int), max(len(asked) - 2, 0))
        high = np.minimum(low + 1, len(asked) - 1)
        share = (place - low).astype(np.float32)
        self.blend = np.zeros((len(periods), len(asked)), np.float32)
        self.blend[np.arange(len(periods)), low] += 1 - share
        self.blend[np.arange(len(periods)), high] += share
        self.shapes = np.stack([self._place_shapes(*hand) for hand in HANDS])
        self._hands = np.zeros(len(HANDS))  # how likely each is, a log
        self._soloist = Soloist(periods)
        self._heard = -inf  # the last chord
        self._columns = np.arange(PHASES)

    def _place_shapes(self, spread_s: float, late_s: float) -> Floats:
        """Densities over phase of each place in the beat as a hand plays it: (periods, classes,
        PHASES), mean 1."""
        phase = np.arange(PHASES) / PHASES
        late = (late_s / self.periods)[:, None, None]
        away = (phase - np.asarray(SLOTS)[:, None] - late + 0.5) % 1 - 0.5
        narrow = np.maximum(spread_s / self.periods, 0.75 / PHASES)[:, None, None]
        shapes = np.exp(-0.5 * (away / narrow) ** 2)
        shapes /= shapes.mean(2, keepdims=True)
        flat = np.ones((len(self.periods), 1, PHASES))
        return np.concatenate([shapes, flat], 1).astype(np.float32)

    def begin(self, time: float) -> None:
        """A beat is known to be at `time`."""
        phase = np.minimum(self._columns, PHASES - self._columns) / PHASES
        bump = np.exp(-0.5 * (phase / TAP_PHASE) ** 2) + 1e-4
        self.mass = (self.prior[:, None] * (bump / bump.sum())).astype(np.float32)
        self.time = self._heard = time

    @property
    def mass(self) -> Floats:
        """(periods, PHASES)"""
        return np.asarray(self.joint.sum(0))

    @mass.setter
    def mass(self, mass: Floats) -> None:
        self.joint = READINGS[:, None, None] * mass

    def tell(self, time: float) -> None:
        """A player says that there is a beat at about `time`: the model may be right or not."""
        if self.time is not None:
            until = (time - self.time) / self.periods[:, None]
            away = (self._columns / PHASES + until + 0.5) % 1 - 0.5  # from a beat, then
            told = np.exp(-0.5 * (away * self.periods[:, None] / TOLD_S) ** 2) + TOLD_LEAST
            known = self.mass
            known += TOLD_ANEW * known.mean(1, keepdims=True)
            known *= told.astype(np.float32)
            self.joint = np.stack([known, known]) / (2 * known.sum())

    def shares(self, periods: Floats, phases: Floats, which: NDArray[np.int64]) -> Floats:
        """How much of all is near each of some beats: (beats,). `phases` is (beats,), and `which`
        of `periods` each lasts."""
        near = np.abs(self.logs - np.log(periods)[:, None]) < WIDE
        bands = (near * self.weight) @ self.mass  # (periods, PHASES)
        columns = (phases * PHASES).astype(int)[:, None] + _NEAR
        return np.asarray(bands[which[:, None], columns % PHASES].sum(1) / max(self.total, 1e-12))

    @property
    def total(self) -> float:
        """All the mass, weighed by how well the model likes its tempo."""
        return float(self.mass.sum(1) @ self.weight)

    def advance(self, time: float) -> None:
        """Let time pass: phases turn, the tempo walks."""
        if self.time is None:
            self.time = time
        gap = time - self.time
        self.time = time
        for _ in range(steps := min(MOST_STEPS, ceil(gap / STEP_S))):
            self._turn(gap / steps, self.settings.walk_in(gap))

    def _turn(self, gap: float, tempo_walk: float) -> None:
        # By Fourier's shift: to fade between neighbours would blur the phase at every chord.
        turn = np.rint(gap / self.periods * TURNS).astype(np.int64)[:, None]
        waves = np.fft.rfft(self.joint) * _ROOTS[turn * _WAVES % TURNS]
        joint = np.maximum(np.fft.irfft(waves, PHASES), LEAST).astype(np.float32)
        walk = min(MOST_WALK, 0.5 * (tempo_walk / self.step) ** 2 * gap)
        out = joint * (1 - 2 * walk)
        out[:, 1:] += walk * joint[:, :-1]
        out[:, :-1] += walk * joint[:, 1:]
        out[:, 0] += walk * joint[:, 0]
        out[:, -1] += walk * joint[:, -1]
        self.joint = out

    def _by_hand(self, places: Floats) -> tuple[Floats, Floats]:
        """How likely a chord is anywhere, played by the hand that this player seems to have, and
        by the loosest: (readings, periods, PHASES)."""
        each = np.matmul(places[:, None, :], self.shapes)[:, :, 0] + UNEXPLAINED
        each = np.stack([each, np.roll(each, PHASES // 2, 2)], 1)  # hands first
        shares = np.exp(self._hands - self._hands.max())
        shares /= shares.sum()
        self._hands *= HAND_MEMORY
        self._hands += np.log(np.tensordot(each, self.joint, 3) / self.joint.sum())
        return np.asarray(np.tensordot(shares.astype(np.float32), each, 1)), each[-1]

    def _by_soloist(self, likely: Floats, loose: Floats, gap: float, *, single: bool) -> Floats:
        """The same where this may be a soloist, of whom the onset model tells little."""
        chance = np.float32(self._soloist.chance)
        explained = np.tensordot(likely, self.joint, 3) / self.joint.sum()
        self._soloist.hear(float(np.log(explained)), single=single)
        if chance < LEAST_CHANCE:
            return likely
        solo = self._soloist.likely(gap) * loose**SOLO_TRUST
        return np.asarray(likely + chance * (solo - likely))

    def update(self, opinion: Opinion, *, single: bool = False) -> Floats:
        """Weigh in one chord, or a `single` note; gives the model's log odds of a "one" for every
        period."""
        assert self.time is not None
        s, gap, self._heard = self.settings, self.time - self._heard, self.time
        likely, loose = self._by_hand(self.blend @ opinion.places)
        if s.soloist:
            likely = self._by_soloist(likely, loose, gap, single=single)
        joint = self.joint * likely ** s.trust_after(gap)
        self._right += RIGHT_SHARE * (np.clip(opinion.right, -RIGHT_MOST, RIGHT_MOST) - self._right)
        right = self.blend @ self._right
        self.weight = np.exp(s.right_power * (right - right.max())).astype(np.float32)
        anew = self.prior * self.weight
        anew /= anew.sum() * PHASES
        joint *= (1 - s.forget) / joint.sum()
        known = joint.sum(0)
        joint *= 1 - READ_ANEW
        joint += READINGS[:, None, None] * (READ_ANEW * known + s.forget * anew[:, None])
        self.joint = joint
        return self.blend @ opinion.one
