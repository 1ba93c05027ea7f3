"""Frames of an audio server and seconds of our clock.

A server counts frames; a cycle's first frame is seen at some moment, always a little late, under
load a lot. The least late sightings tell where the line lies, and the line moves slowly, so that
what is on a grid in seconds is on a grid in frames.
"""

from __future__ import annotations

BLOCK = 32  # cycles, of which the one seen earliest counts
SETTLING = 3  # blocks after which the line moves slowly only
DRIFT = 2e-4  # the most that sound cards are off: seconds in a second
JUMP_S = 2e-3  # a server that stood still goes on from another place
WRAP = 2**32  # JACK's frame counter begins anew there, once a day


class FrameClock:
    """Turns frames into seconds and back.

    `see` belongs to the driver's thread, which does no more here than a little arithmetic; any
    thread may ask. The frames of this class never wrap.
    """

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._offset: float | None = None  # seconds of frame 0
        self._frame = 0
        self._goal = 0.0  # where the offset goes
        self._least = float("inf")  # of the offsets seen in this block
        self._cycles = 0

    @property
    def known(self) -> bool:
        return self._offset is not None

    def see(self, counter: int, now: float) -> int:
        """The server's counter stood at this frame a moment before `now`; the frame, unwrapped."""
        passed = (counter - self._frame) % WRAP
        self._frame += passed
        offset = now - self._frame / self.rate
        self._least = min(self._least, offset)
        self._cycles += 1
        if self._offset is None:
            self._offset = self._goal = offset
        elif self._cycles < SETTLING * BLOCK:
            self._offset = self._goal = min(self._offset, offset)
        else:
            most = DRIFT * passed / self.rate
            self._offset += min(max(self._goal - self._offset, -most), most)
        if self._cycles % BLOCK == 0:
            self._goal, self._least = self._least, float("inf")
            if abs(self._goal - self._offset) > JUMP_S:
                self._offset = self._goal
        return self._frame

    def seconds_of(self, frame: int) -> float:
        return (self._offset or 0.0) + frame / self.rate

    def frame_at(self, seconds: float) -> int:
        """The frame nearest to the moment."""
        return round((seconds - (self._offset or 0.0)) * self.rate)
