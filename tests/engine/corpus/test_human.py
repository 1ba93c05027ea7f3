"""Which drums a human played, by their micro-timing."""

import numpy as np
import pytest

from engine.corpus.human import is_human

BPM = np.full(400, 120.0)


def offsets(*places):
    return np.resize(np.array(places), 400)


@pytest.mark.parametrize(
    "offset",
    [
        offsets(0.0),
        offsets(0.04),  # all of them late by as much
        offsets(0.0, 0.0, -1 / 12, 1 / 8, 1 / 24),  # thirty-seconds and sextuplets
        offsets(0.0, 0.03),  # every other sixteenth behind: a swing template
        offsets(*np.linspace(-0.002, 0.002, 40)),  # uneven by a millisecond
        np.zeros(0),
    ],
)
def test_machines_are_told(offset):
    assert not is_human(offset, BPM[: len(offset)])


@pytest.mark.parametrize("spread_ms", [6.0, 12.0, 20.0])
@pytest.mark.parametrize("late", [0.0, 0.02])
def test_a_human_is_told_whether_or_not_late_on_the_whole(spread_ms, late):
    rng = np.random.default_rng(1)
    offset = late + rng.normal(0, spread_ms * 120 / 60_000, 400)
    assert is_human(np.clip(offset, -0.125, 0.125), BPM)


def test_a_millisecond_counts_as_one_at_every_tempo():
    offset = np.random.default_rng(1).normal(0, 0.01, 400)  # beats
    assert is_human(offset, BPM)
    assert not is_human(offset, BPM * 4)
