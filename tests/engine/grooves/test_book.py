"""The book of grooves: written and read again, and how alike its grooves are."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BundleError
from engine.grooves.book import FOLD, ROWS, Book, alike, folded, loops, read_book, write_book
from engine.grooves.groove import Groove
from engine.grooves.training.written import written_grooves
from engine.music.grid import MAX_BAR_STEPS
from engine.music.kit import PITCH_OF, VOICES, Voice
from engine.music.notes import Hit, Metre, Pattern
from tests.support.bundles import BOOK_OF_SEVEN, ROCK, TWO_BARS, WALTZ, book_of, groove_of

strokes = st.builds(
    Hit,
    st.integers(-100, 79_000).map(lambda ten_thousandths: ten_thousandths / 10_000),
    st.sampled_from(sorted(PITCH_OF.values())),
    st.integers(1, 127),
)


def test_a_book_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "grooves.json"
    prior = np.array([0.25, 0.125, 0.125, 0.5, 0, 0, 0])
    write_book(path, Book(BOOK_OF_SEVEN, prior), {"sources": {}})
    book = read_book(path)
    assert book.grooves == BOOK_OF_SEVEN and book.prior.tolist() == prior.tolist()


@settings(deadline=None)  # a file a case
@given(st.lists(strokes, max_size=20, unique_by=lambda hit: (hit.beat, hit.drum)))
def test_the_touch_of_a_groove_is_read_as_it_was_written(tmp_path_factory, hits):
    groove = Groove(
        Pattern.of(hits, 8.0), Metre(4, 4), "funk", (90.0, 110.0), "a drummer", 3, "Purdie's"
    )
    path = tmp_path_factory.mktemp("book") / "grooves.json"
    write_book(path, book_of(groove), {})
    assert read_book(path).grooves == (groove,)


def test_a_book_tells_its_sources_and_has_a_line_for_each_groove(tmp_path):
    path = tmp_path / "grooves.json"
    write_book(path, book_of(*BOOK_OF_SEVEN), {"sources": {"shared": 7}, "licence": "CC-BY-4.0"})
    told = json.loads(path.read_text("utf-8"))
    assert told["sources"] == {"shared": 7} and told["licence"] == "CC-BY-4.0"
    assert len(path.read_text("utf-8").splitlines()) == len(BOOK_OF_SEVEN) + 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        "{}",
        '{"format": "other", "version": 1, "grooves": []}',
        '{"format": "drumd-grooves", "version": 99, "grooves": []}',
        '{"format": "drumd-grooves", "version": 1, "grooves": []}',
        '{"format": "drumd-grooves", "version": 1, "grooves": [{}]}',
        '{"format": "drumd-grooves", "version": 1, "grooves": [3]}',
    ],
)
def test_what_is_no_book_is_refused_with_a_sentence(tmp_path, text):
    path = tmp_path / "grooves.json"
    path.write_text(text)
    with pytest.raises(BundleError, match=r"no book of grooves that this drumd reads.*export"):
        read_book(path)


def test_a_missing_book_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(BundleError, match="no book of grooves"):
        read_book(tmp_path / "grooves.json")


@pytest.mark.parametrize(
    "change",
    [
        {"metre": "4/5"},
        {"metre": "four"},
        {"bars": 0},
        {"bars": 5},
        {"strokes": {"gong": [[0, 90]]}},
        {"strokes": {"kick": [[0, 200]]}},
        {"strokes": {"kick": [[0]]}},
        {"strokes": [1]},
        {"bpm": [90]},
        {"prior": "often"},
    ],
)
def test_a_groove_that_cannot_be_is_refused_with_a_sentence(tmp_path, change):
    path = tmp_path / "grooves.json"
    write_book(path, book_of(ROCK), {})
    told = json.loads(path.read_text())
    told["grooves"][0] |= change
    path.write_text(json.dumps(told))
    with pytest.raises(BundleError, match="no book of grooves"):
        read_book(path)


def test_a_groove_of_one_bar_is_looped_and_one_of_two_is_played_through():
    struck = loops([ROCK, TWO_BARS, WALTZ])
    assert struck.shape == (3, 2, MAX_BAR_STEPS, VOICES)
    assert (struck[0, 0] == struck[0, 1]).all()
    assert (struck[1, 0] != struck[1, 1]).any()
    assert not struck[2, :, 18:].any(), "the bar is over"


def test_a_groove_is_like_itself_and_half_like_one_with_half_its_strokes():
    half = groove_of(closed_hat="x...x...x...x...")
    whole = groove_of(closed_hat="x.x.x.x.x.x.x.x.")
    other = groove_of(kick="x...x...x...x...")
    found = alike(loops([half, whole, other]))
    assert np.allclose(found, [[1, 2 / 3, 0], [2 / 3, 1, 0], [0, 0, 1]])


def test_voices_that_sound_alike_count_as_one_and_percussion_does_not_count():
    stick = groove_of(side_stick="....x.......x...", shaker="xxxxxxxxxxxxxxxx")
    snare = groove_of(snare="....x.......x...")
    assert alike(loops([stick, snare]))[0, 1] == 0
    assert alike(folded(loops([stick, snare])))[0, 1] == 1
    assert FOLD.shape == (VOICES, len(ROWS)) and Voice.SHAKER not in ROWS


def test_voices_struck_together_that_sound_alike_are_one_stroke():
    both = groove_of(snare="x...............", clap="x...............")
    assert folded(loops([both])).max() == 1


def test_our_own_grooves_can_all_be_read_played_and_told_apart():
    grooves = written_grooves()
    names = [groove.name for groove in grooves]
    assert len(set(names)) == len(names) > 30
    assert all(groove.source == "written for drumd" for groove in grooves)
    metres = {str(groove.metre) for groove in grooves}
    assert {"3/4", "6/8", "12/8", "2/4", "5/4", "7/8"} <= metres
    close = alike(loops(grooves)) - np.eye(len(grooves), dtype=np.float32)
    assert close.max() < 1
