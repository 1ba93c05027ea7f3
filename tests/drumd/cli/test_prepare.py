"""`drumd prepare`: any folder to a corpus, every file accounted for."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drumd.cli import main
from engine.corpus.store import read_corpus
from tests.support.midi_files import band, write


def prepare(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["prepare", *map(str, arguments)])


def report_of(result: Result) -> dict[str, object]:
    assert result.exit_code == 0, result.output
    report: dict[str, object] = json.loads(result.stdout)
    return report


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """Two songs of use, and files of many kinds that are not."""
    return write(
        tmp_path / "music",
        first=band(8),
        second=band(8, pitch=60),
        second_again=band(8, pitch=60),
        undrummed=band(8, drums=False),
        short=band(1),
        truncated=band(8)[:200],
        text=b"no song at all",
        empty=b"",
        noise=b"MThd" + random.Random(1).randbytes(500),
    )


def test_every_file_is_used_or_dropped_for_a_reason(music: Path, tmp_path: Path) -> None:
    report = report_of(prepare(music, "-o", tmp_path / "corpus", "--json"))
    dropped = report["dropped"]
    assert isinstance(dropped, dict)
    assert report["files"] == 9
    assert report["used"] == 2
    assert report["files"] == report["used"] + sum(dropped.values())
    assert dropped["the same file again"] == 1
    assert dropped["no drums"] == 1
    assert dropped["broken file: ends in the middle of a track"] == 1
    assert dropped["broken file: not a MIDI file"] == 2
    corpus = read_corpus(tmp_path / "corpus")
    assert [song.file for song in corpus.songs] == ["first.mid", "second.mid"]


def test_the_report_is_shown_as_a_table_too(music: Path, tmp_path: Path) -> None:
    result = prepare(music, "-o", tmp_path / "corpus", "--jobs", 1)
    assert result.exit_code == 0
    assert "used" in result.stdout
    assert "dropped: no drums" in result.stdout


@pytest.mark.parametrize("arguments", [("--jobs", 1), ("--jobs", 2)])
def test_the_same_songs_give_the_same_bytes_however_they_lie(
    music: Path, tmp_path: Path, arguments: Sequence[object]
) -> None:
    prepare(music, "-o", tmp_path / "one")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for path in sorted(music.iterdir(), reverse=True):
        (elsewhere / path.name).write_bytes(path.read_bytes())
    prepare(elsewhere, "-o", tmp_path / "two", *arguments)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_several_folders_make_one_corpus(tmp_path: Path) -> None:
    one = write(tmp_path / "one", a=band(8))
    two = write(tmp_path / "two", b=band(8, pitch=60))
    report_of(prepare(one, two, "-o", tmp_path / "corpus", "--json"))
    assert [song.file for song in read_corpus(tmp_path / "corpus").songs] == ["a.mid", "b.mid"]


def test_the_manifests_splits_are_kept(tmp_path: Path) -> None:
    music = write(tmp_path / "music", a=band(8), b=band(8, pitch=60))
    (music / "manifest.csv").write_text("file,split,licence\na.mid,valid,CC0\nb.mid,train,MIT\n")
    report_of(prepare(music, "-o", tmp_path / "corpus", "--json"))
    songs = read_corpus(tmp_path / "corpus").songs
    assert [(song.split, song.licence) for song in songs] == [("valid", "CC0"), ("train", "MIT")]


def test_a_folder_without_a_song_of_use_is_told_in_a_sentence(tmp_path: Path) -> None:
    music = write(tmp_path / "music", a=band(8, drums=False))
    result = prepare(music, "-o", tmp_path / "corpus")
    assert result.exit_code == 1
    assert "no song can be used: 1 no drums" in result.stderr
    assert not (tmp_path / "corpus").exists()


def test_an_empty_folder_is_told_in_a_sentence(tmp_path: Path) -> None:
    result = prepare(write(tmp_path / "music"), "-o", tmp_path / "corpus")
    assert result.exit_code == 1
    assert "no MIDI files" in result.stderr


def test_a_folder_of_something_else_is_never_written_over(music: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "diary.txt").write_text("dear diary")
    result = prepare(music, "-o", home)
    assert result.exit_code == 1
    assert "holds something else" in result.stderr
    assert files_of(home) == {"diary.txt": b"dear diary"}


def test_note_name_arrays_make_a_corpus_of_tokens(tmp_path: Path) -> None:
    seed = tmp_path / "seed"
    seed.mkdir()
    (seed / "pairs.jsonl").write_text('{"input": ["A1"], "target": ["D2"]}\n{"input": ["A1"]}\n')
    report = report_of(prepare(seed, "-o", tmp_path / "corpus", "--json"))
    assert report == {"files": 2, "used": 1, "dropped": {"no target": 1}}
    head = json.loads((tmp_path / "corpus" / "corpus.json").read_text())
    assert head["format"] == "drumd-tokens"


def test_ctrl_c_is_no_error_of_ours_and_leaves_nothing_behind(
    music: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("engine.corpus.prepare.write_corpus", interrupted)
    result = prepare(music, "-o", tmp_path / "corpus")
    assert result.exit_code == 130
    assert result.stderr.endswith("interrupted\n")
    assert not (tmp_path / "corpus").exists()
