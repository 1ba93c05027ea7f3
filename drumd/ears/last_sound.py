"""The last ten minutes of what came in, in memory until somebody wants a part of it as a file.

A ring of 16-bit samples of one channel: at 48 kHz 59 MB, which the system gives as it fills. `add`
belongs to the thread that hears and copies, no more; `save` runs on another one and hurries nobody.
Where blocks were lost there is silence, and the sound card's clock is drawn to the daemon's, so
that a file lies on the tempo map of the MIDI file beside it from end to end.
"""

from __future__ import annotations

import time
import wave
from collections import deque
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from drumd.ears.sources.base import Block, Samples
from engine.storage.atomic import new_file

MEMORY_S = 600.0
SPARE_S = 10.0  # may be lost while a file is written
MARK_S = 1.0  # how closely it is known when a sample sounded
GAP_S = 0.01  # what is missing of the stream if a block comes so late
PAUSE_S = 0.005  # between two seconds of a file: the ears come first
FULL = np.float32(32_767)


class LastSound:
    """Keeps what was heard."""

    def __init__(self, rate: int, memory_s: float = MEMORY_S + SPARE_S) -> None:
        self._rate = rate
        self._ring = np.zeros(int(rate * memory_s), np.int16)
        self._count = 0  # samples so far
        self._marks = deque[tuple[int, float]]()  # the number of a sample, and its moment
        self._newest = (0, 0.0)  # the same of the last block

    def add(self, block: Block) -> None:
        """Remember a block."""
        if self._marks:
            number, moment = self._newest
            missing = block.time - moment - (self._count - number) / self._rate
            if missing > GAP_S:
                self._skip(round(missing * self._rate))
        self._newest = (self._count, block.time)
        if not self._marks or self._count >= self._marks[-1][0] + MARK_S * self._rate:
            self._marks.append(self._newest)
            while len(self._marks) > 1 and self._marks[1][0] <= self._count - len(self._ring):
                self._marks.popleft()
        self._put(np.rint(np.clip(block.samples, -1, 1) * FULL).astype(np.int16))

    def save(self, path: Path, start: float, end: float) -> bool:
        """Write what sounded between two moments; False, and no file, if nothing is known of it."""
        (number, moment), count = self._newest, self._count
        marks = [*(mark for mark in list(self._marks) if mark[0] < number), (number, moment)]
        marks.append((count, moment + (count - number) / self._rate))
        if not count:
            return False
        numbers, moments = np.array(marks, np.float64).T
        end = min(end, moments[-1])
        if end <= max(start, moments[0]):
            return False
        known = max(start, moments[0])
        place = np.interp(known, moments, numbers) - (known - start) * self._rate
        start += float(np.rint(place) - place) / self._rate  # on a sample: most stay as they were
        with new_file(path) as beside, wave.open(str(beside), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(self._rate)
            frames = round((end - start) * self._rate)
            for first in range(0, frames, self._rate):
                at = start + np.arange(first, min(first + self._rate, frames)) / self._rate
                samples = self._between(np.interp(at, moments, numbers)) * (at >= moments[0])
                file.writeframesraw(np.rint(np.clip(samples, -FULL, FULL)).astype("<i2").tobytes())
                time.sleep(PAUSE_S)
        return True

    def _between(self, places: NDArray[np.float64]) -> Samples:
        """The sound at places between samples, by the cubic through the four around each."""
        whole = np.floor(places).astype(np.int64)
        part = (places - whole).astype(np.float32)
        a, b, c, d = (
            self._ring[(whole + k) % len(self._ring)].astype(np.float32) for k in range(-1, 3)
        )
        slope, next_slope = (c - a) / 2, (d - b) / 2
        bend, turn = 3 * (c - b) - 2 * slope - next_slope, 2 * (b - c) + slope + next_slope
        return np.asarray(b + part * (slope + part * (bend + part * turn)), np.float32)

    def _skip(self, frames: int) -> None:
        self._put(np.zeros(min(frames, len(self._ring)), np.int16))
        self._count += max(0, frames - len(self._ring))

    def _put(self, samples: NDArray[np.int16]) -> None:
        at = self._count % len(self._ring)
        fits = len(self._ring) - at
        self._ring[at : at + len(samples)] = samples[:fits]
        self._ring[: max(0, len(samples) - fits)] = samples[fits:]
        self._count += len(samples)
