"""Strums: a chord whose strings are struck one after the other is one stroke.

Chords of six strings, up and down, by the project's own plucked strings, clean and through the amp
of the ears' bench. *Doubled* are strums that were told as more than one stroke: of their strokes
one follows another within 0.15 s.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from drumd.sound.strings.plucks import ACOUSTIC
from tests.benches.bench_ears import Array, heard, through_amp
from tests.benches.figures import Figure, Options
from tests.support.plucked import plucked

RATE, COUNT, APART_S = 44_100, 32, 0.4
SPREADS_MS = (20, 40, 60, 90)  # from the first string to the last
CHORDS = ((40, 47, 52, 56, 59, 64), (43, 47, 50, 55, 59, 67), (41, 48, 53, 57, 60, 65))
SINGLE_S, NEAR_S = 0.15, 0.05


def run(options: Options) -> Iterator[Figure]:  # noqa: ARG001
    for spread_ms in SPREADS_MS:
        times, samples = strummed(spread_ms / 1e3)
        for name, sound in (("", samples), (", amp", through_amp(samples, RATE))):
            found = np.array([stroke.time for stroke in heard(sound, RATE)[0]])
            missed = np.abs(times[:, None] - found).min(1) > NEAR_S
            doubled = [((found > at - NEAR_S) & (found < at + SINGLE_S)).sum() > 1 for at in times]
            yield Figure(
                f"strums of {spread_ms} ms{name}: missed / doubled of {COUNT}",
                f"{missed.sum()} / {sum(doubled)}",
            )


def strummed(spread_s: float) -> tuple[np.ndarray, Array]:
    """When strums begin, and their sound."""
    rng = np.random.default_rng(0)
    times = 0.5 + APART_S * np.arange(COUNT) + rng.normal(0, 0.01, COUNT)
    notes = [
        (at + spread_s * string / 5, pitch, int(rng.normal(80, 12)), APART_S - spread_s)
        for k, at in enumerate(times)
        for string, pitch in enumerate(CHORDS[k // 8 % 3][:: (1, -1)[k % 2]])
    ]
    return times, plucked(notes, times[-1] + 1, RATE, ACOUSTIC)
