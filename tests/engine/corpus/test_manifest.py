"""Which songs a folder holds, and how they are split."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.corpus.manifest import find_songs, song_group
from engine.corpus.store import SongInfo
from engine.errors import CorpusError
from tests.support.midi_files import write


def infos(*folders: Path) -> list[SongInfo]:
    return [song.info for song in find_songs(folders)]


def test_every_midi_file_is_found_in_order_whatever_its_suffix(tmp_path: Path) -> None:
    for name in ("b.mid", "a.MID", "deep/er/c.midi", "d.kar", "notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    assert [info.file for info in infos(tmp_path)] == ["a.MID", "b.mid", "d.kar", "deep/er/c.midi"]


def test_a_manifest_tells_the_split_and_the_licence(tmp_path: Path) -> None:
    write(tmp_path, one=b"", two=b"")
    (tmp_path / "manifest.csv").write_text(
        "file,split,licence,licence_clear,group,strict,extra\n"
        "one.mid,valid,CC-BY,clear,g1,1,x\ntwo.mid,train,,unclear,g2,0\nthree.mid,train\n"
    )
    assert infos(tmp_path) == [
        SongInfo("one.mid", "valid", "", "CC-BY", "clear", "", "", "g1", 1),
        SongInfo("two.mid", "train", "", "", "unclear", "", "", "g2", 0),
    ]


def test_a_song_that_the_manifest_does_not_know_is_split_by_its_name(tmp_path: Path) -> None:
    write(tmp_path, one=b"", two=b"")
    (tmp_path / "manifest.csv").write_text("file,split\none.mid,valid\n")
    (_, unknown) = infos(tmp_path)
    assert unknown.group == "two"
    assert unknown.strict == -1


def test_a_manifest_of_something_else_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, one=b"")
    (tmp_path / "manifest.csv").write_text("path,label\none.mid,valid\n")
    assert infos(tmp_path)[0].group == "one"


def test_a_manifest_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_bytes(b"file,split\n\xff\xfe,train\n")
    with pytest.raises(CorpusError, match=r"manifest\.csv cannot be read"):
        infos(tmp_path)


def test_what_is_no_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="is not a folder"):
        infos(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "copy", ["Blue Monk.mid", "blue_monk.mid", "BlueMonk (2).mid", "x/blue-monk__v2__1a2b3c4d.mid"]
)
def test_copies_of_a_song_are_one_group(copy: str) -> None:
    assert song_group(copy) == song_group("bluemonk.mid")


def test_about_a_tenth_of_the_songs_is_held_out(tmp_path: Path) -> None:
    write(tmp_path, **{f"song {chr(97 + n % 26)}{chr(97 + n // 26)}": b"" for n in range(400)})
    held_out = [info.split for info in infos(tmp_path)].count("valid")
    assert 20 <= held_out <= 60
