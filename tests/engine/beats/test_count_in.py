"""Four even taps are a count-in; others are not."""

from __future__ import annotations

import pytest

from engine.beats.count_in import CountIn, count_in_of


def test_four_even_taps_are_a_count_in() -> None:
    found = count_in_of([3.0, 3.5, 4.0, 4.5])
    assert found is not None
    assert (round(found.last, 9), round(found.period, 9)) == (4.5, 0.5)


def test_taps_within_eight_percent_count() -> None:
    assert count_in_of([0.0, 0.52, 1.0, 1.49]) is not None


def test_uneven_taps_do_not_count() -> None:
    assert count_in_of([0.0, 0.5, 1.1, 1.5]) is None


def test_three_taps_are_too_few() -> None:
    assert count_in_of([0.0, 0.5, 1.0]) is None


@pytest.mark.parametrize("gap", [0.1, 2.5])
def test_too_fast_or_slow_is_no_count_in(gap: float) -> None:
    assert count_in_of([k * gap for k in range(4)]) is None


def test_only_the_last_four_onsets_matter() -> None:
    assert count_in_of([0.0, 0.1, 5.0, 5.6, 6.2, 6.8]) is not None


def test_taps_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="rising"):
        CountIn.of([1.0, 0.5, 2.0, 3.0])
