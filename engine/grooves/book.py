"""The book of grooves that a bundle ships: a JSON file that people can read.

A groove is in it because several songs share it bar by bar, or because its source is clear: no
groove is one song's own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.encoding.features import Floats
from engine.errors import BundleError
from engine.grooves.groove import MOST_BARS, Groove
from engine.music.grid import MAX_BAR_STEPS
from engine.music.kit import PITCH_OF, VOICES, Voice
from engine.music.notes import Hit, Metre, Pattern
from engine.storage.atomic import write_file

FORMAT, VERSION = "drumd-grooves", 1
LOOPED_BARS = 2  # grooves are compared as loops of two bars
_SAME: dict[Voice, Voice] = {  # what sounds alike to a listener who counts strokes
    Voice.PEDAL_HAT: Voice.CLOSED_HAT,
    Voice.HALF_OPEN_HAT: Voice.OPEN_HAT,
    Voice.RIDE_BELL: Voice.RIDE,
    Voice.SIDE_STICK: Voice.SNARE,
    Voice.CLAP: Voice.SNARE,
}
_BESIDE = (Voice.COWBELL, Voice.TAMBOURINE, Voice.SHAKER)
ROWS = tuple(voice for voice in Voice if voice not in _SAME and voice not in _BESIDE)
FOLD = np.array(
    [[_SAME.get(voice, voice) is row for row in ROWS] for voice in Voice], np.float32
)  # (V, rows)


@dataclass(frozen=True, slots=True)
class Book:
    """Grooves, and how likely each is for any guitar."""

    grooves: tuple[Groove, ...]
    prior: NDArray[np.float64]  # (grooves,)


def write_book(path: Path, book: Book, about: dict[str, Any]) -> None:
    """One groove a line, after what is told of all (`about`: sources and licences)."""
    head = json.dumps({"format": FORMAT, "version": VERSION, **about}, ensure_ascii=False)
    entries = zip(book.grooves, book.prior.tolist(), strict=True)
    lines = ",\n".join(json.dumps(_entry(*entry), ensure_ascii=False) for entry in entries)
    write_file(path, f'{head[:-1]}, "grooves": [\n{lines}\n]}}\n'.encode())


def read_book(path: Path) -> Book:
    """Raises BundleError where there is no book, or one of another form."""
    try:
        told = json.loads(path.read_text("utf-8"))
        if told["format"] != FORMAT or told["version"] != VERSION:
            raise ValueError("another format")
        if not told["grooves"]:
            raise ValueError("no groove in it")
        grooves = tuple(_groove(entry) for entry in told["grooves"])
        prior = np.array([float(entry["prior"]) for entry in told["grooves"]])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BundleError(
            f"{path} is no book of grooves that this drumd reads ({error}); export the bundle again"
        ) from error
    return Book(grooves, prior)


def loops(grooves: Sequence[Groove]) -> NDArray[np.float32]:
    """What each groove strikes, looped to two bars, (grooves, 2, MAX_BAR_STEPS, V) of 0 and 1."""
    struck = np.zeros((len(grooves), LOOPED_BARS, MAX_BAR_STEPS, VOICES), np.float32)
    for row, groove in enumerate(grooves):
        grid: Floats = groove.grid()[..., 0]
        for bar in range(LOOPED_BARS):
            struck[row, bar, : grid.shape[1]] = grid[bar % len(grid)]
    return struck


def folded(
    struck: NDArray[np.float32], fold: NDArray[np.float32] | None = FOLD
) -> NDArray[np.float32]:
    """(..., V) of 0 and 1 with the voices that sound alike as one, (..., rows)."""
    return struck if fold is None else np.minimum(struck @ fold, 1)


def alike(struck: NDArray[np.float32]) -> NDArray[np.float32]:
    """The F1 between all loops (g, ...), (g, g)."""
    flat = struck.reshape(len(struck), -1)
    size = flat.sum(axis=1)
    return np.asarray(2 * (flat @ flat.T) / np.maximum(1, size[:, None] + size), np.float32)


def _entry(groove: Groove, prior: float) -> dict[str, Any]:
    rows: dict[str, list[list[float]]] = {}
    for hit in groove.pattern.hits:
        voice = hit.voice
        if voice is not None:
            rows.setdefault(voice.name.lower(), []).append([round(hit.beat, 4), hit.velocity])
    named = {"called": groove.called} if groove.called else {}
    return named | {
        "metre": str(groove.metre),
        "bars": groove.bars,
        "style": groove.style,
        "bpm": [round(one) for one in groove.bpm],
        "source": groove.source,
        "songs": groove.songs,
        "prior": round(prior, 6),
        "strokes": rows,
    }


def _groove(entry: dict[str, Any]) -> Groove:
    metre = Metre(*map(int, entry["metre"].split("/")))
    if not 1 <= entry["bars"] <= MOST_BARS:
        raise ValueError("a groove of no length")
    hits = (
        Hit(float(beat), PITCH_OF[Voice[voice.upper()]], int(velocity))
        for voice, strokes in entry["strokes"].items()
        for beat, velocity in strokes
    )
    low, high = entry["bpm"]
    return Groove(
        Pattern.of(hits, entry["bars"] * metre.beats),
        metre,
        entry["style"],
        (float(low), float(high)),
        entry["source"],
        int(entry["songs"]),
        entry.get("called", ""),
    )
