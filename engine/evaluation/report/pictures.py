"""The distributions of the report: the model's drums over the true ones, all songs together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from engine.evaluation.hit_metrics import ROWS
from engine.evaluation.measures.drumming import Drumming, Floats, Ints
from engine.evaluation.measures.fills import PHRASE_BARS, fill_bars, phrase_place
from engine.evaluation.measures.touch import milliseconds
from engine.evaluation.report.charts import columns, distribution, pairs
from engine.evaluation.results import MODEL, TRUTH, SongResult

SIXTEENTHS = 16


def distributions(results: Sequence[SongResult]) -> str:
    """Small pictures side by side."""
    true, own = ([one.drums[who] for one in results] for who in (TRUTH, MODEL))
    shapes: list[tuple[str, Callable[[Drumming], Floats], Sequence[float], str]] = [
        ("hits a bar", _hits, list(range(0, 41, 2)), ""),
        ("velocity", lambda drums: drums.velocity * 127, list(range(0, 129, 8)), ""),
        ("micro-timing", milliseconds, [5.0 * n - 42.5 for n in range(18)], " ms"),
        ("change from bar to bar", _change, [n / 20 for n in range(21)], ""),
    ]
    drawn = [
        distribution(_all(true, of), _all(own, of), title=title, edges=edges, unit=unit)
        for title, of, edges, unit in shapes
    ]
    drawn.append(columns(_places(true, own), title="strokes by sixteenth, bars of 4/4", every=4))
    drawn.append(columns(_fills(true, own), title="share of bars that are fills, by bar of four"))
    drawn.append(pairs(_voices(true, own), title="strokes a bar by voice"))
    return "".join(drawn)


def _all(songs: Sequence[Drumming], of: Callable[[Drumming], Floats]) -> Floats:
    return np.concatenate([of(drums) for drums in songs])


def _hits(drums: Drumming) -> Floats:
    return np.bincount(drums.bar, minlength=len(drums.bars)).astype(np.float64)


def _change(drums: Drumming) -> Floats:
    """The share of struck cells that differ from the bar before, one a bar that follows one."""
    roll, follows = drums.roll(), drums.follows()[1:]
    differ = (roll[1:] ^ roll[:-1]).sum(axis=(1, 2))[follows]
    struck = (roll[1:] | roll[:-1]).sum(axis=(1, 2))[follows]
    return np.asarray(differ / np.maximum(struck, 1), np.float64)


def _voices(true: Sequence[Drumming], own: Sequence[Drumming]) -> dict[str, tuple[float, float]]:
    a, b = (
        np.sum([np.bincount(drums.row, minlength=len(ROWS)) for drums in songs], axis=0)
        / sum(len(drums.bars) for drums in songs)
        for songs in (true, own)
    )
    return {
        row.name.lower().replace("_", " "): (float(a[place]), float(b[place]))
        for place, row in enumerate(ROWS)
    }


def _places(true: Sequence[Drumming], own: Sequence[Drumming]) -> dict[str, tuple[float, float]]:
    a, b = (_by_sixteenth(songs) for songs in (true, own))
    names = [f"{cell // 4 + 1}{('', 'e', '+', 'a')[cell % 4]}" for cell in range(SIXTEENTHS)]
    return {name: (float(x), float(y)) for name, x, y in zip(names, a, b, strict=True)}


def _by_sixteenth(songs: Sequence[Drumming]) -> Floats:
    total, bars = np.zeros(SIXTEENTHS), 0
    for drums in songs:
        four = drums.lengths == 4.0
        total += drums.roll()[four][:, :SIXTEENTHS].sum(axis=(0, 2))
        bars += int(four.sum())
    return np.asarray(total / max(1, bars), np.float64)


def _fills(true: Sequence[Drumming], own: Sequence[Drumming]) -> dict[str, tuple[float, float]]:
    place = np.concatenate([phrase_place(drums) for drums in true])
    a, b = (_by_phrase(songs, place) for songs in (true, own))
    return {f"bar {bar + 1}": (float(a[bar]), float(b[bar])) for bar in range(PHRASE_BARS)}


def _by_phrase(songs: Sequence[Drumming], place: Ints) -> Floats:
    filled = np.concatenate([fill_bars(drums) for drums in songs])
    bars = np.bincount(place, minlength=PHRASE_BARS)
    fills = np.bincount(place[filled], minlength=PHRASE_BARS)
    return np.asarray(fills / np.maximum(bars, 1), np.float64)
