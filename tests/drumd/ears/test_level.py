"""The meter of an audio input."""

from __future__ import annotations

import numpy as np
import pytest

from drumd.ears.level import EVERY_S, HELD_S, LevelMeter
from drumd.ears.sources.base import Block
from drumd.ports.base import Level

BLOCK_S = 0.01


def levels(peaks: list[float]) -> list[Level]:
    """Of blocks that follow each other."""
    meter = LevelMeter()
    told = (meter.hear(Block(n * BLOCK_S, np.float32([p, -p / 2]))) for n, p in enumerate(peaks))
    return [level for level in told if level]


def test_the_loudest_sample_since_the_last_time_is_told() -> None:
    per = round(EVERY_S / BLOCK_S)
    _, first, second = levels([0.1, *[0.1] * (per - 1), 0.25, *[0.1] * per])
    assert (first.peak, second.peak) == (pytest.approx(0.25), pytest.approx(0.1))
    assert first.db == pytest.approx(-12.04, abs=0.01)


def test_that_it_clips_is_shown_for_a_while() -> None:
    told = levels([1.0, *[0.1] * round(2 * HELD_S / BLOCK_S)])
    assert told[0].clips and not told[-1].clips
    assert sum(level.clips for level in told) == pytest.approx(HELD_S / EVERY_S, abs=1)


def test_a_channel_that_clips_is_seen_though_the_others_are_silent() -> None:
    level = LevelMeter().hear(Block(0.0, np.float32([0.5]), peak=1.0))
    assert level and level.clips
