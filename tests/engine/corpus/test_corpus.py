"""Corpora: written whole or not at all, read back as they were, refused when they are broken."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from engine.corpus.pairs import song_pairs
from engine.corpus.store import TENSORS, Report, SongInfo, join_songs, read_corpus, write_corpus
from engine.errors import CorpusError
from engine.midi.read import parse_song
from tests.support.midi_files import band

REPORT = Report(3, 2, {"no drums": 1})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    songs = [
        (SongInfo("a.mid", "train", licence="CC0"), song_pairs(parse_song(band(16)))),
        (SongInfo("b.mid", "valid", strict=1), song_pairs(parse_song(band(8, pitch=60)))),
    ]
    write_corpus(tmp_path / "corpus", songs, REPORT)
    return tmp_path / "corpus"


def test_a_corpus_is_read_back_as_it_was_written(folder: Path) -> None:
    corpus = read_corpus(folder)
    assert [(song.file, song.split) for song in corpus.songs] == [
        ("a.mid", "train"),
        ("b.mid", "valid"),
    ]
    assert corpus.report == REPORT
    assert {name: str(array.dtype) for name, array in corpus.tensors.items()} == {
        name: str(np.dtype(kind)) for name, kind in TENSORS.items()
    }


def test_each_part_bar_and_pair_is_found_again(folder: Path) -> None:
    tensors = read_corpus(folder).tensors
    assert tensors["part_song"].tolist() == [0, 0, 1, 1]
    assert tensors["part_guitar"].tolist() == [1, 0, 1, 0]
    assert np.diff(tensors["part_note"]).tolist() == [128, 64, 64, 32]
    assert np.bincount(tensors["bar_song"]).tolist() == [16, 8]
    assert tensors["bar_start"][16] == 0.0
    assert np.diff(tensors["bar_hit"]).tolist() == [12] * 24
    pair_song = tensors["part_song"][tensors["pair_part"]]
    assert np.array_equal(pair_song, tensors["bar_song"][tensors["pair_bar"]])
    assert np.array_equal(pair_song, tensors["bar_song"][tensors["pair_bar"] + 1])


def test_a_corpus_holds_no_pickle(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["corpus.json", "corpus.safetensors"]


def test_a_corpus_goes_over_an_older_one(folder: Path) -> None:
    songs = [(SongInfo("c.mid", "train"), song_pairs(parse_song(band(6))))]
    write_corpus(folder, songs, REPORT)
    assert [song.file for song in read_corpus(folder).songs] == ["c.mid"]
    assert [path.name for path in folder.parent.iterdir()] == ["corpus"]


def test_a_file_name_that_is_no_text_is_kept(tmp_path: Path) -> None:
    name = os.fsdecode(b"b\xe9.mid")
    songs = [(SongInfo(name, "train"), song_pairs(parse_song(band(6))))]
    write_corpus(tmp_path / "corpus", songs, REPORT)
    assert read_corpus(tmp_path / "corpus").songs[0].file == name


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("dear diary")
    with pytest.raises(CorpusError, match="holds something else"):
        write_corpus(tmp_path, [], REPORT)
    assert (tmp_path / "diary.txt").read_text() == "dear diary"


def test_a_full_disk_is_told_and_leaves_the_older_corpus(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.storage.atomic.os.fsync", full)
    songs = [(SongInfo("c.mid", "train"), song_pairs(parse_song(band(6))))]
    with pytest.raises(CorpusError, match="No space left on device"):
        write_corpus(folder, songs, REPORT)
    assert len(read_corpus(folder).songs) == 2
    assert [path.name for path in folder.parent.iterdir()] == ["corpus"]


def change_head(folder: Path, **values: object) -> None:
    path = folder / "corpus.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def change_tensor(folder: Path, name: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
    path = folder / "corpus.safetensors"
    tensors = load_file(path)
    tensors[name] = change(tensors[name])
    save_file(tensors, path)


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (shutil.rmtree, "holds no corpus"),
        (lambda folder: change_head(folder, version=1), "version 1, but drumd-corpus version 3"),
        (lambda folder: change_head(folder, format="other"), "format other"),
        (lambda folder: change_head(folder, songs=[{"name": "x"}]), "is broken"),
        (lambda folder: change_head(folder, songs=[]), "do not fit"),
        (lambda folder: (folder / "corpus.json").write_text("{"), "cannot be read"),
        (lambda folder: (folder / "corpus.json").write_text("[]"), "version"),
        (lambda folder: (folder / "corpus.safetensors").unlink(), "missing or broken"),
        (lambda folder: os.truncate(folder / "corpus.safetensors", 5000), "missing or broken"),
        (lambda folder: change_tensor(folder, "hit_step", lambda a: a[:-1]), "do not fit"),
        (lambda folder: change_tensor(folder, "pair_bar", lambda a: a + 999), "pair_bar"),
        (lambda folder: change_tensor(folder, "bar_hit", lambda a: a[::-1].copy()), "bar_hit"),
        (lambda folder: change_tensor(folder, "bar_start", lambda a: a * 0), "bar_start"),
        (lambda folder: change_tensor(folder, "bar_bpm", lambda a: a.astype("f8")), "bar_bpm"),
    ],
)
def test_a_broken_corpus_is_refused_with_a_sentence(
    folder: Path, harm: Callable[[Path], object], sentence: str
) -> None:
    harm(folder)
    with pytest.raises(CorpusError, match=sentence) as refusal:
        read_corpus(folder)
    assert "\n" not in str(refusal.value)


def test_no_songs_make_empty_tensors() -> None:
    tensors = join_songs([])
    assert set(tensors) == set(TENSORS)
    assert tensors["part_note"].tolist() == tensors["bar_hit"].tolist() == [0]
