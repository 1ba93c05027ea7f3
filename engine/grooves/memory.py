"""Which part of a song a bar belongs to: A, B, A, as the guitar's riffs come and go.

Bars are compared by where their notes begin and by their basses. A part is remembered as its bars;
a bar that is like one of them belongs to it. What is like none of the parts begins a new one, if it
lasts. Parts are named A, B, C as they come; the player may call one otherwise, or say which comes
next (`call`, `turn_to`). A change can be told a bar before it counts (`turning`), mostly.
"""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase

import numpy as np
from numpy.typing import NDArray

from engine.grooves.heard import HeardBar

ALIKE = 0.62  # of 0..1, from which on a bar belongs to a part
LASTING = 4  # bars that are like no part before they are a new one
RETURNING = 2  # bars that are like another part before it has returned
FROM_ITS_FIRST = 0.9  # how alike the first bar of a part one must be to announce its return
MOST_PARTS = 4
MOST_BARS = 16  # of a part that are remembered
LETTERS = ascii_uppercase
_SEMITONES = 12


class PartMemory:
    """Follows the parts of a song bar by bar."""

    def __init__(self) -> None:
        self.part = 0  # of the bar to come
        self._parts: list[list[_Riff]] = [[]]
        self._names = [LETTERS[0]]
        self._said = 0  # so many bars belong to the part because the player says so
        self._strays: list[_Riff] = []  # the latest bars, while they are not like the part
        self.bars = 0  # of the part so far
        self.begun = 0  # how many of the bars heard last the part began with, if it just did

    def hear(self, bar: HeardBar) -> int:
        """Takes in the next bar; returns the part that the bar after it belongs to."""
        riff, self.begun, self.bars = _Riff(bar), 0, self.bars + 1
        said, self._said = self._said, max(0, self._said - (not riff.silent))
        if riff.silent or said or self._belongs(riff, self.part):
            self._remember(riff, self.part)
            self._strays = []
            return self.part
        self._strays = [*self._strays, riff][-LASTING:]
        other = self._returned()
        if other is not None:
            self._begin(other, self._strays[-RETURNING:])
        elif len(self._strays) == LASTING and len(self._parts) < MOST_PARTS:
            self._begin(self._new_part(self._free_name()), self._strays)
        return self.part

    @property
    def name(self) -> str:
        """What the part of the bar to come is called."""
        return self._names[self.part]

    @property
    def turning(self) -> bool:
        """Whether it looks as if the bar after the one to come were of another part.

        So it does when a riff has nearly lasted, and when the first bar of a part comes back.
        """
        if not self._strays:
            return False
        if len(self._strays) == LASTING - 1 and len(self._parts) < MOST_PARTS:
            return True
        others = (bars for part, bars in enumerate(self._parts) if part != self.part)
        last, known = self._strays[-1], [bars for bars in others if len(bars) >= LASTING]
        return any(last.alike(bars[0]) >= FROM_ITS_FIRST for bars in known)

    def turn_to(self, name: str) -> None:
        """The player says that the bar to come is of this part, whatever its riff."""
        if name == self.name:
            return
        known = name in self._names
        self._turn(self._names.index(name) if known else self._new_part(name))

    def turn_metre(self, part: int | None) -> int:
        """The bar to come is in another metre: of that part, or of a new one; returns it."""
        if part is None and len(self._names) < len(LETTERS):
            part = self._new_part(self._free_name())
        self._turn(self.part if part is None else part)
        return self.part

    def call(self, name: str) -> None:
        """The player calls the part so; another that was called so needs a new name."""
        if name == self.name:
            return
        if name in self._names:
            self._names[self._names.index(name)] = self._free_name()
        self._names[self.part] = name

    def _turn(self, part: int) -> None:
        self.part, self._strays, self._said, self.bars = part, [], LASTING, 0

    def _new_part(self, name: str) -> int:
        self._parts.append([])
        self._names.append(name)
        return len(self._parts) - 1

    def _free_name(self) -> str:
        return next(letter for letter in LETTERS if letter not in self._names)

    def _begin(self, part: int, bars: Sequence[_Riff]) -> None:
        """The part to come is this one, and the bars just heard were of it."""
        self.part, self.begun, self._strays = part, len(bars), []
        self.bars = self.begun
        for bar in bars:
            self._remember(bar, part)

    def _belongs(self, riff: _Riff, part: int) -> bool:
        known = self._parts[part]
        few = len(known) < LASTING  # the first bars of a part make it what it is
        return few or max(riff.alike(one) for one in known) >= ALIKE

    def _returned(self) -> int | None:
        """The part that the last bars are like, if there is one."""
        latest = self._strays[-RETURNING:]
        if len(latest) < RETURNING:
            return None
        for part in range(len(self._parts)):
            if part != self.part and all(self._belongs(one, part) for one in latest):
                return part
        return None

    def _remember(self, riff: _Riff, part: int) -> None:
        if not riff.silent and len(self._parts[part]) < MOST_BARS:
            self._parts[part].append(riff)


def parts_of(bars: Sequence[HeardBar]) -> list[int]:
    """The part of each bar of a song that is known to its end.

    As a `PartMemory` follows them, but a part begins with its first bar, not once it has lasted.
    """
    memory, found = PartMemory(), list[int]()
    for bar in bars:
        found.append(memory.hear(bar))
        if memory.begun:
            found[-memory.begun :] = [memory.part] * memory.begun
    return found


class _Riff:
    """What a bar is remembered by."""

    def __init__(self, bar: HeardBar) -> None:
        count, low = bar.steps[:, 0], bar.steps[:, 2]
        self._onset: NDArray[np.bool_] = count > 0
        self._bass = np.zeros(_SEMITONES)
        np.add.at(self._bass, (128 - low[self._onset].astype(int)) % _SEMITONES, 1.0)
        self._beats = bar.beats
        self.silent = not self._onset.any()

    def alike(self, other: _Riff) -> float:
        """0..1: the F1 of the onsets and the cosine of the basses, half and half."""
        if self._beats != other._beats:
            return 0.0
        both = self._onset.sum() + other._onset.sum()
        onsets = 2 * (self._onset & other._onset).sum() / max(1, both)
        size = float(np.linalg.norm(self._bass) * np.linalg.norm(other._bass))
        basses = float(self._bass @ other._bass) / max(1e-9, size)
        return float(onsets + basses) / 2
