"""Note-name arrays to a corpus of ids."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import numpy as np
import pytest

from engine.errors import CorpusError
from engine.seed.token_corpus import SPECIALS, prepare_tokens, read_token_corpus
from engine.seed.token_files import TokenPair, find_token_files, read_token_file

PAIRS = [
    {"input": ["C#2", "E2"], "target": ["0.4.7", "C#2", "B-1"]},
    {"input": ["A1"], "target": ["D2"]},
]


def jsonl(path: Path, records: list[object]) -> Path:
    text = "".join(json.dumps(record) + "\n" for record in records)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def rows(*tokens: list[str]) -> np.ndarray:
    widest = max(map(len, tokens))
    return np.array([[*row, *[""] * (widest - len(row))] for row in tokens])


def test_pairs_become_ids_of_a_sorted_vocabulary(tmp_path: Path) -> None:
    prepare_tokens([jsonl(tmp_path / "pairs.jsonl.gz", PAIRS)], tmp_path / "corpus")
    corpus = read_token_corpus(tmp_path / "corpus")
    assert corpus.vocabulary == (*SPECIALS, "0.4.7", "A1", "B-1", "C#2", "D2", "E2")
    assert [each.tolist() for each in corpus.inputs] == [[7, 9], [5]]
    assert [each.tolist() for each in corpus.targets] == [[4, 7, 6], [8]]
    assert len(corpus.valid) == 2


def test_what_cannot_be_learnt_from_is_counted(tmp_path: Path) -> None:
    unusable = [
        {"input": ["A1"]},
        {"input": ["A1"], "target": None},
        {"input": [], "target": ["A1"]},
        {"input": ["A1"] * 151, "target": ["A1"]},
    ]
    longest = {"input": ["A1"] * 150, "target": ["A1"]}
    path = jsonl(tmp_path / "pairs.jsonl", [*PAIRS, *unusable, longest])
    report = prepare_tokens([path], tmp_path / "corpus")
    assert (report.files, report.used) == (7, 3)
    assert report.dropped == {"no target": 2, "no input": 1, "input of more than 150 notes": 1}


def test_the_same_pairs_give_the_same_bytes(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "pairs.jsonl", list(PAIRS))
    for name in ("one", "two"):
        prepare_tokens([path], tmp_path / name)
    for name in ("corpus.json", "corpus.safetensors"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_numpy_arrays_are_read_without_pickle(tmp_path: Path) -> None:
    inputs, targets = rows(["C2", "D2"], ["E2"]), rows(["0.4.7"], [])
    np.savez(tmp_path / "arrays.npz", input=inputs, target=targets)
    np.save(tmp_path / "input.npy", inputs)
    np.save(tmp_path / "target.npy", targets)
    wanted = [TokenPair(("C2", "D2"), ("0.4.7",)), TokenPair(("E2",), ())]
    assert [path.name for path in find_token_files(tmp_path)] == ["arrays.npz", "input.npy"]
    for path in find_token_files(tmp_path):
        assert list(read_token_file(path)) == wanted


def test_arrays_of_objects_are_refused(tmp_path: Path) -> None:
    objects = np.array([["C2"], ["D2", "E2"]], dtype=object)
    np.savez(tmp_path / "arrays.npz", input=objects, target=objects)
    with pytest.raises(CorpusError, match="need pickle and are not read"):
        list(read_token_file(tmp_path / "arrays.npz"))


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"input": rows(["C2"])}, "named input and target"),
        ({"input": rows(["C2"]), "target": rows(["C2"], ["D2"])}, "1 inputs but 2 targets"),
        ({"input": np.zeros((1, 2)), "target": rows(["C2"])}, "wanted text in rows"),
    ],
)
def test_arrays_that_do_not_fit_are_told(
    tmp_path: Path, arrays: dict[str, np.ndarray], sentence: str
) -> None:
    np.savez(tmp_path / "arrays.npz", **arrays)
    with pytest.raises(CorpusError, match=sentence):
        list(read_token_file(tmp_path / "arrays.npz"))


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("pairs.jsonl", b'{"input": ["A1"]}\nnot json\n', "line 2: not JSON"),
        ("pairs.jsonl", b"[1, 2]\n", "line 1: wanted an object"),
        ("pairs.jsonl", b'{"input": [1]}\n', "must be a list of note names"),
        ("pairs.jsonl.gz", b"not gzip", "cannot be read"),
        ("pairs.jsonl.gz", gzip.compress(b'{"input": []}\n', mtime=0)[:-9], "cannot be read"),
        ("arrays.npz", b"not a zip", "broken or holds Python objects"),
    ],
)
def test_a_broken_file_is_told(tmp_path: Path, name: str, data: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(CorpusError, match=sentence):
        list(read_token_file(tmp_path / name))


def test_nothing_usable_makes_no_corpus(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "pairs.jsonl", [{"input": []}])
    with pytest.raises(CorpusError, match="no pairs that can be used"):
        prepare_tokens([path], tmp_path / "corpus")
    assert not (tmp_path / "corpus").exists()


def test_a_broken_corpus_is_refused(tmp_path: Path) -> None:
    prepare_tokens([jsonl(tmp_path / "pairs.jsonl", list(PAIRS))], tmp_path / "corpus")
    head = json.loads((tmp_path / "corpus" / "corpus.json").read_text())
    head["vocabulary"] = head["vocabulary"][:5]
    (tmp_path / "corpus" / "corpus.json").write_text(json.dumps(head))
    with pytest.raises(CorpusError, match="is broken"):
        read_token_corpus(tmp_path / "corpus")
    os.truncate(tmp_path / "corpus" / "corpus.safetensors", 20)
    with pytest.raises(CorpusError, match="missing or broken"):
        read_token_corpus(tmp_path / "corpus")
