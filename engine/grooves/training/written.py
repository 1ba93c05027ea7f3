"""Grooves of our own, in rows of text (`written.toml`), for what a corpus has too little of."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.grooves.groove import WRITTEN, Groove
from engine.music.kit import Voice
from engine.music.notes import Metre, Pattern

_FILE = Path(__file__).with_name("written.toml")


def written_grooves() -> list[Groove]:
    """All of them, in the file's order."""
    return [_groove(entry) for entry in tomllib.loads(_FILE.read_text("utf-8"))["groove"]]


def _groove(entry: Mapping[str, Any]) -> Groove:
    metre = Metre(*map(int, entry["metre"].split("/")))
    rows = {Voice[name.upper()]: "".join(row.split()) for name, row in entry["rows"].items()}
    step = 1 / entry["a_beat"]
    beats = len(next(iter(rows.values()))) * step
    low, high = entry["bpm"]
    return Groove(
        Pattern.from_grid(rows, step=step, beats=round(beats, 6)),
        metre,
        entry.get("style", ""),
        (float(low), float(high)),
        WRITTEN,
        1,
        entry["called"],
    )
