"""The picture of a song: what is drawn where, and that it is written."""

from dataclasses import replace

import pytest
from matplotlib.collections import PatchCollection
from PIL import Image

from engine.errors import EngineError
from engine.evaluation.hit_metrics import rock_beat
from engine.music.kit import Voice
from engine.music.notes import COMMON_TIME, Hit, Metre, Note
from engine.music.song import Bar
from engine.notation.piano_roll import MOST_BARS, Picture, draw, write_plot


def picture(bars: int, metre: Metre = COMMON_TIME) -> Picture:
    made = [Bar(n * metre.beats, metre.beats, metre, 120.0) for n in range(bars)]
    notes = [Note(bar.start + beat, 0.5, 40 + 5 * beat, 80) for bar in made for beat in range(3)]
    hits = [
        Hit(bar.start + hit.beat, hit.drum, 90) for bar in made for hit in rock_beat(metre).hits
    ]
    return Picture("song", notes, hits, made)


def marks(axes) -> int:
    collections = [c for c in axes.collections if isinstance(c, PatchCollection)]
    return sum(len(collection.get_paths()) for collection in collections)


def test_a_song_is_drawn_in_lines_of_guitar_over_drums_and_every_mark_once():
    song = picture(20)
    axes = draw(song).axes
    assert len(axes) == 2 * 3  # 8 + 8 + 4 bars
    assert sum(marks(one) for one in axes[0::2]) == len(song.notes)
    assert sum(marks(one) for one in axes[1::2]) == len(song.hits)


def test_rows_are_named_by_voice_and_bars_are_numbered():
    first, drums, second, _ = draw(picture(9)).axes
    assert [label.get_text() for label in drums.get_yticklabels()] == [
        "kick",
        "snare",
        "closed hat",
    ]
    assert [text.get_text() for text in first.texts][:2] == ["1  4/4", "2"]
    assert [text.get_text() for text in second.texts] == ["9"]


def test_a_voice_that_is_played_gets_a_row():
    song = picture(1)
    drums = draw(Picture("", song.notes, [*song.hits, Hit(3.0, 49)], song.bars)).axes[1]
    assert drums.get_yticklabels()[-1].get_text() == Voice.CRASH.name.lower()


def test_a_song_too_long_for_one_picture_says_so():
    figure = draw(picture(MOST_BARS + 1))
    assert f"first {MOST_BARS} of {MOST_BARS + 1} bars" in figure.get_suptitle()


@pytest.mark.parametrize("metre", [Metre(7, 16), Metre(12, 8), Metre(8, 4)])
def test_every_metre_can_be_drawn(metre):
    assert draw(picture(3, metre)).axes


def test_the_picture_is_written_as_an_image(tmp_path):
    write_plot(tmp_path / "drums.png", picture(10))
    with Image.open(tmp_path / "drums.png") as image:
        assert image.width == 1500 and image.height > 500


def test_a_name_with_dollars_is_no_formula(tmp_path):
    for title in (r"$\frac{$", "a$b$c", "$$$"):
        named = replace(picture(1), title=title)
        write_plot(tmp_path / "roll.png", named)
        assert draw(named).get_suptitle().startswith(title)


def test_a_picture_that_cannot_be_written_is_one_sentence(tmp_path):
    with pytest.raises(EngineError, match="cannot be written"):
        write_plot(tmp_path / "drums.docx", picture(1))
    with pytest.raises(EngineError, match="cannot be written"):
        write_plot(tmp_path / "no" / "folder.png", picture(1))


def test_a_song_without_bars_is_refused():
    with pytest.raises(EngineError, match="no bars"):
        draw(Picture("", [], [], []))
