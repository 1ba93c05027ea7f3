"""Strokes laid out on bars, steps and rows."""

import numpy as np
import pytest

from engine.evaluation.hit_metrics import ROWS, roll
from engine.evaluation.measures.drumming import drumming
from engine.music.grid import beat_of
from engine.music.kit import Voice
from engine.music.notes import Hit
from tests.support.made import bars_of, groove, hit, played


def test_a_stroke_is_told_by_bar_step_row_offset_and_velocity():
    drums = played([hit(4.27, Voice.KICK, 127)], bars=2)
    assert (drums.bar[0], drums.step[0], ROWS[drums.row[0]]) == (1, 1, Voice.KICK)
    assert drums.offset[0] == pytest.approx(0.02)
    assert drums.velocity[0] == 1.0
    assert drums.beats() == pytest.approx([4.27])


def test_its_rolls_are_those_of_the_metrics_on_both_grids():
    rng = np.random.default_rng(3)
    steps = rng.permutation(np.arange(-6, 8 * 24 + 6))[:150]
    beats = beat_of(steps) + rng.uniform(-0.04, 0.04, len(steps))
    hits = [hit(float(beat), Voice(int(rng.integers(10)))) for beat in beats]
    bars = bars_of(8)
    drums = drumming(bars, range(8), hits)
    known = [(one.beat, int(one.voice)) for one in hits]
    columns = (*zip(*known, strict=True), [bar.start for bar in bars], [bar.beats for bar in bars])
    assert (drums.roll() == roll(*columns)).all()
    assert (drums.roll(fine=True) == roll(*columns, fine=True)).all()


def test_of_two_strokes_on_one_step_the_louder_stays():
    drums = played([hit(1.0, velocity=40), hit(1.01, velocity=90), hit(1.0, Voice.KICK, 20)])
    assert (drums.velocity * 127).round().tolist() == [20, 90]


def test_a_triplet_counts_on_its_own_step_of_the_finer_grid_only():
    third, quarter = (played([hit(1 / n)], bars=1) for n in (3, 4))
    assert (third.roll() == quarter.roll()).all()
    assert not (third.roll(fine=True) & quarter.roll(fine=True)).any()


def test_a_stroke_ahead_of_the_bar_line_belongs_to_the_bar():
    drums = played([hit(3.9)], bars=2)
    assert (drums.bar[0], drums.step[0]) == (1, 0)
    assert drums.offset[0] == pytest.approx(-0.1)


def test_what_is_no_voice_or_outside_is_left_out():
    assert len(played([Hit(1.0, 81), hit(-3.0), hit(99.0)]).row) == 0


def test_a_bar_follows_where_the_one_before_is_measured_and_as_long():
    bars = bars_of(4)
    drums = drumming([bars[0], bars[1], bars[3]], [0, 1, 3], [])
    assert drums.follows().tolist() == [False, True, False]


def test_bar_features_of_a_silent_bar():
    drums = played([hit(0.0, velocity=127)], bars=2)
    assert drums.per_beat().tolist() == [0.25, 0.0]
    assert drums.mean_velocity()[0] == 1.0 and np.isnan(drums.mean_velocity()[1])


def test_loudness_and_lateness_lie_where_the_strokes_are():
    drums = played(groove())
    struck = drums.roll(fine=True)
    assert (drums.loudness() > 0).tolist() == struck.tolist()
    assert (drums.lateness()[~struck] == 0).all()


def test_no_bars_have_no_strokes():
    empty = drumming([], [], groove())
    assert empty.roll().shape == (0, 24, 9) and len(empty.follows()) == 0


def test_bars_out_of_order_are_refused():
    bars = bars_of(2)
    with pytest.raises(ValueError, match="in order of time"):
        drumming(bars[::-1], [0, 1], [])
    with pytest.raises(ValueError, match="one number each"):
        drumming(bars, [0], [])
