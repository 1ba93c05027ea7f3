"""Mixes sounds that begin on given frames into blocks of stereo.

A mixer belongs to one thread. What it is told may come in any order, as long as it comes before
its frame is mixed; what comes after begins at once and is counted. Nothing here waits or locks.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Hashable
from dataclasses import dataclass, field
from itertools import count

import numpy as np
from numpy.typing import NDArray

from drumd.sound.synthesis.modes import Audio

Gain = np.float32 | NDArray[np.float32]
"""One factor, or one for left and one for right."""
VOLUME = np.float32(1.8)  # with it usual strokes come near full scale and few are limited
MOST_ALIKE = 6  # of one tag that sound at once; the oldest makes room
ROOM_S = 0.05


@dataclass(slots=True)
class Ringing:
    """A sound on its way: it begins on a frame and may be told to fade from another one on."""

    sound: Audio  # (frames, 2), or (frames, 1) where the gain has two sides
    start: int
    gain: Gain
    tag: Hashable = None
    fades_from: int | None = None
    fade: Audio = field(default_factory=lambda: np.ones(0, np.float32))

    @property
    def end(self) -> int:
        """The first frame on which it is silent."""
        whole = self.start + len(self.sound)
        return whole if self.fades_from is None else min(whole, self.fades_from + len(self.fade))

    def fade_from(self, frame: int, fade: Audio) -> None:
        """Let it die away from a frame on, unless it does so already."""
        if self.fades_from is None or frame < self.fades_from:
            self.fades_from, self.fade = max(frame, self.start), fade

    def add_to(self, out: Audio, first: int) -> None:
        """Add what of it falls into a block that begins on frame `first`."""
        begin, end = max(self.start, first), min(self.end, first + len(out))
        if end <= begin:
            return
        part = self.gain * self.sound[begin - self.start : end - self.start]
        if self.fades_from is not None and end > self.fades_from:
            since = max(0, begin - self.fades_from)
            shape = self.fade[since : end - self.fades_from]
            part[len(part) - len(shape) :] *= shape[:, None]
        out[begin - first : end - first] += part


class Mixer:
    """Sounds in, blocks out."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.frame = 0  # the first of the next block
        self.late = 0  # sounds that came after their frame had been mixed
        self._coming: list[tuple[int, int, Ringing, frozenset[Hashable], Audio]] = []
        self._ringing: list[Ringing] = []
        self._order = count()
        self._room = fade_out(ROOM_S, rate)

    @property
    def silent(self) -> bool:
        """Whether nothing sounds or is to come."""
        return not self._coming and not self._ringing

    def add(
        self, ringing: Ringing, *, stops: Collection[Hashable] = (), fade: Audio | None = None
    ) -> None:
        """Let a sound begin; those with the tags in `stops` that began before it fade then."""
        if ringing.start < self.frame:
            self.late += 1
            ringing.start = self.frame
        curve = self._room if fade is None else fade
        entry = (ringing.start, next(self._order), ringing, frozenset(stops), curve)
        heapq.heappush(self._coming, entry)

    def block(self, frames: int) -> Audio:
        """The next block: (frames, 2)."""
        out = np.zeros((frames, 2), np.float32)
        while self._coming and self._coming[0][0] < self.frame + frames:
            start, _, ringing, stops, curve = heapq.heappop(self._coming)
            self._make_way(start, ringing.tag, stops, curve)
            self._ringing.append(ringing)
        for ringing in self._ringing:
            ringing.add_to(out, self.frame)
        self.frame += frames
        self._ringing = [ringing for ringing in self._ringing if ringing.end > self.frame]
        return out

    def stop_all(self) -> None:
        """Forget what is to come, and let what sounds die away."""
        self._coming.clear()
        for ringing in self._ringing:
            ringing.fade_from(self.frame, self._room)

    def _make_way(
        self, start: int, tag: Hashable, stops: frozenset[Hashable], curve: Audio
    ) -> None:
        for ringing in self._ringing:
            if ringing.tag in stops:
                ringing.fade_from(start, curve)
        alike = [r for r in self._ringing if r.tag == tag and r.fades_from is None]
        if tag is not None and len(alike) >= MOST_ALIKE:
            alike[0].fade_from(start, self._room)


def fade_out(seconds: float, rate: int) -> Audio:
    """A curve from 1 to 0 that falls as a damped body does."""
    turn = np.linspace(0, 1, max(2, int(seconds * rate)), dtype=np.float32)
    return np.asarray((1 - turn) * np.exp(-3 * turn), np.float32)


KNEE = np.float32(0.7)


def limit(block: Audio) -> Audio:
    """The block with what passes the knee bent, so that it stays below full scale."""
    size = np.abs(block)
    if not len(block) or size.max() <= KNEE:
        return block
    over = np.tanh((size - KNEE) / (1 - KNEE)) * (1 - KNEE) * np.float32(0.99)
    return np.where(size > KNEE, np.sign(block) * (KNEE + over), block)
