"""Keeps in the recording how the jam went, for `drumd report`. Belongs to the main thread."""

from __future__ import annotations

from drumd.recorder import Recorder
from drumd.timing.musical import MusicalClock
from engine.moment import Moment

EVERY_S = 1.0


class Diary:
    """Gathers the lateness of hits and writes a moment once a second."""

    def __init__(self, recorder: Recorder, musical: MusicalClock) -> None:
        self._recorder, self._musical = recorder, musical
        self._late_ms: list[float] = []
        self._write_at = float("-inf")

    def hit(self, late_s: float) -> None:
        self._late_ms.append(round(late_s * 1e3, 3))

    def step(self, now: float) -> None:
        if now >= self._write_at:
            self.write(now)

    def write(self, now: float) -> None:
        """Write what there is to tell."""
        self._write_at = now + EVERY_S
        musical = self._musical
        clock = musical.source if musical.rolling else "none"
        moment = Moment(clock, round(musical.confidence, 3), tuple(self._late_ms))
        self._late_ms.clear()
        self._recorder.tell(now, moment.to_text())
