"""How likely each relative of a beat is to be the true beat, and each of its bars the true bar.

A recurrent network hears every chord laid on every relative with every bar, and says for each how
well all that was heard goes with it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.beats.pulse.chords import FEATURES, Chord, likeness
from engine.beats.pulse.network import Floats, Recurrent, load_weights
from engine.beats.pulse.relatives import (
    BAR_WIDTH,
    BEAT_WIDTH,
    CHORD_WIDTH,
    ECHOES,
    FIRST_GAP_S,
    MEMORY,
    Rows,
    bar_inputs,
    beat_inputs,
    echo,
    lags_of,
)

AGAIN = 16  # chords heard again when another base beat is taken
LENGTHS_S = (0.19, 1.75)  # beats that are thought possible


class Ranking:
    """Hears chords, each with its position in a base beat; positions count up without end."""

    def __init__(self, relatives: Sequence[tuple[float, float]], metres: Sequence[int]) -> None:
        self.rows = rows = Rows.of(relatives, metres)
        self._each = np.flatnonzero(np.diff(rows.relative, prepend=-1))  # the first of each
        self._ratio, self._shift = np.array(relatives, np.float32).T
        self._lags, lag = lags_of(rows)
        self._beat_lags, self._bar_lags = lag[self._each, 0], lag[:, 1]
        self._w = load_weights("ranking_model")
        cuts = np.cumsum((CHORD_WIDTH, BEAT_WIDTH + ECHOES))
        self._chord_in, self._beat_in, self._bar_in = np.split(self._w["in"], cuts)
        self._network = Recurrent(self._w, len(rows.relative))
        self._chords = deque[tuple[Chord | None, float]](maxlen=AGAIN)  # and their times
        self._before: float | None = None  # position of the last chord
        self._memory = np.zeros((2, MEMORY), np.int64)  # pitch classes, lowest notes
        self._places = np.full(MEMORY, -1e6, np.float32)
        self._next = 0
        self.energy = np.zeros(len(rows.relative), np.float32)

    def tap(self, position: float, time: float, period: float) -> None:
        """A tap of a count-in."""
        self._chords.append((None, time))
        self._take(None, position, period)

    def hear(self, chord: Chord, position: float, period: float) -> None:
        """One chord; `period` is that of the base beat in seconds."""
        self.keep(chord)
        self._take(chord, position, period)

    def keep(self, chord: Chord) -> None:
        """One chord that is heard only when the ranking starts again."""
        self._chords.append((chord, chord.time))

    @property
    def remembered(self) -> list[tuple[Chord | None, float]]:
        """What is heard again where it starts again, and when it sounded; taps are none."""
        return list(self._chords)

    def start_again(self, position: float, time: float, period: float) -> None:
        """Another base beat: the last chords are heard again, laid on it."""
        self._network.forget()
        self._places[:] = -1e6
        self._before = None
        for chord, then in self._chords:
            self._take(chord, position - (time - then) / period, period)

    def _take(self, chord: Chord | None, position: float, period: float) -> None:
        rows = self.rows
        last = position - FIRST_GAP_S / period if self._before is None else self._before
        self._before = position
        own = np.zeros(CHORD_WIDTH, np.float32)
        if chord is None:
            own[FEATURES] = 1
            echoes = np.zeros((2, len(self._lags)), np.float32)
        else:
            own[:FEATURES] = chord.features
            echoes = self._echoes(chord, position, period)
        beat = np.empty((len(self._ratio), BEAT_WIDTH + ECHOES), np.float32)
        beat[:, :BEAT_WIDTH] = beat_inputs(
            np.float32(position) * self._ratio + self._shift,
            np.float32(last) * self._ratio + self._shift,
            np.float32(period) / self._ratio,
        )
        beat[:, BEAT_WIDTH:] = echoes[:, self._beat_lags].T
        bar = np.empty((len(rows.ratio), BAR_WIDTH + ECHOES), np.float32)
        length = np.float32(period) / rows.ratio
        bar[:, :BAR_WIDTH] = bar_inputs(
            np.float32(position) * rows.ratio + rows.shift,
            np.float32(last) * rows.ratio + rows.shift,
            length,
            rows.metre,
        )
        bar[:, BAR_WIDTH:] = echoes[:, self._bar_lags].T
        first = (own @ self._chord_in + self._w["in_bias"] + beat @ self._beat_in)[rows.relative]
        first += bar @ self._bar_in
        self.energy = self._network.step(first)[:, 0]
        self.energy[(length < LENGTHS_S[0]) | (length > LENGTHS_S[1])] = -30

    def _echoes(self, chord: Chord, position: float, period: float) -> Floats:
        """(2, lags); the chord is remembered."""
        classes, low = self._memory
        same = likeness(classes, low, chord.classes, chord.low)
        out = np.stack(echo(position - self._places, same, np.array(period), self._lags))
        slot = self._next % MEMORY
        classes[slot], low[slot], self._places[slot] = chord.classes, chord.low, position
        self._next += 1
        return out

    def chances(self) -> NDArray[np.float64]:
        """Of each relative to be the true beat; they sum to 1."""
        each = np.exp(self.energy - self.energy.max())
        sums = np.add.reduceat(each, self._each)
        return np.asarray(sums / sums.sum())

    def bars(self, relative: int) -> tuple[Rows, NDArray[np.float64]]:
        """The rows of one relative and how likely each of their bars is; they sum to 1."""
        own = np.flatnonzero(self.rows.relative == relative)
        each = np.exp(self.energy[own] - self.energy[own].max())
        return self.rows.take(own), np.asarray(each / each.sum())
