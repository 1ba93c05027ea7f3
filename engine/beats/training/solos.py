"""Records of real players with their true beats, and which of them may be learned from."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from engine.beats.training.conditions import Played
from engine.beats.training.parts import KnownPart

SHARES = ("train", "train", "tune", "last")  # of the titles, by their checksum

Record = dict[str, Any]


def read_takes(path: Path) -> list[Record]:
    """The records of a JSON file, gzipped or not."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    records: list[Record] = json.loads(data)
    return records


def is_solo(record: Record) -> bool:
    """Whether a record is a jazz solo over a band's beats."""
    return str(record["name"]).startswith("wjd_")


def share_of(record: Record) -> str:
    """What a solo is for: to learn from, to choose settings by, or to be judged by at last. Takes
    of one tune are for the same."""
    title = str(record["name"]).split("_", 2)[2].split("-")[0]
    return SHARES[crc32(title.encode()) % len(SHARES)]


def known_solos(path: Path) -> list[KnownPart]:
    """The solos of a file that may be learned from."""
    return [
        _known(record)
        for record in read_takes(path)
        if is_solo(record) and share_of(record) == SHARES[0]
    ]


def _known(record: Record) -> KnownPart:
    onsets, beats = np.array(record["onsets"], float), np.array(record["beats"], float)
    is_one = np.isin(np.round(beats, 3), np.round(record["downbeats"], 3))
    pitch, velocity = onsets[:, 1].astype(np.int64), onsets[:, 2].astype(np.int64)
    played = Played(onsets[:, 0], pitch, velocity, beats)
    return KnownPart(str(record["name"]), True, played, is_one, by_hand=True)
