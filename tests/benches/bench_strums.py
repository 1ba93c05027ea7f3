"""Strums: a chord whose strings are struck one after the other is one stroke.

Chords of six strings, up and down, by the project's own plucked strings, clean and through the amp
of the ears' bench. *Doubled* are strums that were told as more than one stroke: of their strokes
one follows another within 0.15 s. Of those that are heard: how long after its first string each is
stamped, beside chords whose strings sound at once; the spread that is read (quartiles); the share
whose direction is right.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from drumd.sound.strings.plucks import ACOUSTIC
from engine.hearing.onsets import OnsetDetector
from engine.hearing.strums import Strum, StrumReader
from tests.benches.bench_ears import BLOCK, Array, heard, through_amp
from tests.benches.figures import Figure, Options
from tests.support.plucked import plucked

RATE, COUNT, APART_S = 44_100, 32, 0.4
SPREADS_MS = (0, 20, 40, 60, 90)  # from the first string to the last
CHORDS = ((40, 47, 52, 56, 59, 64), (43, 47, 50, 55, 59, 67), (41, 48, 53, 57, 60, 65))
SINGLE_S, NEAR_S = 0.15, 0.05


def run(options: Options) -> Iterator[Figure]:  # noqa: ARG001
    for spread_ms in SPREADS_MS:
        times, samples = strummed(spread_ms / 1e3)
        for name, sound in (("", samples), (", amp", through_amp(samples, RATE))):
            found = np.array([stroke.time for stroke in heard(sound, RATE)[0]])
            missed = np.abs(times[:, None] - found).min(1) > NEAR_S
            doubled = [((found > at - NEAR_S) & (found < at + SINGLE_S)).sum() > 1 for at in times]
            told = f"strums of {spread_ms} ms{name}"
            yield Figure(f"{told}: missed / doubled of {COUNT}", f"{missed.sum()} / {sum(doubled)}")
            yield from _read(told, times, strums_of(sound), directed=spread_ms > 0)


def _read(told: str, times: np.ndarray, strums: list[Strum], *, directed: bool) -> Iterator[Figure]:
    moments = np.array([strum.time for strum in strums] or [np.inf])
    nearest = np.abs(times[:, None] - moments).argmin(1)
    kept = np.abs(times - moments[nearest]) < SINGLE_S
    if not kept.any():
        return
    read = [strums[place] for place in nearest[kept]]
    low, middle, high = 1e3 * np.quantile([strum.spread for strum in read], (0.25, 0.5, 0.75))
    yield Figure(f"{told}: spread read", f"{middle:.0f} ({low:.0f} to {high:.0f}) ms")
    late = 1e3 * (np.array([strum.time for strum in read]) - times[kept])
    yield Figure(f"{told}: stamped after the first string, p50", f"{np.median(late):.0f} ms")
    if directed:
        down = np.flatnonzero(kept) % 2 == 0
        right = np.mean([strum.down for strum in read] == down)
        yield Figure(f"{told}: direction right", f"{right:.2f}")


def strums_of(samples: Array) -> list[Strum]:
    detector, strums = OnsetDetector(RATE, reader=StrumReader(RATE)), list[Strum]()
    for begin in range(0, len(samples), BLOCK):
        detector.hear(samples[begin : begin + BLOCK])
        strums += detector.strums
    return strums


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
