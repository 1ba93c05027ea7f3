"""A host that jumps faster than one can loop rattles: that is not played."""

from __future__ import annotations

from collections import deque

TOO_FAST_S = 0.3  # two jumps within that: a loop shorter than an eighth at 200 bpm
TOGETHER_S = 0.045  # jumps so close are one, told in two words: a clock comes between at 56 bpm


class Rattle:
    """Watches the jumps. Times are seconds."""

    def __init__(self) -> None:
        self._landings = deque[float](maxlen=2)  # when jumps ended
        self._rattling = False

    def hear(self, time: float) -> bool:
        """The song has just jumped; whether it does so too fast to be played."""
        if not self._landings or time - self._landings[-1] > TOGETHER_S:
            before = self._landings[0] if len(self._landings) == 2 else float("-inf")
            self._rattling = time - before < TOO_FAST_S
            self._landings.append(time)
        return self._rattling
