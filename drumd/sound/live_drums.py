"""The kit as it is played live: strokes stamped in seconds in, blocks of sound out.

`fill` belongs to the audio driver's thread; `put` may be called by one other thread. Between them
lies a deque, so neither waits for the other.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from drumd.ports.jack.frames import FrameClock
from drumd.sound.drums import Drums
from drumd.sound.kits.kit import Kit
from drumd.sound.mixer import VOLUME, Ringing, limit
from drumd.sound.orders import CANCEL, GUITAR, KIT, KITS, ORDER, SILENCE, STRIKE, Counts
from drumd.sound.synthesis.modes import Audio
from drumd.timing.clock import Clock

LONGEST_GAP = 3  # blocks that a driver's buffer holds


class LiveDrums:
    """Mixes what is struck, each stroke on its frame."""

    def __init__(
        self,
        kit: Kit,
        clock: Clock,
        guitar: Ringing | None = None,
        kits: Mapping[str, Kit] = MappingProxyType({}),
    ) -> None:
        """`guitar` sounds once it is told when; `kits` are those that a program may choose."""
        self.rate = kit.rate
        self._clock = clock
        self._drums, self._guitar, self._kits = Drums(kit), guitar, kits
        self._change: tuple[int, Kit] | None = None  # the kit to come, and its frame
        self._frames = FrameClock(kit.rate)
        self._orders: deque[bytes] = deque()
        self._waiting: list[tuple[int, int, int, int]] = []  # frame, number, key, velocity
        self._cancelled: set[int] = set()
        self._blocks = self._strokes = self._late = self._overruns = self._gaps = 0
        self._longest_s = 0.0
        self._last = float("inf")  # when the last block was asked for

    @property
    def counts(self) -> Counts:
        return Counts(
            self._blocks, self._strokes, self._late, self._overruns, self._longest_s, self._gaps
        )

    @property
    def silent(self) -> bool:
        """Whether nothing sounds or is to come."""
        return not self._orders and not self._waiting and self._drums.mixer.silent

    def put(self, order: bytes) -> None:
        """Take an order (see ORDER); any thread, but one only."""
        self._orders.append(order)

    def fill(self, frames: int) -> Audio:
        """The next block, (frames, 2) within -1..1; the driver's thread."""
        return self.fill_from(self._drums.mixer.frame, frames)

    def fill_from(self, frame: int, frames: int) -> Audio:
        """The block that begins on that frame of the driver's, which may have left some out."""
        began = self._clock.now()
        first = self._frames.see(frame, began)
        self._drums.mixer.frame, skipped = first, first != self._drums.mixer.frame
        while self._orders:
            self._obey(self._orders.popleft())
        if self._change and self._change[0] < first + frames:
            self._drums.kit, self._change = self._change[1], None
        self._strike_due(first, first + frames)
        out = limit(VOLUME * self._drums.block(frames))
        took = self._clock.now() - began
        self._blocks += 1
        self._gaps += (skipped and self._blocks > 1) or (
            began - self._last > LONGEST_GAP * frames / self.rate
        )
        self._last = began
        self._overruns += took > frames / self.rate
        self._longest_s = max(self._longest_s, took)
        return np.ascontiguousarray(out, np.float32)

    def _obey(self, order: bytes) -> None:
        what, number, at, key, velocity = ORDER.unpack(order)
        if what == STRIKE:
            heapq.heappush(self._waiting, (self._frames.frame_at(at), number, key, velocity))
        elif what == CANCEL:
            self._cancelled.add(number)
        elif what == GUITAR and self._guitar:
            self._guitar.start = self._frames.frame_at(at)
            self._drums.mixer.add(self._guitar)
            self._guitar = None
        elif what == KIT and (kit := self._kits.get(KITS[key])):
            self._change = self._frames.frame_at(at), kit
        elif what == SILENCE:
            self._waiting.clear()
            self._drums.mixer.stop_all()

    def _strike_due(self, first: int, end: int) -> None:
        while self._waiting and self._waiting[0][0] < end:
            frame, number, key, velocity = heapq.heappop(self._waiting)
            if number in self._cancelled:
                self._cancelled.discard(number)
                continue
            self._strokes += 1
            self._late += frame < first
            self._drums.strike(key, velocity, max(frame, first))
