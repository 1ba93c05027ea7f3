"""The bench of jams without a click, on parts that a test can judge."""

import numpy as np
import pytest

from tests.benches.beats.jams import heard, jam, take
from tests.benches.bench_tempo import demo, figures

END_S = 18.0
PART = demo() | {
    "onsets": [onset for onset in demo()["onsets"] if onset[0] < END_S],
    "beats": [beat for beat in demo()["beats"] if beat < END_S],
}


@pytest.mark.parametrize("mode", ["hint", "count-in"])
def test_the_demos_beat_is_found(mode):
    went = jam(take(PART, mode, "clean", 1))
    assert np.median(went.errors) < 0.015 and len(went.locked) > 0.9 * len(went.errors)
    assert went.wait < 5 and 0.9 < went.cover <= 1.1 and len(went.cost) > 20


def test_strokes_off_the_beat_are_found_off_the_beat():
    part = take(PART, "free", "clean", 1)
    late = [(float(time) + 0.1, 36) for time in part.beats[4:-1]]
    went = heard(late, part)
    assert went.errors == pytest.approx(0.1, abs=1e-6) and not len(went.locked)
    assert went.ones == 0 and went.wait == pytest.approx(part.beats[4] + 0.1 - part.first)


def test_a_jam_without_drums_is_counted_and_spoils_no_figure():
    part = take(PART, "free", "clean", 1)
    jams = [heard([], part), heard([(float(time), 36) for time in part.ones], part)]
    told = {figure.name: figure.value for figure in figures("x", jams)}
    assert told["x: parts with drums"] == "1 of 2"
    assert told["x: all strokes off by, p50"] == pytest.approx(0, abs=1e-6)
    assert told["x: share of the ones on a one"] == 1
