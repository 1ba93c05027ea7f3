"""The bundle that ships does what the knobs say."""

from dataclasses import replace

import pytest

from engine.evaluation.measures.drumming import drumming
from engine.evaluation.measures.fills import fill_bars
from engine.inference.accompany import accompany
from engine.inference.infer import BundleDrummer
from engine.music.notes import Request
from engine.music.wishes import Style, Wishes
from tests.support.knobs import PARTS, VALUES, loudness, spearman, strokes, sweep


@pytest.fixture(scope="module")
def drummer():
    return BundleDrummer()


def test_a_sweep_that_rises_all_the_way_correlates_fully():
    assert spearman([value**2 for value in VALUES]) == pytest.approx(1)
    assert spearman([-value for value in VALUES]) == pytest.approx(-1)
    assert spearman([1.0] * len(VALUES)) == 0
    assert 0.9 < spearman([0, 1, 2, 4, 3, 5, 6, 7, 8]) < 1


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_more_density_is_more_strokes(drummer, part):
    found = sweep(drummer, part, "density", strokes)
    assert spearman(found) >= 0.9 and found[-1] > 2 * found[0]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_more_intensity_is_harder_strokes(drummer, part):
    found = sweep(drummer, part, "intensity", loudness)
    assert spearman(found) >= 0.95 and found[-1] > 2 * found[0]


def test_another_style_gives_other_drums(drummer):
    part = PARTS[0]
    takes = {
        accompany(part.notes(), part.bars(), drummer, wishes=Wishes(style=style)).hits
        for style in (None, Style.JAZZ, Style.METAL)
    }
    assert len(takes) == 3


def test_most_bars_that_are_to_be_fills_are(drummer):
    assert sum(is_filled(drummer, part) for part in PARTS) >= 4


def is_filled(drummer, part):
    """Whether a fill in the last of eight bars is one against the seven before it."""
    notes, bars = part.notes(), part.bars()
    plain = accompany(notes, bars, drummer, wishes=Wishes(fill=False))
    request = Request(7, 28.0, tuple(notes), 32.0, bpm=part.bpm, wishes=Wishes(fill=True))
    fill = drummer.play(request)
    hits = [hit for hit in plain.hits if hit.beat < 28]
    hits += [replace(hit, beat=28 + hit.beat) for hit in fill.hits]
    return fill_bars(drumming(bars, range(8), hits))[7]


def test_a_seed_of_the_request_goes_before_the_drummers(drummer):
    part = PARTS[0]
    played = {
        seed: drummer.play(Request(3, 12.0, tuple(part.notes()), 16.0, seed=seed))
        for seed in (None, 0, 1, 2, 3)
    }
    assert played[None] == played[0]
    assert len(set(played.values())) > 1
