"""Keeps in the recording how the jam went, for `drumd report`. Belongs to the main thread."""

from __future__ import annotations

from drumd.recording.moment import Moment
from drumd.recording.recorder import Recorder
from drumd.timing.musical import MusicalClock

EVERY_S = 1.0


class Diary:
    """Gathers the lateness of hits and writes a moment once a second."""

    def __init__(self, recorder: Recorder, musical: MusicalClock) -> None:
        self._recorder, self._musical = recorder, musical
        self._late_ms: list[float] = []
        self._clock = ""  # as written last
        self._write_at = float("-inf")

    def hit(self, late_s: float) -> None:
        self._late_ms.append(round(late_s * 1e3, 3))

    def step(self, now: float) -> None:
        """Write once a second, and when another source leads."""
        if now >= self._write_at or self._leads() != self._clock:
            self.write(now)

    def write(self, now: float) -> None:
        """Write what there is to tell."""
        self._write_at = now + EVERY_S
        self._clock, sure = self._leads(), round(self._musical.confidence, 3)
        moment = Moment(self._clock, sure, tuple(self._late_ms))
        self._late_ms.clear()
        self._recorder.tell(now, moment.to_text())

    def _leads(self) -> str:
        return self._musical.source if self._musical.rolling else "none"
