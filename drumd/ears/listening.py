"""The ears at work: blocks of sound in, what they tell out.

Strokes are heard on the thread that reads the sound and told at once. The network that hears
pitches takes some 40 ms for each look, so it has a thread of its own, which waits for nobody.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import deque
from collections.abc import Callable

import numpy as np

from drumd.ears.sources.base import Block, Samples
from drumd.ears.told import Kind, Told
from engine.hearing.notes import Muted, NoteBegins, NoteEnds, NoteFinder
from engine.hearing.onsets import OnsetDetector, Stroke
from engine.hearing.pitches import RATE
from engine.hearing.resampling import Resampler

KEPT_BLOCKS = 4_000  # whose moments are remembered: some 20 s
WAIT_S = 0.02
LAST_S = 10.0  # the longest that the end waits for the last notes

Tell = Callable[[Told], None]


class Ears:
    """Hears blocks on one thread; `tell` is called from that one and from the pitches' own."""

    def __init__(
        self, rate: int, tell: Tell, *, gain_db: float = 0.0, gate_db: float | None = None
    ) -> None:
        self._rate, self._tell = rate, tell
        self._gain = np.float32(10 ** (gain_db / 20))
        gate = 0.0 if gate_db is None else 10 ** (gate_db / 20)
        self._detector = OnsetDetector(rate, gate=gate)
        self._moments = Moments(rate)
        self._pitches = PitchThread(rate, self._tell, self._moments)

    def hear(self, block: Block) -> None:
        self._moments.add(block.time, len(block.samples))
        samples = block.samples * self._gain
        strokes = self._detector.hear(samples)
        for stroke in strokes:
            self._tell(Told(Kind.STRUCK, self._moments.of(stroke.time), 0, stroke.velocity))
        if (damped := self._detector.damped) is not None:
            self._tell(Told(Kind.DAMPED, self._moments.of(damped)))
        self._pitches.put(samples, strokes)

    def drum(self, time: float, key: int, velocity: int) -> None:
        """A drum of ours sounds at `time` on the clock: that is not the guitar."""
        seconds = self._moments.seconds_of(time)
        if seconds is not None:
            self._detector.strike(seconds, key, velocity)

    def close(self) -> None:
        """Tell what is known to the end of what was heard."""
        self._pitches.close()


class Moments:
    """Turns seconds of the stream into moments on the clock; blocks may be missing."""

    def __init__(self, rate: int) -> None:
        self._rate, self._count = rate, 0
        self._blocks: deque[tuple[float, float]] = deque(maxlen=KEPT_BLOCKS)  # stream s, clock s

    def add(self, time: float, frames: int) -> None:
        self._blocks.append((self._count / self._rate, time))
        self._count += frames

    def of(self, seconds: float) -> float:
        blocks = list(self._blocks)
        place = max(0, bisect_right(blocks, (seconds, float("inf"))) - 1)
        start, time = blocks[place]
        return time + seconds - start

    def seconds_of(self, time: float) -> float | None:
        """A moment that is to come, in seconds of the stream; None before there is any."""
        if not self._blocks:
            return None
        start, last = self._blocks[-1]
        return start + time - last


class PitchThread:
    """Looks for notes whenever that is due."""

    def __init__(self, rate: int, tell: Tell, moments: Moments) -> None:
        self._finder, self._resampler = NoteFinder(), Resampler(rate, RATE)
        self._tell, self._moments = tell, moments
        self._new: deque[tuple[Samples, list[Stroke]]] = deque()
        self._ending = False
        self._came = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pitches", daemon=True)
        self._thread.start()

    def put(self, samples: Samples, strokes: list[Stroke]) -> None:
        self._new.append((samples, strokes))
        self._came.set()

    def close(self) -> None:
        self._ending = True
        self._came.set()
        self._thread.join(LAST_S)

    def _run(self) -> None:
        while not self._ending or self._new:
            self._came.wait(WAIT_S)
            self._came.clear()
            while self._new:
                samples, strokes = self._new.popleft()
                self._finder.hear(self._resampler.hear(samples))
                for stroke in strokes:
                    self._finder.strike(stroke)
                if self._finder.overdue or (self._finder.due and not self._new):
                    self._look()

    def _look(self) -> None:
        for event in self._finder.look():
            at = self._moments.of(event.time)
            match event:
                case NoteBegins():
                    self._tell(Told(Kind.NOTE_ON, at, event.pitch, event.velocity))
                case Muted():
                    self._tell(Told(Kind.MUTED, at, event.pitch, event.velocity))
                case NoteEnds():
                    self._tell(Told(Kind.NOTE_OFF, at, event.pitch))
