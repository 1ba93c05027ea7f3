"""How loud the input is, for a meter. Belongs to the thread that hears."""

from __future__ import annotations

import numpy as np

from drumd.ears.sources.base import Block
from drumd.ports.base import Level

EVERY_S = 0.1
FULL = 0.99  # of full scale: what is louder has been cut off
HELD_S = 2.0  # so long it is shown


class LevelMeter:
    """The loudest moment of each tenth of a second."""

    def __init__(self) -> None:
        self._peak, self._began, self._clipped = 0.0, float("-inf"), float("-inf")

    def hear(self, block: Block) -> Level | None:
        """The level, where it is time to tell it."""
        peak = block.peak if block.peak is not None else float(np.abs(block.samples).max(initial=0))
        self._peak = max(self._peak, peak)
        if peak >= FULL:
            self._clipped = block.time
        if block.time < self._began + EVERY_S:
            return None
        level = Level(self._peak, clips=block.time < self._clipped + HELD_S)
        self._peak, self._began = 0.0, block.time
        return level
