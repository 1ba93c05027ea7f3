"""What the numbers in and out of a bundle's network stand for, which its version tells.

Bundles of the first kit play ten voices, any set of which may be struck together, remember two bars
and know no grooves. They play on as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.encoding.combinations import STRUCK
from engine.encoding.features import AGO, GRID_CHANNELS, PLACES, Floats, conditions
from engine.inference.bundle import FIRST_VOICES, Bundle
from engine.music.kit import VOICES


@dataclass(frozen=True, slots=True)
class Layout:
    """Voices, what may be struck together, and which own bars are remembered."""

    voices: int
    struck: Floats  # (C, voices) of 0 and 1
    ago: tuple[int, ...]  # bars back
    grooves: bool  # whether it can be told a groove, and where in phrase and song it is

    @property
    def hits(self) -> int:
        """Numbers that tell one step."""
        return self.voices * GRID_CHANNELS

    @property
    def past_bars(self) -> int:
        return max(self.ago)

    def of_grid(self, grid: Floats) -> Floats:
        """The voices of a drum grid (..., V, 3) that the network knows."""
        return grid[..., : self.voices, :]

    def conditions(
        self, heard: Floats, bpm: Floats, bar_beats: float, wanted: Floats, placed: Floats
    ) -> Floats:
        """As `engine.encoding.features.conditions`, as far as the network knows them."""
        told = conditions(heard, bpm, bar_beats, wanted, placed)
        return told if self.grooves else told[..., :-PLACES]


def layout_of(bundle: Bundle) -> Layout:
    return FIRST if bundle.is_first_kit else TODAY


TODAY = Layout(VOICES, STRUCK, AGO, grooves=True)
FIRST = Layout(
    FIRST_VOICES,
    (np.arange(2**FIRST_VOICES)[:, None] >> np.arange(FIRST_VOICES) & 1).astype(np.float32),
    (1, 2),
    grooves=False,
)
