"""Song files: what is read, and what is said of each mistake."""

from pathlib import Path

import pytest

from drumd.errors import SettingsError
from drumd.jam.given import GivenGroove
from drumd.jam.song import Section
from drumd.song_file import read_song, read_songs
from engine.music.notes import Metre, Pattern
from engine.music.wishes import Style, Wishes

ROOT = Path(__file__).resolve().parents[2]


def groove(file):
    return GivenGroove(Pattern(), Metre(), file.name)


def read(folder, text):
    file = folder / "song.toml"
    file.write_text(text)
    return read_song(file, groove)


def test_a_song_has_parts_in_their_order_and_their_settings(tmp_path):
    text = """
        name = "Slow train"
        order = "intro 4, A 8, the bridge 12, end"
        [parts.A]
        style = "funk"
        density = 0.5
        idea = 2
        groove = "beat.mid"
    """
    song = read(tmp_path, text)
    assert song.name == "Slow train" and song.ends
    assert song.sections == (Section("intro", 4), Section("A", 8), Section("the bridge", 12))
    part = song.parts["A"]
    assert (part.wishes, part.idea) == (Wishes(Style.FUNK, 0.5), 1)
    assert part.given == GivenGroove(Pattern(), Metre(), "beat.mid")


def test_a_song_without_a_name_is_called_as_its_file_and_need_not_end(tmp_path):
    song = read(tmp_path, 'order = "A 8"')
    assert (song.name, song.ends) == ("song", False)


def test_parts_have_their_metre_or_the_songs_which_is_4_4_where_only_others_tell_one(tmp_path):
    waltz = '[parts.B]\nmetre = "3/4"\n'
    assert read(tmp_path, 'order = "A 8, B 8"').metres == {}
    song = read(tmp_path, f'order = "A 8, B 8"\n{waltz}')
    assert song.metres == {"A": Metre(4, 4), "B": Metre(3, 4)} and song.metre == Metre(4, 4)
    song = read(tmp_path, f'order = "A 8, B 8"\nmetre = "6/8"\n{waltz}')
    assert song.metres == {"A": Metre(6, 8), "B": Metre(3, 4)}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the order of the parts is missing: write it like order ="),
        ("order = 3", "the order of the parts is missing"),
        ('order = "A"', "'A' in the order is no part with its bars: write it like A 8"),
        ('order = "A 8, , B 8"', "'' in the order is no part"),
        ('order = "8 A"', "'8 A' in the order is no part"),
        ('order = "A 0"', "a part has 1 to 500 bars"),
        ('order = "end"', "order must name 1 to 500 parts"),
        ('order = "A 8, end, B 8"', "end comes last"),
        ('order = "A 8, end 4"', "end has none"),
        (
            'order = "A 8"\ntempo = 3',
            "there is no setting 'tempo'; there are name, order, metre, parts",
        ),
        ('order = "A 8"\nname = ""', "name must be text"),
        ('order = "A 8"\nparts = 3', "parts are tables"),
        ('order = "A 8"\n[parts.C]', "there is no part 'C' in the order; there are A"),
        ('order = "A 8"\n[parts]\nA = 3', "parts.A is a table"),
        (
            'order = "A 8"\n[parts.A]\nloud = 1',
            "parts.A: there is no setting 'loud'; there are style",
        ),
        ('order = "A 8"\n[parts.A]\nstyle = "polka"', "parts.A: there is no style 'polka'"),
        ('order = "A 8"\n[parts.A]\ndensity = 2', "parts.A: density must be a number in 0..1"),
        ('order = "A 8"\n[parts.A]\nidea = 0', "parts.A: idea must be a whole number in 1..5"),
        ('order = "A 8"\nmetre = 3', "metre must be text in quotes"),
        ('order = "A 8"\n[parts.A]\nmetre = "3"', "parts.A: a metre is written like 4/4"),
        ('order = "A 8"\n[parts.A]\nmetre = "7/16"', "parts.A: metre: a bar must last 1.5..6"),
        ("order = ", "cannot be read"),
    ],
)
def test_a_mistake_is_one_sentence_with_the_files_name(tmp_path, text, problem):
    with pytest.raises(SettingsError) as raised:
        read(tmp_path, text)
    said = str(raised.value)
    assert problem in said and "song.toml" in said and "\n" not in said


def test_a_folder_is_a_set_list_in_the_order_of_its_names(tmp_path):
    for name in ("02 fast.toml", "01 slow.toml"):
        (tmp_path / name).write_text('order = "A 8"')
    assert [song.name for song in read_songs(tmp_path, groove)] == ["01 slow", "02 fast"]


def test_a_folder_without_songs_is_no_set_list(tmp_path):
    with pytest.raises(SettingsError, match="holds no song files"):
        read_songs(tmp_path, groove)


def test_the_example_is_a_song():
    song = read_song(ROOT / "configs" / "song.toml", groove)
    assert song.ends and set(song.parts) <= {section.part for section in song.sections}
