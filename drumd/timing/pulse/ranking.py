"""How likely each relative of a beat is to be the true beat, and each of its bars the true bar.

A recurrent network hears every chord laid on every relative with every bar, and says for each how
well all that was heard goes with it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from drumd.timing.pulse.chords import FEATURES, Chord
from drumd.timing.pulse.network import Floats, Recurrent, load_weights
from drumd.timing.pulse.relatives import (
    BEAT_WIDTH, CHORD_WIDTH, ECHOES, FIRST_GAP_S, MEMORY, Rows, bar_inputs, beat_inputs, echo,
    lags_of, likeness,
)  # fmt: skip

AGAIN = 16  # chords heard again when another base beat is taken
_LENGTHS_S = (0.19, 1.75)  # beats that are thought possible


class Ranking:
    """Hears chords, each with its position in a base beat; positions count up without end."""

    def __init__(self, relatives: Sequence[tuple[float, float]], metres: Sequence[int]) -> None:
        self.rows = rows = Rows.of(relatives, metres)
        self.relatives = np.array(relatives, np.float32)
        self._lags, echoes = lags_of(rows)
        each = np.flatnonzero(np.diff(rows.relative, prepend=-1))
        self._beat_lags, self._bar_lags = echoes[each, 0], echoes[:, 1]
        self._w = load_weights("ranking_model")
        cuts = np.cumsum((CHORD_WIDTH, BEAT_WIDTH + ECHOES))
        self._chord_in, self._beat_in, self._bar_in = np.split(self._w["in"], cuts)
        self._network = Recurrent(self._w, len(rows.relative))
        self._heard = deque[tuple[Chord | None, float, float]](maxlen=MEMORY)  # position, time
        self.energy = np.zeros(len(rows.relative), np.float32)

    def tap(self, position: float, time: float, period: float) -> None:
        """A tap of a count-in."""
        self._take(None, position, time, period)

    def hear(self, chord: Chord, position: float, period: float) -> None:
        """One chord; `period` is that of the base beat in seconds."""
        self._take(chord, position, chord.time, period)

    def keep(self, chord: Chord) -> None:
        """One chord that is heard only when the ranking starts again."""
        self._heard.append((chord, 0.0, chord.time))

    def start_again(self, position: float, time: float, period: float) -> None:
        """Another base beat: what was heard last is heard again, laid on it."""
        again = list(self._heard)[-AGAIN:]
        self._heard.clear()
        self._network.forget()
        for chord, _, then in again:
            self._take(chord, position - (time - then) / period, then, period)

    def _take(self, chord: Chord | None, position: float, time: float, period: float) -> None:
        rows = self.rows
        last = self._heard[-1][1] if self._heard else position - FIRST_GAP_S / period
        ratio, shift = self.relatives.T
        place, before = position * ratio + shift, last * ratio + shift
        close, alike = self._echoes(chord, position, period)
        own = np.zeros(CHORD_WIDTH, np.float32)
        if chord is None:
            own[FEATURES] = 1
        else:
            own[:FEATURES] = chord.features
        beat = np.concatenate(
            [
                beat_inputs(place, before, period / ratio),
                np.stack([close[self._beat_lags], alike[self._beat_lags]], 1),
            ],
            1,
        )
        bar = np.concatenate(
            [
                bar_inputs(
                    position * rows.ratio + rows.shift,
                    last * rows.ratio + rows.shift,
                    period / rows.ratio,
                    rows.metre,
                ),
                np.stack([close[self._bar_lags], alike[self._bar_lags]], 1),
            ],
            1,
        )
        before_relu = (own @ self._chord_in + self._w["in_bias"] + beat @ self._beat_in)[
            rows.relative
        ]
        before_relu += bar @ self._bar_in
        self.energy = self._network.step(before_relu)[:, 0]
        length = period / rows.ratio
        self.energy[(length < _LENGTHS_S[0]) | (length > _LENGTHS_S[1])] = -30
        self._heard.append((chord, position, time))

    def _echoes(
        self, chord: Chord | None, position: float, period: float
    ) -> tuple[Floats, Floats]:
        earlier = [(c.classes, c.low, at) for c, at, _ in self._heard if c is not None]
        if chord is None or not earlier:
            return np.zeros_like(self._lags), np.zeros_like(self._lags)
        classes, low, at = (np.array(column) for column in zip(*earlier, strict=True))
        same = likeness(classes, low, chord.classes, chord.low)
        ago = (position - at).astype(np.float32)
        return echo(ago, same, np.float32(period), self._lags)

    def chances(self) -> NDArray[np.float64]:
        """Of each relative to be the true beat; they sum to 1."""
        each = np.exp(self.energy - self.energy.max())
        sums = np.bincount(self.rows.relative, each)
        return np.asarray(sums / sums.sum())

    def bars(self, relative: int) -> tuple[Rows, NDArray[np.float64]]:
        """The rows of one relative and how likely each of their bars is; they sum to 1."""
        own = np.flatnonzero(self.rows.relative == relative)
        each = np.exp(self.energy[own] - self.energy[own].max())
        return self.rows.take(own), np.asarray(each / each.sum())
