"""A picture of the beat tracker at work: onsets, the beats found, and the tempo over time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from engine.errors import EngineError, needs

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_RECORDS = 24  # in one picture
WIDTH_IN, ROW_IN, DPI = 14.0, 2.4, 90
ONSETS, BEATS, ONES, TEMPO = "#8c2d04", "#9ecae1", "#08306b", "#238b45"


class FoundBeat(Protocol):
    """What is drawn of a beat."""

    @property
    def time(self) -> float: ...
    @property
    def beat(self) -> int: ...
    @property
    def confidence(self) -> float: ...


Row = tuple[str, Sequence[tuple[float, int, int]], Sequence[FoundBeat]]


def plot_beats(path: Path, rows: Sequence[Row]) -> None:
    """Write a picture, a row for each record: its name, onsets and beats."""
    with needs("plot", "a picture"):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    rows = rows[:MOST_RECORDS]
    figure = Figure(figsize=(WIDTH_IN, ROW_IN * max(1, len(rows))), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(max(1, len(rows)), 1, squeeze=False)[:, 0]
    for axis, row in zip(axes, rows, strict=False):
        _draw(axis, *row)
    try:
        figure.savefig(path, format="png")
    except OSError as error:
        raise EngineError(f"cannot write the picture {path}: {error.strerror}") from error


def _draw(
    axis: Axes, name: str, onsets: Sequence[tuple[float, int, int]], beats: Sequence[FoundBeat]
) -> None:
    for beat in beats:
        one = beat.beat == 1
        axis.axvline(beat.time, color=ONES if one else BEATS, lw=1.0 if one else 0.6, zorder=1)
    axis.scatter(
        [time for time, _, _ in onsets], [pitch for _, pitch, _ in onsets], s=6, color=ONSETS
    )
    axis.set_title(name, loc="left", fontsize=9, parse_math=False)
    axis.set_ylabel("MIDI pitch")
    axis.set_xlabel("seconds")
    tempo = axis.twinx()
    times = [beat.time for beat in beats]
    bpm = [60 / (b - a) for a, b in pairwise(times)]
    tempo.plot(times[1:], bpm, color=TEMPO, lw=1)
    tempo.set_ylabel("bpm", color=TEMPO)
