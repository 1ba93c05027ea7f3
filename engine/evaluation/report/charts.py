"""The charts of the report: means with intervals, songs side by side, distributions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.evaluation.hit_metrics import Mean
from engine.evaluation.measures.drumming import Floats
from engine.pages.svg import Scale, Svg

WIDE, HALF = 1140.0, 350.0
ROW = 26.0
NAME = 150.0  # room for names on the left


def intervals(rows: Mapping[str, Mean], kinds: Mapping[str, str], *, label: str) -> str:
    """A dot with its interval for each row, on a scale from 0 to 1."""
    height = ROW * len(rows) + 30
    picture = Svg(WIDE, height, label)
    scale = Scale(0, 1, NAME, WIDE - 150)
    for tick in np.arange(0, 1.01, 0.2):
        picture.line(scale(tick), 4, scale(tick), height - 24, "grid")
        picture.text(scale(tick), height - 8, f"{tick:.1f}", "faint", anchor="middle")
    for number, (name, mean) in enumerate(rows.items()):
        y, kind = ROW * (number + 0.5) + 4, kinds.get(name, "other")
        picture.text(NAME - 12, y + 4, name, anchor="end")
        picture.rect(scale(mean.low), y - 3, scale(mean.high) - scale(mean.low), 6, kind, alpha=0.3)
        picture.dot(scale(mean.mean), y, 5.5, kind, tip=f"{name}: {mean}")
        picture.text(WIDE - 140, y + 4, str(mean), "number")
    return str(picture)


@dataclass(frozen=True, slots=True)
class SongBar:
    """One song's number, beside the one to hold it against."""

    name: str
    value: float
    beside: float


def songs(bars: Sequence[SongBar], *, label: str, value: str, beside: str) -> str:
    """A bar for each song with a mark where the other one lies, best gain first."""
    ordered = sorted(bars, key=lambda bar: bar.beside - bar.value)
    height, foot = 250.0, 24.0
    picture = Svg(WIDE, height, label)
    up = Scale(0, 1, height - foot, 10)
    for tick in np.arange(0, 1.01, 0.2):
        picture.line(34, up(tick), WIDE, up(tick), "grid")
        picture.text(26, up(tick) + 4, f"{tick:.1f}", "faint", anchor="end")
    step = (WIDE - 40) / max(1, len(ordered))
    width = min(28.0, step * 0.72)
    for number, bar in enumerate(ordered):
        x = 40 + step * (number + 0.5)
        tip = f"{bar.name}: {value} {bar.value:.2f}, {beside} {bar.beside:.2f}"
        kind = "model" if bar.value >= bar.beside else "model lost"
        picture.rect(x - width / 2, up(bar.value), width, up(0) - up(bar.value), kind, tip=tip)
        picture.line(x - width / 2 - 2, up(bar.beside), x + width / 2 + 2, up(bar.beside), "mark")
    above = sum(bar.value > bar.beside for bar in ordered)
    words = f"bars: {value}; lines: {beside}; {value} above {beside} in {above} of {len(ordered)}"
    picture.text(40, height - 6, f"{words} (full colour)", "faint")
    return str(picture)


def distribution(
    truth: Floats, answer: Floats, *, title: str, edges: Sequence[float], unit: str = ""
) -> str:
    """Two histograms over one another, as shares; what lies outside counts at the ends."""
    picture, height = Svg(HALF, 170, title), 170.0
    shares = [_shares(values, edges) for values in (truth, answer)]
    across = Scale(edges[0], edges[-1], 8, HALF - 8)
    up = Scale(0, max(0.01, *(float(share.max()) for share in shares)), height - 26, 30)
    picture.text(8, 16, title, "title")
    for share, kind in zip(shares, ("truth", "model"), strict=True):
        for low, high, part in zip(edges[:-1], edges[1:], share, strict=True):
            size = (across(high) - across(low) - 1, up(0) - up(part))
            tip = f"{low:g} to {high:g}{unit}: {100 * part:.0f} % ({kind})"
            picture.rect(across(low), up(part), *size, kind, alpha=0.55, tip=tip)
    for edge, anchor in ((edges[0], "start"), (edges[-1], "end")):
        picture.text(across(edge), height - 10, f"{edge:g}{unit}", "faint", anchor=anchor)
    return str(picture)


def pairs(rows: Mapping[str, tuple[float, float]], *, title: str) -> str:
    """Two bars under each other for each row, the truth's above; shares from 0 to the largest."""
    height = 30 + 22.0 * len(rows)
    picture = Svg(HALF, height + 6, title)
    top = max([value for row in rows.values() for value in row] + [1e-9])
    along = Scale(0, top, 92, HALF - 84)
    picture.text(8, 16, title, "title")
    for number, (name, values) in enumerate(rows.items()):
        y = 30 + 22.0 * number
        picture.text(84, y + 12, name, "small", anchor="end")
        for place, (value, kind) in enumerate(zip(values, ("truth", "model"), strict=True)):
            size = along(value) - along(0)
            tip = f"{name}: {value:.2f} ({kind})"
            picture.rect(92, y + 8 * place + 1, size, 7, kind, alpha=0.8, tip=tip)
        end = max(along(value) for value in values)
        picture.text(end + 6, y + 12, " / ".join(f"{value:.2f}" for value in values), "faint")
    return str(picture)


def columns(rows: Mapping[str, tuple[float, float]], *, title: str, every: int = 1) -> str:
    """Two columns beside each other for each row, the truth's first; every so many are named."""
    picture, height = Svg(HALF, 170, title), 170.0
    up = Scale(0, max([v for row in rows.values() for v in row] + [1e-9]), height - 26, 30)
    step = (HALF - 16) / max(1, len(rows))
    picture.text(8, 16, title, "title")
    for number, (name, values) in enumerate(rows.items()):
        x, width = 8 + step * number, step * 0.38
        for place, (value, kind) in enumerate(zip(values, ("truth", "model"), strict=True)):
            tip = f"{name}: {value:.2f} ({kind})"
            left = x + place * width
            picture.rect(left, up(value), width, up(0) - up(value), kind, alpha=0.8, tip=tip)
        if number % every == 0:
            picture.text(x + width, height - 10, name, "faint", anchor="middle")
    return str(picture)


def _shares(values: Floats, edges: Sequence[float]) -> Floats:
    inside = np.clip(values[np.isfinite(values)], edges[0], edges[-1])
    counts, _ = np.histogram(inside, np.asarray(edges))
    return np.asarray(counts / max(1, len(inside)), np.float64)
