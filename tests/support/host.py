"""A pretended host that sends its clock to a musical clock."""

from collections.abc import Callable
from random import Random

import mido

from drumd.timing.musical import MusicalClock
from drumd.timing.sources.midi_clock import HostClock

CLOCK, START, STOP, CONTINUE = (
    mido.Message(name) for name in ("clock", "start", "stop", "continue")
)


def song_position(beat: float) -> mido.Message:
    return mido.Message("songpos", pos=round(beat * 4))


class Host:
    """Plays at a tempo; every message arrives up to `jitter` seconds early or late."""

    def __init__(self, bpm: float = 120.0, *, jitter: float = 0.0, seed: int = 1) -> None:
        self.bpm = bpm
        self.time = 1.0  # when the next clock is due
        self.clock = MusicalClock(HostClock())
        self._jitter, self._chance = jitter, Random(seed)

    @property
    def last(self) -> float:
        """When the last clock was due."""
        return self.time - 60 / self.bpm / 24

    def say(self, message: mido.Message) -> None:
        self.clock.hear(self.time, message)

    def play(self, beats: float, bpm: Callable[[float], float] | None = None) -> None:
        """Send the clocks of so many beats, at a tempo that may depend on the beat."""
        for tick in range(round(beats * 24)):
            if bpm:
                self.bpm = bpm(tick / 24)
            self.clock.hear(self.time + self._chance.uniform(-1, 1) * self._jitter, CLOCK)
            self.time += 60 / self.bpm / 24

    def beat(self, time: float | None = None) -> float:
        """The beat that the musical clock tells."""
        assert self.clock.timeline
        return self.clock.timeline.beat_at(self.last if time is None else time)
