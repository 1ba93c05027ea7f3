"""What our own drums put into the microphone, so that it is not taken for the guitar.

When each of our strokes sounded is known, and on which key. What a key adds to the spectrum is
learnt while we play: of the last strokes on it the quieter ones, band by band, for in some of them
the guitar sounded too. So the kit, the room and the level do not matter, and a stroke of the
guitar's that falls on one of ours stands out by what it has more. How late they arrive, by way of
a sound card and the air, is learnt as well.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from engine.hearing.spectra import Floats

FRAMES = 12  # around a stroke in which it adds something new
EARLY = 4  # of them before it
SHOWS, EXACT = 0.8, 1.0  # frames after it in which it shows most, and how near that is exact
MEMORY = 16  # strokes on a key that are remembered
KNOWN = 3  # strokes after which a key is known
OFTEN = 0.35  # of them must come exactly, so that they are learnt from
ALL, MOSTLY = 64, 0.4  # and of so many strokes on all keys, else we are not heard at all
SHARE = 0.35  # of its strokes, band by band, that add less than what is expected of it
OVER = 2.0  # so many times what is expected is left out
EXPONENT = 1.5  # of the velocity in the loudness
LATEST_S = 0.3  # the latest that a stroke arrives
TELLING, AGAIN = 48, 16  # strokes that tell how late they arrive; asked again after so many
ALWAYS = 0.3  # of the strokes may add less than what counts: a guitar is not there each time
FIRST = 0.7  # of the most that is new: the first that is so much is the stroke
CLEARLY = 1.3  # so many times more than where they were thought to arrive


@dataclass(slots=True)
class _Ringing:
    """One stroke: which, when in frames, how loud, and what was new in each frame since."""

    key: int
    at: float
    gain: float
    rises: list[Floats] = field(default_factory=list)  # against LAG frames before
    steps: list[float] = field(default_factory=list)  # against one frame before, in all


class OwnStrokes:
    """Told each stroke before its sound is heard; then hears frame by frame."""

    def __init__(self, frame_s: float) -> None:
        self._frame_s = frame_s
        self._frame = 0
        self._last = np.zeros(0, np.float32)
        self._arrival = Arrival(round(LATEST_S / frame_s))
        self._coming = deque[_Ringing]()
        self._ringing: list[_Ringing] = []
        self._exact: dict[int, deque[bool]] = {}  # key: whether its strokes came to the frame
        self._all = deque[bool](maxlen=ALL)  # the same of the last ones on any key
        self._kept: dict[int, deque[Floats]] = {}  # key: what those added that did
        self._adds: dict[int, Floats] = {}  # key: (FRAMES + 1, bands), of a stroke of gain 1

    def strike(self, time: float, key: int, velocity: int) -> None:
        """We strike at `time`, seconds of the stream."""
        gain, at = max(0.05, (velocity / 127) ** EXPONENT), time / self._frame_s
        self._arrival.strike(at)
        self._coming.append(_Ringing(key, at + self._arrival.late - EARLY, gain))

    def left_out(self, bands: Floats, before: Floats) -> Floats:
        """The next frame, (bands,), without what our strokes have added to the one `before`."""
        self._frame += 1
        last = self._last if len(self._last) else bands
        step = float(np.maximum(bands - last, 0).sum())
        self._last = bands
        if self._arrival.hear(self._frame, step):
            self._forget()
        while self._coming and self._coming[0].at < self._frame:
            one = self._coming.popleft()
            self._ringing.append(one)
            missed = min(self._frame - 1 - int(one.at), FRAMES)  # before it was told
            one.rises += missed * [np.zeros_like(bands)]
            one.steps += missed * [0.0]
        if not self._ringing:
            return bands
        rise = np.maximum(bands - before, 0)
        parts = [self._part(one) for one in self._ringing]
        whole = np.zeros_like(bands) + sum(parts)
        self._learn(rise, step, parts, whole)
        return np.maximum(bands - OVER * whole, np.minimum(bands, before))

    def _learn(self, rise: Floats, step: float, parts: list[Floats], whole: Floats) -> None:
        for one, part in zip(self._ringing, parts, strict=True):
            alone = np.maximum(rise - (whole - part), 0) / one.gain
            one.rises.append(np.asarray(alone, np.float32))
            one.steps.append(step)
        for one in [one for one in self._ringing if len(one.rises) > FRAMES]:
            self._ringing.remove(one)
            self._keep(one)

    def _part(self, one: _Ringing) -> Floats:
        """What a stroke adds to this frame, between what it adds two whole frames after it."""
        adds = self._adds.get(one.key)
        if adds is None:
            return np.zeros(1, np.float32)
        whole, part = divmod(min(self._frame - one.at, FRAMES - 1e-3), 1.0)
        mixed = (1 - part) * adds[int(whole)] + part * adds[int(whole) + 1]
        return np.asarray(one.gain * mixed, np.float32)

    def _keep(self, one: _Ringing) -> None:
        """Remember a stroke, by whole frames after it, if it came when it should: no hand is so
        exact, so that what shows then is ours."""
        part = (-one.at) % 1.0  # frames after it at which the first was heard
        shown = int(np.argmax(one.steps)) + part - EARLY
        exact = self._exact.setdefault(one.key, deque(maxlen=MEMORY))
        exact.append(abs(shown - SHOWS) <= EXACT)
        self._all.append(exact[-1])
        kept = self._kept.setdefault(one.key, deque(maxlen=MEMORY))
        if exact[-1]:
            rises = np.stack([np.zeros_like(one.rises[0]), *one.rises])
            whole = part * rises[:-1] + (1 - part) * rises[1:]
            kept.append(np.asarray(whole, np.float32))
        self._adds.pop(one.key, None)
        enough = sum(exact) >= max(KNOWN, OFTEN * len(exact))
        if enough and sum(self._all) >= MOSTLY * len(self._all):
            adds = np.quantile(np.stack(kept), SHARE, axis=0)
            self._adds[one.key] = np.asarray(adds, np.float32)

    def _forget(self) -> None:
        """They arrive at another time than was thought: what was learnt is wrong."""
        for one in (self._kept, self._exact, self._all, self._adds, self._ringing, self._coming):
            one.clear()


class Arrival:
    """How late our strokes are heard: where, after nearly all of them, most is new."""

    def __init__(self, longest: int) -> None:
        """`longest` is the latest, in frames."""
        self.late = 0  # frames
        self._longest = longest
        self._new = deque[float](maxlen=2 * longest)  # in the last frames
        self._struck = deque[float]()
        self._after = deque[Floats](maxlen=TELLING)  # what was new after a stroke, by frames
        self._count = 0

    def strike(self, at: float) -> None:
        self._struck.append(at)

    def hear(self, frame: int, new: float) -> bool:
        """Take in how much is new in a frame; whether strokes are now known to arrive elsewhere."""
        self._new.append(new)
        moved = False
        while self._struck and self._struck[0] + self._longest < frame:
            first = len(self._new) - (frame - int(self._struck.popleft()))
            if first >= 0:
                heard = list(self._new)[first : first + self._longest]
                self._after.append(np.array(heard, np.float32))
                self._count += 1
                moved |= self._count % AGAIN == 0 and self._has_moved()
        return moved

    def _has_moved(self) -> bool:
        added = np.quantile(np.stack(self._after), ALWAYS, axis=0)
        best = int(np.argmax(added >= FIRST * added.max()))  # and not the stroke after it
        known = slice(max(0, self.late - 1), self.late + 3)
        if abs(best - self.late) <= 1 or added.max() < CLEARLY * added[known].max():
            return False
        self.late = max(0, best)
        return True
