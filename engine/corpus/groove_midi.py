"""The Groove MIDI Dataset (Gillick et al. 2019): its `info.csv` in the words of a manifest.

The data set is ten drummers playing alone to a metronome, under CC-BY-4.0. Of its splits `train`
stays what it is; `validation` and `test` are held out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

COLUMNS = ("drummer", "id", "style", "beat_type", "midi_filename", "split")
SOURCE, LICENCE = "groove_midi", "CC-BY-4.0"
_GENRES = {"punk": "rock", "afrocuban": "latin", "highlife": "latin", "neworleans": "funk"}


def is_groove_midi(columns: Iterable[str]) -> bool:
    """Whether a table with these columns is the data set's."""
    return set(COLUMNS) <= set(columns)


def manifest_row(row: Mapping[str, str]) -> dict[str, str]:
    """One row of `info.csv` as a row of a manifest."""
    style = row["style"].partition("/")[0]
    return {
        "file": row["midi_filename"],
        "split": "train" if row["split"] == "train" else "valid",
        "group": row["id"],
        "source": SOURCE,
        "licence": LICENCE,
        "licence_clear": "clear",
        "kind": "drums",
        "genre": _GENRES.get(style, style),
        "strict": "0",
    }
