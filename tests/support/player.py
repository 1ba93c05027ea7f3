"""A guitarist for tests: a groove with a clear beat, by hand or like a machine."""

from collections.abc import Callable
from random import Random

import mido

Timed = tuple[float, mido.Message]
BAR = (
    (0, (40, 52)),
    (1, (55, 59, 64)),
    (1.5, (59,)),
    (2, (45, 52)),
    (3, (55, 59, 64)),
    (3.5, (62,)),
)


def note(time: float, pitch: int, velocity: int = 90, length: float = 0.2) -> list[Timed]:
    return [
        (time, mido.Message("note_on", note=pitch, velocity=velocity)),
        (time + length, mido.Message("note_off", note=pitch)),
    ]


def groove(
    time_of: Callable[[float], float], first: float, last: float, *, jitter: float = 0.0
) -> list[Timed]:
    """Four beats a bar, from beat `first` up to `last`; `time_of` says when a beat is."""
    hand, events = Random(3), list[Timed]()
    for bar in range(int(first // 4), int(last // 4) + 1):
        for place, pitches in BAR:
            beat = 4 * bar + place
            if first <= beat < last:
                time = time_of(beat) + hand.gauss(0, jitter)
                loud = 100 if place in (0, 2) else 75
                for pitch in pitches:
                    events += note(time, pitch, loud)
    return sorted(events, key=lambda timed: timed[0])


def steady(bpm: float, start: float = 1.0) -> Callable[[float], float]:
    """Beats at an even tempo from `start` seconds on."""
    return lambda beat: start + beat * 60 / bpm


def taps(times: list[float], pitch: int = 40) -> list[Timed]:
    """Short strokes on a muted string."""
    return [message for time in times for message in note(time, pitch, 60, 0.04)]


def host(bpm: float, first: float, beats: float, *, stop: bool = True) -> list[Timed]:
    """A host that starts at `first` seconds, plays so many beats, and stops or vanishes."""
    step = 60 / bpm / 24
    count = round(beats * 24)
    events = [(first, mido.Message("start"))]
    events += [(first + tick * step, mido.Message("clock")) for tick in range(count)]
    return [*events, (first + count * step, mido.Message("stop"))] if stop else events


class Session:
    """A musical clock that is fed events, looked at every 4 ms."""

    def __init__(self, clock) -> None:
        self.clock = clock
        self.now = 0.0
        self.track: list[tuple[float, float, int]] = []  # seconds, beat, jumps while it rolls

    def play(self, events: list[Timed], until: float) -> "Session":
        waiting = sorted(events, key=lambda timed: timed[0])
        while self.now < until:
            self.now += 0.004
            while waiting and waiting[0][0] <= self.now:
                self.clock.hear(*waiting.pop(0))
            self.clock.tick(self.now)
            if self.clock.rolling:
                self.track.append(
                    (self.now, self.clock.timeline.beat_at(self.now), self.clock.jumps)
                )
        return self

    def steps(self) -> list[float]:
        """How many beats go by from look to look, jumps left out."""
        pairs = zip(self.track, self.track[1:], strict=False)
        return [b[1] - a[1] for a, b in pairs if a[2] == b[2] and b[0] - a[0] < 0.005]

    def off(self, time_of: Callable[[float], float], since: float) -> float:
        """The farthest that the clock's pulse was off the player's, in seconds, since then."""
        beat_s = time_of(1) - time_of(0)
        offs = [
            abs(((time - time_of(0)) / beat_s - beat + 0.5) % 1 - 0.5) * beat_s
            for time, beat, _ in self.track
            if time >= since
        ]
        return max(offs)
