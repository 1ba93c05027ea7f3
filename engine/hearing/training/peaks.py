"""The peaks of a piece's flux, as the detector meets them, and which of them are strokes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.beats.training.conditions import Array
from engine.hearing.evidence import Evidence
from engine.hearing.onsets import BEGAN_S, OnsetDetector
from engine.hearing.spectra import Floats, Spectra
from engine.hearing.training.pieces import Piece

NEAR_S = 0.05


class Witness(Evidence):
    """Takes no peak for a stroke, and keeps what it was asked to judge."""

    def __init__(self, hz: Floats) -> None:
        super().__init__(hz)
        self.frames, self.seen = list[int](), list[Floats]()
        self._frame = -1

    def hear(self, relative: Floats) -> None:
        super().hear(relative)
        self._frame += 1

    def log_odds(self, height: float, usual: float, before: Sequence[float]) -> float:
        self.frames.append(self._frame - 1)
        self.seen.append(self.clues(height, usual, before))
        return -np.inf


def peaks_of(piece: Piece) -> tuple[Array, NDArray[np.bool_]]:
    """The clues of each peak, (peaks, weights), and whether it is a stroke, (peaks,). The highest
    near a stroke is; others near it say nothing and are left out."""
    spectra = Spectra(piece.rate)
    witness = Witness(spectra.hz)
    OnsetDetector(piece.rate, evidence=witness).hear(piece.samples)
    clues = np.array(witness.seen, float).reshape(len(witness.seen), -1)
    times = (np.array(witness.frames) + 1) * spectra.hop / piece.rate - BEGAN_S
    struck, near = np.zeros((2, len(times)), bool)
    for stroke in piece.strokes:
        here = np.flatnonzero(np.abs(times - stroke) < NEAR_S)
        near[here] = True
        if len(here):
            struck[here[clues[here, 0].argmax()]] = True
    kept = struck | ~near
    return clues[kept], struck[kept]


def f_measure(piece: Piece, bias: float, weights: Floats) -> float:
    """Of the strokes that a detector hears with these numbers."""
    evidence = Evidence(Spectra(piece.rate).hz, bias, weights)
    heard = [one.time for one in OnsetDetector(piece.rate, evidence=evidence).hear(piece.samples)]
    right = matched(piece.strokes.tolist(), sorted(heard))
    return 2 * right / max(1, len(piece.strokes) + len(heard))


def matched(true: Sequence[float], heard: Sequence[float]) -> int:
    """How many of both, in order of time, pair off one to one within 50 ms."""
    count = i = j = 0
    while i < len(true) and j < len(heard):
        if abs(true[i] - heard[j]) < NEAR_S:
            count, i, j = count + 1, i + 1, j + 1
        elif true[i] < heard[j]:
            i += 1
        else:
            j += 1
    return count
