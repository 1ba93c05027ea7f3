"""What every source of sound can do. It belongs to the ears' main thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


class SourceError(Exception):
    """A source that cannot be used; one sentence that says what to do next."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some samples of one channel, and the moment of the first of them (seconds on the clock)."""

    time: float
    samples: Samples = field(repr=False)
    peak: float | None = None  # of the channels before they were mixed; None: of these samples


class SoundSource(Protocol):
    """Gives out what sounds, block by block."""

    @property
    def name(self) -> str: ...

    @property
    def other(self) -> str | None:
        """The other program's port that it is connected with, where there are such."""

    @property
    def rate(self) -> int: ...

    def read(self, patience_s: float) -> Block | None:
        """The next block, or None if none came for so long; EOFError at the end of a file."""

    def lost(self) -> str | None:
        """Why nothing comes any more, or None."""

    def close(self) -> None: ...


def one_channel(frames: Samples, channel: int | None = None) -> Samples:
    """One channel of (frames, channels): the one of that number from 1, or the mean of all."""
    if frames.ndim == 1:
        return frames
    if channel is None:
        return np.asarray(frames.mean(1), np.float32)
    return np.ascontiguousarray(frames[:, min(channel, frames.shape[1]) - 1])
