"""Which songs a folder holds, and what its `manifest.csv` says of them.

A manifest has a row a file: the column file, and any of split, group, source, licence,
licence_clear, kind, feel, genre and strict. Songs that it does not tell the split of are split by
name; a manifest without the column file is something else's and is left alone. In a folder
without a manifest the `info.csv` of the Groove MIDI Dataset stands for one.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.corpus.groove_midi import is_groove_midi, manifest_row
from engine.corpus.store import SongInfo
from engine.errors import CorpusError

SUFFIXES = frozenset({".mid", ".midi", ".kar", ".rmi"})
SPLITS = ("train", "valid")
ONE_VALID_IN = 10
_COPY = re.compile(r"(__v\d+|__[0-9a-f]{8}|[\s_.-]*\(?\d{0,2}\)?)$")


@dataclass(frozen=True, slots=True)
class SongFile:
    """A file to prepare; `info.strict` is -1 where the song itself has to tell."""

    path: Path
    info: SongInfo


def find_songs(folders: Sequence[Path]) -> list[SongFile]:
    """Every MIDI file of the folders, in an order that does not hang on the file system."""
    found = []
    for folder in folders:
        if not folder.is_dir():
            raise CorpusError(f"{folder} is not a folder of MIDI songs")
        rows = _manifest(folder / "manifest.csv") or _manifest(folder / "info.csv")
        names = sorted((path.relative_to(folder).as_posix(), path) for path in _songs_in(folder))
        found += [SongFile(path, _info(name, rows.get(name, {}))) for name, path in names]
    return found


def holds_songs(folder: Path) -> bool:
    return next(_songs_in(folder), None) is not None


def _songs_in(folder: Path) -> Iterator[Path]:
    return (p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())


def _manifest(path: Path) -> dict[str, dict[str, str]]:
    """The rows by file name; none where there is no manifest."""
    if not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows = [{k: v for k, v in row.items() if k and isinstance(v, str)} for row in reader]
            if is_groove_midi(reader.fieldnames or ()):
                rows = [manifest_row(row) for row in rows]
            return {row["file"]: row for row in rows if row.get("file")}
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        raise CorpusError(f"{path} cannot be read: {error}") from error


def _info(name: str, row: dict[str, str]) -> SongInfo:
    group = row.get("group") or song_group(name)
    split = row.get("split", "")
    kept = {key: row.get(key, "") for key in ("source", "licence", "licence_clear", "kind", "feel")}
    strict = {"1": 1, "0": 0, "": 0 if row else -1}.get(row.get("strict", ""), -1)
    chosen = split if split in SPLITS else _split_of(group)
    genre = row.get("genre", "") if row else Path(name).stem
    return SongInfo(file=name, split=chosen, group=group, strict=strict, genre=genre, **kept)


def song_group(name: str) -> str:
    """The name of a song without what tells its copies apart, so that they stay together."""
    stem = Path(name).stem.lower()
    while (shorter := _COPY.sub("", stem)) != stem and shorter:
        stem = shorter
    return re.sub(r"[\W_]+", "", stem) or stem


def _split_of(group: str) -> str:
    digest = hashlib.sha256(group.encode("utf-8", "surrogateescape")).digest()
    return "valid" if int.from_bytes(digest[:4]) % ONE_VALID_IN == 0 else "train"
