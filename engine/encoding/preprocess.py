"""What the drummer hears: a window of at most the last 150 notes of one part.

Training and live playing cut their windows with the same function. Times are in beats (quarter
notes) of the song; inside a window they count from the bar that is to be played.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.music.notes import WINDOW_NOTES, Note

MEMORY_BEATS = 32.0  # what lies further back says nothing about the bar to come


@dataclass(frozen=True, slots=True)
class Window:
    """The notes heard before and in the bars to play, oldest first; each array is (notes,)."""

    onset: NDArray[np.float32]  # beats from the start of the bars to play; negative before it
    duration: NDArray[np.float32]  # beats, as far as they were heard
    pitch: NDArray[np.int64]
    velocity: NDArray[np.float32]  # 0..1

    def __len__(self) -> int:
        return len(self.onset)


def window(
    onset: NDArray[np.floating],
    duration: NDArray[np.floating],
    pitch: NDArray[np.integer],
    velocity: NDArray[np.integer],
    *,
    start: float,
    heard_until: float,
) -> Window:
    """The last notes of a part that a drummer knows who plays from beat `start` on.

    The arrays are (notes,) each, sorted by onset. Nothing at or after `heard_until` is let
    through: later onsets are left out and durations end there.
    """
    onset = np.asarray(onset, np.float64)
    end = int(np.searchsorted(onset, heard_until, side="left"))
    oldest = int(np.searchsorted(onset, start - MEMORY_BEATS, side="right"))
    keep = slice(min(end, max(oldest, end - WINDOW_NOTES)), end)
    heard = onset[keep]
    return Window(
        onset=(heard - start).astype(np.float32),
        duration=np.minimum(duration[keep], heard_until - heard).astype(np.float32),
        pitch=np.asarray(pitch[keep], np.int64),
        velocity=np.asarray(velocity[keep], np.float32) / np.float32(127),
    )


def part_window(notes: Sequence[Note], *, start: float, heard_until: float) -> Window:
    """The window of a part that is given as notes, in any order."""
    return part_windows(notes, [(start, heard_until)])[0]


def part_windows(notes: Sequence[Note], asked: Sequence[tuple[float, float]]) -> list[Window]:
    """As `part_window`, for each (start, heard_until)."""
    ordered = sorted(notes)
    part = (
        np.array([note.onset for note in ordered], np.float64),
        np.array([note.duration for note in ordered], np.float64),
        np.array([note.pitch for note in ordered], np.int64),
        np.array([note.velocity for note in ordered], np.int64),
    )
    return [window(*part, start=start, heard_until=until) for start, until in asked]
