"""What the onset model sees of a chord, for many beat lengths at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.beats.pulse.chords import FEATURES, Chord, likeness

LAGS = (1, 2, 3, 4, 6, 8)  # beats back at which a chord is looked for
MEMORY = 64  # chords remembered
WIDTH = FEATURES + 11 + 2 * len(LAGS)  # inputs to the model
_LOOSE_S, _LOOSE_SHARE = 0.025, 0.015  # how far off an echo may be: seconds, and share of the lag

_HARMONICS = 2j * np.pi * np.arange(1, 5)

Floats = NDArray[np.float32]


class Inputs:
    """Remembers the last chords and describes each new one against beats of `periods` seconds."""

    def __init__(self, periods: Floats) -> None:
        self._periods = periods
        self._lags = (np.asarray(LAGS, np.float32)[:, None] * periods).astype(np.float32)
        self._inverse = (1 / (_LOOSE_S + _LOOSE_SHARE * self._lags)).astype(np.float32)
        self._times = np.full(MEMORY, -1e6)
        self._classes = np.zeros(MEMORY, np.int64)
        self._low = np.full(MEMORY, -1, np.int64)
        self._next = 0
        self._last: float | None = None

    def of(self, chord: Chord) -> Floats:
        """The inputs for a chord: (periods, WIDTH)."""
        periods = self._periods
        out = np.empty((len(periods), WIDTH), np.float32)
        out[:, :FEATURES] = chord.features
        gap = 4.0 if self._last is None else min(chord.time - self._last, 20.0)
        turns = gap / periods
        column = FEATURES
        out[:, column] = np.log2(np.clip(turns, 0.05, 16)) / 2
        out[:, column + 1] = np.log(periods / 0.5) * 2
        angles = turns[:, None] % 1 * _HARMONICS
        out[:, column + 2 : column + 10] = np.exp(angles).astype(np.complex64).view(np.float32)
        column += 11
        out[:, column - 1] = 0
        self._echoes(chord, out[:, column:])
        self._remember(chord)
        return out

    def tap(self, time: float) -> Floats:
        """The inputs for a tap of the count-in, which is known to be a beat: (periods, WIDTH)."""
        out = np.zeros((len(self._periods), WIDTH), np.float32)
        out[:, FEATURES + 1] = np.log(self._periods / 0.5) * 2
        out[:, FEATURES + 10] = 1
        self._last = time
        return out

    def _echoes(self, chord: Chord, out: Floats) -> None:
        """For every lag: was there a chord so long ago, and was it the same one."""
        ago = (chord.time - self._times).astype(np.float32)
        recent = ago < self._lags[-1, -1] + 0.5
        if not recent.any():
            out[:] = 0
            return
        ago = ago[recent]
        off = (ago[:, None, None] - self._lags) * self._inverse  # (chords, lags, periods)
        close = np.exp(np.maximum(-0.5 * off * off, -30))  # no subnormal numbers: they are slow
        same = likeness(self._classes[recent], self._low[recent], chord.classes, chord.low)
        out[:, : len(LAGS)] = close.max(0).T
        out[:, len(LAGS) :] = (close * same[:, None, None]).max(0).T

    def _remember(self, chord: Chord) -> None:
        slot = self._next % MEMORY
        self._times[slot], self._classes[slot], self._low[slot] = (
            chord.time, chord.classes, chord.low,
        )  # fmt: skip
        self._next += 1
        self._last = chord.time
