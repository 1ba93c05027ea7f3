"""Note-name sequences from files: the arrays that the original project was trained on.

A *pair* is an input and a target of tokens, each a note such as `C#2` or a chord such as `0.4.7`.
They come as JSON lines with the keys input and target (`*.jsonl`, `*.jsonl.gz`), as `*.npz` with
arrays of those names, or as `input.npy` beside `target.npy`. The numpy arrays are of fixed-width
text, one row a pair, padded with empty strings: arrays of Python objects need pickle, which can
run any code, and are refused.
"""

from __future__ import annotations

import gzip
import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import CorpusError

MAX_TEXT_BYTES = 500_000_000  # what a compressed file may grow to


@dataclass(frozen=True, slots=True)
class TokenPair:
    """An input and what was played to it; the target is empty where it is missing."""

    input: tuple[str, ...]
    target: tuple[str, ...]


def find_token_files(place: Path) -> list[Path]:
    """The files of pairs in a folder (or the file itself), in an order of their own."""
    files = [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file())
    return [path for path in files if _is_token_file(path)]


def _is_token_file(path: Path) -> bool:
    jsonl = path.name.endswith((".jsonl", ".jsonl.gz"))
    return jsonl or path.suffix == ".npz" or path.name == "input.npy"


def read_token_file(path: Path) -> Iterator[TokenPair]:
    """The pairs of a file, in its order."""
    try:
        yield from _read_arrays(path) if path.suffix in (".npy", ".npz") else _read_lines(path)
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, UnicodeDecodeError) as error:
        raise CorpusError(f"{path} cannot be read: {error}") from error


def _read_lines(path: Path) -> Iterator[TokenPair]:
    number = taken = 0
    with path.open("rb") as raw, gzip.open(raw) if path.suffix == ".gz" else raw as file:
        while line := file.readline(MAX_TEXT_BYTES):
            number, taken = number + 1, taken + len(line)
            if taken >= MAX_TEXT_BYTES:
                raise CorpusError(f"{path} holds more than {MAX_TEXT_BYTES:,} bytes of text")
            if line.strip():
                yield _pair_of_line(line, f"{path}, line {number}")


def _pair_of_line(line: bytes, where: str) -> TokenPair:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise CorpusError(f"{where}: not JSON") from error
    if not isinstance(record, dict) or "input" not in record:
        raise CorpusError(f'{where}: wanted an object with "input" and "target"')
    return TokenPair(
        _tokens(record["input"], where, "input"), _tokens(record.get("target"), where, "target")
    )


def _tokens(value: object, where: str, name: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(token, str) and token for token in value):
        raise CorpusError(f"{where}: {name} must be a list of note names")
    return tuple(value)


def _read_arrays(path: Path) -> Iterator[TokenPair]:
    inputs, targets = _load_arrays(path)
    for array in (inputs, targets):
        if array.dtype.kind != "U" or array.ndim != 2:
            raise CorpusError(f"{path}: wanted text in rows, not {array.ndim}-d {array.dtype}")
    if len(inputs) != len(targets):
        raise CorpusError(f"{path}: {len(inputs)} inputs but {len(targets)} targets")
    for row_in, row_out in zip(inputs.tolist(), targets.tolist(), strict=True):
        yield TokenPair(tuple(filter(None, row_in)), tuple(filter(None, row_out)))


def _load_arrays(path: Path) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    try:
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as archive:
                return archive["input"], archive["target"]
        target = path.with_name("target.npy")
        return np.load(path, allow_pickle=False), np.load(target, allow_pickle=False)
    except KeyError as error:
        raise CorpusError(f"{path}: wanted arrays named input and target") from error
    except (ValueError, MemoryError) as error:
        raise CorpusError(
            f"{path} is broken or holds Python objects, which need pickle and are not read; "
            "save fixed-width text instead: np.array(rows, dtype=str)"
        ) from error
