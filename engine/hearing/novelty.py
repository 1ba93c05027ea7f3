"""What is new in each frame of the spectrum, against how loud the player has been."""

from __future__ import annotations

from collections import deque

import numpy as np

from engine.hearing.own_strokes import OwnStrokes
from engine.hearing.spectra import Floats

LAG = 3  # frames between which spectra are compared
LEVEL_UP, LEVEL_S = 0.25, 8.0  # loudness: the share that a louder frame has, and how it falls
FLOOR = 1e-4  # amplitude; quieter than this is silence


class Novelty:
    """Hears frames of bands, one by one."""

    def __init__(self, frame_s: float) -> None:
        self.loud = 0.0  # the mean of the bands of the last frame, without what was ours
        self.relative = np.zeros(0, np.float32)  # they themselves, against the player's loudness
        self.ours = False  # whether something of the last frame was ours
        self._own = OwnStrokes(frame_s)
        self._fall = frame_s / LEVEL_S
        self._before = deque[Floats](maxlen=LAG)
        self._level = FLOOR

    def strike(self, time: float, key: int, velocity: int) -> None:
        """A drum of ours sounds at `time`, seconds of the stream; told before that is heard."""
        self._own.strike(time, key, velocity)

    def hear(self, bands: Floats) -> Floats:
        """What is new in the frame, band by band, of which our own strokes are left out."""
        before = self._before[0] if len(self._before) == LAG else bands
        others = self._own.left_out(bands, before)
        self.ours = bool((others < bands).any())
        self.relative = np.log1p(others / self._level)
        new = self.relative - np.log1p(before / self._level)
        self._before.append(bands)
        self.loud = float(others.mean())
        share = LEVEL_UP if self.loud > self._level else self._fall
        self._level = max(FLOOR, self._level + share * (self.loud - self._level))
        return np.asarray(np.maximum(new, 0), np.float32)
