"""Which hits leave JACK on the frame they were meant for; cycles that JACK skips are set apart.

A server that is held up (by the machine: no client is needed for it) leaves out whole cycles.
Frames are the server's own, absolute.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import Any

import mido

from drumd.ports.base import Handed
from drumd.ports.jack.client import JackOutput
from tests.support.jack.harness import PERIOD, JackGuitarist

Struck = tuple[int, int]  # frame, drum


class NotingOutput(JackOutput):
    """Notes the frame and the drum that each hit was meant for, and its seconds."""

    def __init__(self, *args: Any) -> None:
        self.meant: list[Struck] = []
        self.seconds: list[float] = []
        super().__init__(*args)

    def send(self, message: mido.Message, at: float | None = None) -> Handed:
        if message.type == "note_on" and at is not None:
            self.meant.append((self._frames.frame_at(at), message.note))
            self.seconds.append(at)
        return super().send(message, at)


class CycleRecorder(JackGuitarist):
    """Notes which cycles the server ran, and what it heard in them."""

    def __init__(self, *args: Any) -> None:
        self.cycles: list[int] = []
        super().__init__(*args)

    def _process(self, frames: int) -> None:
        self.cycles.append(self._client.last_frame_time)
        super()._process(frames)

    def heard(self) -> list[Struck]:
        """The strokes received."""
        return [
            (self.start_frame + round(seconds * self._rate), data[1])
            for seconds, data in self.received
            if data[0] & 0xF0 == 0x90
        ]

    def ran(self, frame: int) -> bool:
        """Whether there was a cycle with this frame."""
        place = bisect_right(self.cycles, frame)
        return place > 0 and frame < self.cycles[place - 1] + PERIOD


@dataclass(frozen=True)
class ExactResult:
    """How the hits of a run came out."""

    meant: int
    off: list[Struck]  # not heard on their frame, though JACK ran that cycle
    skipped: list[Struck]  # JACK did not run the cycle

    @classmethod
    def of(cls, meant: list[Struck], recorder: CycleRecorder) -> ExactResult:
        lost = list((Counter(meant) - Counter(recorder.heard())).elements())
        off = [hit for hit in lost if recorder.ran(hit[0])]
        return cls(len(meant), off, [hit for hit in lost if not recorder.ran(hit[0])])
