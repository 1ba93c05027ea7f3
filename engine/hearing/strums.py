"""Strums: how a hand went over the strings, read from the sound some 0.15 s after the stroke.

A stroke is told at once. What is new in the spectrum around it tells later how long the hand took
from its first string to the last, and whether it began with the low ones: a network of one hidden
layer, taught by `engine.hearing.training.learn_strums`. Frames are those of `Spectra`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

import numpy as np

from engine.hearing.spectra import Floats, Spectra

Taught = dict[str, Floats]

EDGES_HZ = tuple(np.geomspace(60, 10_000, 9)[1:-1])  # between eight parts of the spectrum
BEFORE, AFTER = 8, 24  # frames around the stroke's
LONGEST = 20.0  # frames from the first string to the last
TAUGHT_FRAME_S = 256 / 44_100  # of the pieces that the network learned from
ALIKE = 0.1  # how far off from that other frames may be
TINY = 1e-3


@dataclass(frozen=True, slots=True)
class Strum:
    """A stroke, by its time; from its first string to the last, seconds; whether the low strings
    came first."""

    time: float
    spread: float
    down: bool


class StrumReader:
    """Hears frame by frame what is new."""

    def __init__(self, rate: int) -> None:
        """`rate` is that of the samples; where its frames are not as long as those that the network
        was taught by (32 kHz, 16, 8), nothing is read."""
        spectra = Spectra(rate)
        self._parts, self._frame_s = parts_of(spectra.hz), spectra.hop / rate
        self._taught = load() if abs(self._frame_s / TAUGHT_FRAME_S - 1) < ALIKE else None
        self._heard = deque[Floats](maxlen=2 * (BEFORE + AFTER))
        self._frame = 0  # how many were heard
        self._strokes = deque[tuple[int, float]]()  # their frames, and when they were

    def strike(self, frame: int, time: float) -> None:
        """A stroke was told: its frame, of those heard the first is 0, and when it was."""
        if self._taught:
            self._strokes.append((frame, time))

    def hear(self, new: Floats) -> list[Strum]:
        """Take in a frame, (bands,); the strums that are known with it. A stroke that another
        follows before that is none: the other's strings would be taken for its last."""
        self._heard.append(new @ self._parts)
        self._frame += 1
        strums = []
        while self._strokes and self._strokes[0][0] + AFTER <= self._frame:
            frame, time = self._strokes.popleft()
            followed = bool(self._strokes) and self._strokes[0][0] < frame + AFTER
            if frame >= BEFORE and not followed:
                around = list(self._heard)[frame - BEFORE - self._frame :][: BEFORE + AFTER]
                strums.append(self.read(np.array(around, np.float32), time))
        return strums

    def read(self, around: Floats, time: float) -> Strum:
        """From what is new around a stroke, (BEFORE + AFTER, parts)."""
        assert self._taught
        spread, signed = told(self._taught, clues_of(around)).tolist()
        return Strum(time, min(max(spread, 0.0), LONGEST) * self._frame_s, signed >= 0)


def parts_of(hz: Floats) -> Floats:
    """Which bands are in which part, (bands, parts), each of sum 1."""
    within = np.digitize(hz, EDGES_HZ)[:, None] == np.arange(len(EDGES_HZ) + 1)
    return np.asarray(within / np.maximum(1, within.sum(0)), np.float32)


def clues_of(around: Floats) -> Floats:
    """What is new in each frame and part, (BEFORE + AFTER, parts), as the network is told it: each
    against all of it, and each frame; (clues,)."""
    whole = float(around.sum()) + TINY
    shares = np.sqrt(np.concatenate([around.ravel(), around.sum(1)]) / whole)
    return np.append(shares, np.log(whole)).astype(np.float32)


def told(taught: Taught, clues: Floats) -> Floats:
    """By the network, of clues, (..., clues): from the first string to the last, in frames, and the
    same, below 0 if the high ones came first; (..., 2)."""
    hidden = np.maximum(clues @ taught["in"] + taught["in_bias"], 0)
    return np.asarray(hidden @ taught["out"] + taught["out_bias"], np.float32)


def load(path: Traversable | None = None) -> Taught:
    """The network's arrays, of those that ship if no file is named."""
    path = path or files("engine.hearing") / "strum_model.npz"
    with path.open("rb") as file, np.load(file) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays.files}
