"""A corpus of note-name sequences: what the original project learnt from.

A folder with `corpus.json` (vocabulary, report) and `corpus.safetensors` (ids). The vocabulary is
sorted, so the same pairs give the same ids and the same bytes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.corpus.store import Report, Tensors, read_head, read_tensors
from engine.errors import CorpusError
from engine.music.notes import WINDOW_NOTES
from engine.seed.token_files import TokenPair, find_token_files, read_token_file
from engine.storage.atomic import check_target, publish

FORMAT, VERSION = "drumd-tokens", 1
PAD, START, END, UNKNOWN = range(4)
SPECIALS = ("<pad>", "<start>", "<end>", "<unknown>")
ONE_VALID_IN = 10

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TokenSequences:
    """Pairs of id sequences, (tokens,) each, without start or end; `valid` marks those held out."""

    vocabulary: tuple[str, ...]
    inputs: tuple[Ids, ...]
    targets: tuple[Ids, ...]
    valid: tuple[bool, ...]
    digest: str


def prepare_tokens(places: Sequence[Path], target: Path) -> Report:
    """Writes the corpus of all pairs in the files and folders, and says what became of each."""
    check_target(target)
    usable, dropped, total = [], Counter[str](), 0
    for path in (path for place in places for path in find_token_files(place)):
        for pair in read_token_file(path):
            total += 1
            if reason := _unusable(pair):
                dropped[reason] += 1
            else:
                usable.append(pair)
    report = Report(total, len(usable), dict(sorted(dropped.items())))
    if not usable:
        raise CorpusError(f"no pairs that can be used in {', '.join(map(str, places))}")
    _write(target, usable, report)
    return report


def _unusable(pair: TokenPair) -> str:
    """Why a pair cannot be learnt from, or nothing."""
    if not pair.target:
        return "no target"
    if not pair.input:
        return "no input"
    return f"input of more than {WINDOW_NOTES} notes" if len(pair.input) > WINDOW_NOTES else ""


def _write(target: Path, pairs: Sequence[TokenPair], report: Report) -> None:
    names = {token for pair in pairs for token in (*pair.input, *pair.target)} - set(SPECIALS)
    vocabulary = (*SPECIALS, *sorted(names))
    number = {token: index for index, token in enumerate(vocabulary)}
    tensors: dict[str, NDArray[np.generic]] = {
        "pair_valid": np.array([_is_valid(pair) for pair in pairs], np.uint8)
    }
    for side in ("input", "target"):
        rows = [[number[token] for token in getattr(pair, side)] for pair in pairs]
        tensors[f"{side}_id"] = np.array([each for row in rows for each in row], np.int32)
        tensors[f"{side}_start"] = np.cumsum([0, *map(len, rows)]).astype(np.int64)
    head = {"format": FORMAT, "version": VERSION, "vocabulary": vocabulary}
    publish(target, "corpus", {**head, "report": asdict(report)}, tensors)


def _is_valid(pair: TokenPair) -> bool:
    """One pair in ten is held out, by its input, so that copies stay on one side."""
    digest = hashlib.sha256(" ".join(pair.input).encode()).digest()
    return int.from_bytes(digest[:4]) % ONE_VALID_IN == 0


def read_token_corpus(folder: Path) -> TokenSequences:
    """The pairs of a corpus; CorpusError where it is none, broken or of another version."""
    head = read_head(folder, FORMAT, VERSION)
    tensors = read_tensors(folder / "corpus.safetensors")
    try:
        vocabulary = tuple(map(str, head["vocabulary"]))
        inputs, targets = (_rows(tensors, side, len(vocabulary)) for side in ("input", "target"))
        valid = tuple(map(bool, tensors["pair_valid"].tolist()))
        if not 0 < len(inputs) == len(targets) == len(valid) or vocabulary[:4] != SPECIALS:
            raise ValueError("numbers of pairs differ")
    except (KeyError, ValueError, TypeError) as error:
        raise CorpusError(f"{folder} is broken; prepare the corpus again") from error
    digest = hashlib.sha256((folder / "corpus.safetensors").read_bytes()).hexdigest()
    return TokenSequences(vocabulary, inputs, targets, valid, digest)


def _rows(tensors: Tensors, side: str, known: int) -> tuple[Ids, ...]:
    ids, starts = tensors[f"{side}_id"].astype(np.int64), tensors[f"{side}_start"]
    if starts[0] != 0 or starts[-1] != len(ids) or (np.diff(starts) < 1).any():
        raise ValueError("broken rows")
    if not 0 <= ids.min() <= ids.max() < known:
        raise ValueError("ids outside the vocabulary")
    return tuple(np.split(ids, starts[1:-1]))
