"""The beat from a guitarist's notes alone, with a tempo as a hint, or after a count-in.

A `BeatTracker` is fed notes in order of time and asked for beats. It never looks ahead, and a beat
once announced stands. Times are seconds on the caller's clock. Owned by one thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log
from typing import ClassVar

import numpy as np

from engine.beats.count_in import CountIn
from engine.beats.pulse.bar import BarFilter
from engine.beats.pulse.chords import Chord, ChordMaker
from engine.beats.pulse.family import Family, Patience
from engine.beats.pulse.filter import (
    COUNTED_TEMPO,
    HINTED_TEMPO,
    Grid,
    PulseFilter,
    free_grid,
    near_grid,
)
from engine.beats.pulse.hypothesis import COUNTED, FIRM, FREE, Contest, Hypothesis, around, leader
from engine.beats.pulse.inputs import Inputs
from engine.beats.pulse.model import COUNTED_MODEL, FREE_MODEL, HINTED_MODEL, OnsetModel
from engine.beats.pulse.relatives import METRES
from engine.beats.pulse.sureness import AFTER_TAPS, ALONE, WITH_HINT

AHEAD_S = 0.022  # a beat is announced so long before it sounds, and is frozen then
LEAST_AHEAD_S = 0.0205
HINT_SPREAD, TAP_SPREAD = 0.05, 0.03  # how far off a told tempo may be: log, one deviation
FIRST_CHORDS = 3  # free: no beat is announced before
ON_BEAT = 0.08  # how near to a beat a chord is to count for the bar, in beats, one deviation
SMOOTH_S = 1.5  # of the confidence
AFTER_COUNT_IN = 0.9  # confidence
ALWAYS, AFTER_REST = Patience(lead=0.25), Patience(lead=1.0, rest_s=1.0)  # to take a relative


@dataclass(frozen=True, slots=True)
class Beat:
    """A beat to come: seconds, and its place in the bar from 1."""

    time: float
    announced_at: float
    beat: int
    confidence: float


class BeatTracker:
    """Hears notes, announces beats."""

    _family_kind: ClassVar[type[Family]] = Family  # who learns from it watches another

    def __init__(
        self,
        *,
        bpm: float | None = None,
        count_in: Sequence[float] | None = None,
        metre: int | None = None,
        late_s: float = 0.0,
    ) -> None:
        """`bpm` is a hint, within some 8 %; `count_in` holds four taps before the first "one";
        `metre` is the number of beats in the bar, where that is known. Notes are told `late_s`
        after they sound, and beats are announced so much sooner."""
        counted = CountIn.of(count_in) if count_in else None
        grid = _grid(bpm, counted)
        self._chords = ChordMaker()
        self._inputs = Inputs(grid.asked)
        weights = COUNTED_MODEL if counted else HINTED_MODEL if bpm else FREE_MODEL
        self._model = OnsetModel(len(grid.asked), weights)
        self._pulse = PulseFilter(grid, COUNTED_TEMPO if counted else HINTED_TEMPO if bpm else None)
        self._contest = Contest(COUNTED if counted else FIRM if bpm else FREE)
        patience = AFTER_REST if counted else ALWAYS
        near_only = counted is not None or bpm is not None
        self._family = self._family_kind(patience, near_only=near_only, metre=metre)
        self._bar: BarFilter | None = None
        if metre is not None and metre not in METRES:
            self._bar = BarFilter(one_next=counted is not None, metre=metre)
        self._ahead_s, self._least_ahead_s = AHEAD_S + late_s, LEAST_AHEAD_S + late_s
        self._due: list[Beat] = []
        self._now = -inf
        self._heard = 0
        self._share = 0.0  # of the followed beat, smoothed
        self._since: float | None = None  # followed
        self._judged_at = 0.0
        self._sureness = self._unaided = AFTER_TAPS if counted else WITH_HINT if bpm else ALONE
        self.period: float | None = None  # seconds
        self.next_beat: float | None = None
        self.last_beat: float | None = None  # announced
        self.confidence = 0.0
        if counted is not None:
            self._begin(counted, count_in or ())

    def _begin(self, counted: CountIn, taps: Sequence[float]) -> None:
        for tap in taps:
            self._model.hear(self._inputs.tap(tap))
        self._family.begin(taps, counted.period)
        self._pulse.begin(counted.last)
        self.period, self.last_beat = counted.period, counted.last
        self.next_beat = counted.last + counted.period
        self.confidence, self._share = AFTER_COUNT_IN, AFTER_COUNT_IN
        self._since = self._judged_at = counted.last

    @property
    def bpm(self) -> float | None:
        return None if self.period is None else 60 / self.period

    @property
    def metre(self) -> int:
        """Beats in the bar."""
        return self._bar.metre if self._bar else self._family.metre

    @property
    def chances(self) -> list[float]:
        """How likely each place in the bar is for the beat to come; they sum to 1."""
        if self._bar:
            gone = self._bar.chances
            return [*gone[-1:], *gone[:-1]]
        if self.next_beat is None:
            return [1 / self.metre] * self.metre
        return self._family.places_at(self.next_beat)

    def hear(self, time: float, pitch: int, velocity: int) -> None:
        """One note; notes come in order of time."""
        self._pass(time)
        self._chords.add(max(time, self._now), pitch, velocity)

    def beats(self, now: float) -> list[Beat]:
        """The beats announced up to `now` that were not given before."""
        self._pass(now)
        announced, self._due = self._due, []
        return announced

    def this_is_one(self, time: float) -> None:
        """A bar begins at about `time`, the player says: the beat is moved there if it lies
        elsewhere, as one half a beat off does, and believed from here on."""
        pulse = self._pulse
        pulse.tell(time)
        if self.next_beat is None or self.period is None or pulse.time is None:
            return
        moved = self._family.this_is_one(time, pulse)
        self._sureness = AFTER_TAPS
        self._follow(around(pulse, moved or self._followed(pulse.time)), new=moved is not None)
        if self._bar:
            self._bar.tell(1 + round((time - self.next_beat) / self.period))

    def _followed(self, time: float) -> Hypothesis:
        """The followed beat at a moment."""
        assert self.next_beat is not None and self.period is not None
        return Hypothesis(self.period, (1 - (self.next_beat - time) / self.period) % 1, 0.0)

    def _pass(self, now: float) -> None:
        """Let time pass: close chords and announce beats, each at its moment."""
        while True:
            closing = self._chords.closes_at
            calling = inf if self.next_beat is None else self.next_beat - self._ahead_s
            if min(closing, calling) > now:
                break
            self._now = max(self._now, min(closing, calling))
            if closing <= calling:
                self._weigh(self._chords.close())
            else:
                self._announce()
        self._now = max(self._now, now)

    def _announce(self) -> None:
        assert self.next_beat is not None and self.period is not None
        time = max(self.next_beat, self._now + self._least_ahead_s)
        if self._bar:
            self._bar.step()
            place = self._bar.place
        else:
            place = self._family.place_at(time)
        self._due.append(Beat(time, self._now, place, self.confidence))
        self.last_beat, self.next_beat = time, self.next_beat + self.period
        if self.next_beat < time + 0.6 * self.period:
            self.next_beat += self.period

    def _weigh(self, chord: Chord) -> None:
        """Take one chord into account."""
        self._heard += 1
        opinion = self._model.hear(self._inputs.of(chord))
        pulse = self._pulse
        if pulse.time is not None and chord.time < pulse.time - 1e-9:
            return  # an upbeat during the count-in: the taps know better
        pulse.advance(chord.time)
        ones = pulse.update(opinion, single=chord.single)
        if self.next_beat is None or self.period is None:
            self._family.wait(chord)
            if self._heard >= FIRST_CHORDS:
                first = leader(pulse)
                self._family.follow(chord.time, first)
                self._follow(first, new=True)
        else:
            self._follow(*self._choose(chord, self._followed(chord.time)))
        self._place(chord.time, ones)

    def _choose(self, chord: Chord, followed: Hypothesis) -> tuple[Hypothesis, bool]:
        """The beat to follow from here, and whether that is a new one."""
        own = around(self._pulse, followed)
        self._family.place(chord.time, own)
        stranger = self._contest.rival(self._pulse, own, self._family.has)
        if stranger is not None:
            self._sureness = self._unaided
            self._family.wait(chord)
            self._family.follow(chord.time, stranger)
            return stranger, True
        relative = self._family.hear(chord, self._pulse)
        return (own, False) if relative is None else (around(self._pulse, relative), True)

    def _follow(self, found: Hypothesis, new: bool) -> None:
        time = self._pulse.time
        assert time is not None
        period = found.period
        coming = time + (1 - found.phase) * period
        while coming < self._now - 0.05:
            coming += period
        if self.last_beat is not None:
            beats = round((coming - self.last_beat) / period)
            if beats < 1 or (new and coming < self.last_beat + 0.5 * period):
                coming += period * max(1 - beats, 1 if new else 0)
            elif beats > 1 and coming - (beats - 1) * period > self._now and not new:
                coming -= (beats - 1) * period
        if new and self.period is not None and self._bar:
            self._bar.doubt()
        self.period, self.next_beat = period, coming
        self._judge(time, new)

    def _judge(self, time: float, new: bool) -> None:
        """How sure to be: how likely the followed beat is among its relatives, and for how long it
        has been followed."""
        share = self._family.chance
        if new or self._since is None:
            self._share, self._since = share, time
        else:
            fresh = 1 - exp((self._judged_at - time) / SMOOTH_S)
            self._share += fresh * (share - self._share)
        self._judged_at = time
        self.confidence = self._sureness.of(*self.clues)

    @property
    def clues(self) -> tuple[float, float]:
        """What the confidence is made of: the followed beat's share, smoothed, and the seconds it
        has been followed."""
        since = self._judged_at if self._since is None else self._since
        return self._share, self._judged_at - since

    def _place(self, time: float, ones: np.ndarray) -> None:
        """Hear whether a chord that lies on a beat is a "one"."""
        if self.next_beat is None or self.last_beat is None or self.period is None:
            return
        if self._bar is None:
            return
        ahead = 0 if time - self.last_beat < self.next_beat - time else 1
        nearest = self.next_beat if ahead else self.last_beat
        share = exp(-0.5 * ((time - nearest) / self.period / ON_BEAT) ** 2)
        if share > 0.1:
            row = int(np.abs(self._pulse.logs - log(self.period)).argmin())
            self._bar.hear(float(ones[row]), share=share, ahead=ahead)


def _grid(bpm: float | None, counted: CountIn | None) -> Grid:
    if counted is not None:
        return near_grid(counted.period, TAP_SPREAD)
    if bpm is not None:
        if not bpm > 0:
            raise ValueError(f"bpm must be above 0, not {bpm}")
        return near_grid(60 / bpm, HINT_SPREAD)
    return free_grid()
