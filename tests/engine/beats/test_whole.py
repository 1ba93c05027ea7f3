"""The beats of a whole recording: from its first bar on, by what came before and after."""

import numpy as np
import pytest

from engine.beats.whole import find_beats
from tests.support.strums import strummed

BEAT_S = 0.6  # of strummed()


def test_a_strum_has_its_beats_from_the_first_bar_to_the_end():
    found = find_beats(strummed(16))
    assert found is not None and found.metre == 4
    places = (found.times - 1.0) / BEAT_S
    assert np.abs(places - np.round(places)).max() < 0.08
    assert np.diff(found.times) == pytest.approx(BEAT_S, abs=0.04)
    assert np.round((found.ones - 1.0) / BEAT_S).tolist() == [4 * k for k in range(len(found.ones))]
    assert found.times[-1] > strummed(16)[-1][0]


def test_a_dotted_pattern_is_not_doubled_or_halved():
    beat_s = 0.517
    places = [4 * bar + place for bar in range(24) for place in (0, 0.75, 1.25, 2, 2.75, 3.25)]
    found = find_beats([(1.0 + beat_s * p, 40 + up, 80) for p in places for up in (0, 12, 16, 19)])
    assert found is not None
    assert np.median(np.diff(found.times)) == pytest.approx(beat_s, rel=0.02)


@pytest.mark.parametrize(
    ("gap_s", "line"),
    [(0.25, (47, 45, 47, 52, 47, 40, 47, 52)), (0.5, (47, 52, 47, 40))],
    ids=["eighths: else a quarter of a beat off", "quarters: else a bar line on four"],
)
def test_a_line_that_does_not_tell_its_bar_begins_one(gap_s, line):
    found = find_beats([(1.0 + gap_s * k, line[k % len(line)], 80) for k in range(64)], bpm=120)
    assert found is not None and found.metre == 4
    assert np.abs(found.ones - 1.0).min() < 0.05


def test_a_beat_that_is_lost_for_a_while_is_bridged():
    kept = [onset for onset in strummed(24) if not 14 < onset[0] < 24]
    found = find_beats(kept, bpm=104)
    assert found is not None
    places = (found.times - 1.0) / BEAT_S
    assert np.abs(places - np.round(places)).max() < 0.12


def test_a_metre_that_is_told_holds():
    found = find_beats(strummed(12), metre=2)
    assert found is not None and found.metre == 2 and len(found.ones) == (len(found.times) + 1) // 2


@pytest.mark.parametrize("off", [0, 1, 3.5])
def test_a_bar_that_is_told_to_begin_at_a_moment_does(off):
    told = 1.0 + (16 + off) * BEAT_S + 0.04
    found = find_beats(strummed(12), one=told)
    assert found is not None
    assert np.abs(found.ones - told).min() < 0.2 * BEAT_S


def test_a_bar_may_be_told_that_begins_before_anything_is_played():
    found = find_beats(strummed(12), one=1.0 - 3 * BEAT_S)
    assert found is not None and found.metre == 4
    assert np.abs((found.ones - 1.0) / BEAT_S % 4 - 1).max() < 0.1


@pytest.mark.parametrize("onsets", [[], strummed(1)[:1], [(1.0, 40, 90)] * 30])
def test_too_little_has_no_beats(onsets):
    assert find_beats(onsets) is None
