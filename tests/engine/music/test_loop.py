"""Patterns that go round, bar by bar."""

from engine.music.loop import bar_of
from engine.music.notes import Hit, Pattern

TWO_BARS = Pattern.of([Hit(0.0, 36), Hit(2.0, 38), Hit(3.97, 49), Hit(7.95, 42)], 8.0)


def test_the_bars_of_a_pattern_come_round_also_for_numbers_below_0():
    assert [[hit.drum for hit in bar_of(TWO_BARS, 4.0, n).hits] for n in (0, 1, 2, -1)] == [
        [42, 36, 38],
        [49],
        [42, 36, 38],
        [49],
    ]


def test_a_stroke_that_leans_over_a_bar_line_belongs_to_the_bar_after_it():
    first, second = bar_of(TWO_BARS, 4.0, 0), bar_of(TWO_BARS, 4.0, 1)
    assert [round(hit.beat, 2) for hit in first.hits] == [-0.05, 0.0, 2.0]
    assert [round(hit.beat, 2) for hit in second.hits] == [-0.03]


def test_a_stroke_before_its_pattern_begins_is_that_of_its_first_bar():
    pattern = Pattern.of([Hit(-0.05, 36), Hit(4.0, 38)], 8.0)
    assert bar_of(pattern, 4.0, 2).hits == (Hit(-0.05, 36),)
    assert bar_of(pattern, 4.0, 1).hits == (Hit(0.0, 38),)
