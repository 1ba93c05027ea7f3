"""Notes to chords: what one stroke of the hand says about where it falls in the bar."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from math import inf, log

import numpy as np
from numpy.typing import NDArray

CHORD_S = 0.045  # notes this soon after the first are one stroke
FEATURES = 13
_MEAN_SHARE = 0.1  # of a new chord in the running means
_COUNT = np.array([bits.bit_count() for bits in range(1 << 12)])  # pitch classes in a set


@dataclass(frozen=True, slots=True)
class Chord:
    """One stroke: its time in seconds, its features, its pitch classes as bits, its lowest note."""

    time: float
    features: tuple[float, ...]  # FEATURES numbers, each about -3..3
    classes: int
    low: int

    @property
    def single(self) -> bool:
        """Whether it is one note only."""
        return self.features[3] == 0


class ChordMaker:
    """Gathers notes, in order of time, and gives back each chord once it is complete."""

    def __init__(self) -> None:
        self._notes: list[tuple[float, int, int]] = []
        self._last = deque[Chord](maxlen=8)
        self._velocity = self._low = self._high = 0.0  # running means

    @property
    def closes_at(self) -> float:
        """When the chord being gathered is complete, in seconds; infinity if there is none."""
        return self._notes[0][0] + CHORD_S if self._notes else inf

    def add(self, time: float, pitch: int, velocity: int) -> None:
        self._notes.append((time, pitch, velocity))

    def close(self) -> Chord:
        """The chord gathered so far; the next note begins another."""
        times, pitches, velocities = zip(*self._notes, strict=True)
        self._notes = []
        first = times[0]
        # Half way from the first note to the mean: right to a few ms however the hand spreads it.
        time = 0.5 * (first + sum(times) / len(times))
        chord = Chord(time, *self._describe(pitches, max(velocities)))
        self._last.append(chord)
        return chord

    def _describe(
        self, pitches: tuple[int, ...], velocity: int
    ) -> tuple[tuple[float, ...], int, int]:
        low, high = min(pitches), max(pitches)
        classes = 0
        for pitch in pitches:
            classes |= 1 << pitch % 12
        if not self._last:
            self._velocity, self._low, self._high = float(velocity), float(low), float(high)
        recent = list(self._last)[-4:]
        known = 0
        for chord in recent:
            known |= chord.classes
        before = self._last[-1] if self._last else None
        features = (
            (velocity - self._velocity) / 15,
            (low - self._low) / 12,
            (high - self._high) / 12,
            log(len(pitches)),
            (classes & ~known).bit_count() / classes.bit_count(),
            (before is None or before.low % 12 != low % 12) * 1.0,
            0.0 if before is None else max(-2.0, min(2.0, (low - before.low) / 7)),
            (low - 52) / 12,
            (before is not None and before.classes == classes) * 1.0,
            all(low <= chord.low for chord in recent) * 1.0,
            all(low < chord.low for chord in self._last) * 1.0,
            (high - low) / 12,
            (known & ~classes).bit_count() / 6,
        )
        self._velocity += _MEAN_SHARE * (velocity - self._velocity)
        self._low += _MEAN_SHARE * (low - self._low)
        self._high += _MEAN_SHARE * (high - self._high)
        return features, classes, low


def chords_of(notes: Iterable[tuple[float, int, int]]) -> list[Chord]:
    """All chords of some notes, each (seconds, pitch, velocity), in order of time."""
    maker, chords = ChordMaker(), []
    for note in notes:
        if note[0] >= maker.closes_at:
            chords.append(maker.close())
        maker.add(*note)
    return [*chords, maker.close()] if maker.closes_at < inf else chords


def likeness(
    classes: NDArray[np.int64], low: NDArray[np.int64], now: NDArray[np.int64] | int,
    now_low: NDArray[np.int64] | int,
) -> NDArray[np.float32]:  # fmt: skip
    """How much earlier chords are like the one now, 0..1: pitch classes shared, same bass."""
    shared, either = _COUNT[classes & now], _COUNT[classes | now]
    return np.asarray(0.5 * shared / either + 0.5 * (low == now_low), np.float32)
