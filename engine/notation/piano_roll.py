"""A picture of a song: the guitar as a piano roll over the drums, bar by bar, in several lines.

The place of a mark is where it sounds, micro-timing included; the darker, the harder it is struck.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import EngineError, needs
from engine.music.kit import Voice
from engine.music.notes import Hit, Note
from engine.music.song import Bar
from engine.storage.atomic import new_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHORT_SONG_BARS = 64  # up to here lines are of 8 bars, beyond of 16
MOST_BARS = 320  # more would make a picture that no viewer opens
WIDTH_IN, LINE_IN = 15.0, 2.5
IDEA_BARS, IDEA_IN = 16, 1.5  # of each idea, where several are drawn
MARK_BEATS = 0.13
DPI = 100
FEWEST_PITCHES = 13
GUITAR, DRUMS, GRID, BAR_LINE, INK = "#8c2d04", "#08306b", "#e4e4e4", "#8a8a8a", "#333333"
ALWAYS = (Voice.KICK, Voice.SNARE, Voice.CLOSED_HAT)


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn; times are beats from the start of the song."""

    title: str
    notes: Sequence[Note]
    hits: Sequence[Hit]
    bars: Sequence[Bar]


def write_plot(path: Path, picture: Picture) -> None:
    """Draw the picture to an image file; its ending says which kind (.png, .svg, .pdf)."""
    _save(draw(picture), path)


def write_ideas(path: Path, title: str, pictures: Sequence[Picture]) -> None:
    """Draw the guitar over the drums of several ideas, in the first bars with drums, to one file.

    The title of each picture says what the idea is; all are of one guitar.
    """
    _save(draw_ideas(title, pictures), path)


def _save(figure: Figure, path: Path) -> None:
    try:
        with new_file(path) as beside, warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph")  # a name in letters that the font lacks
            figure.savefig(beside, dpi=DPI)
    except (OSError, ValueError) as error:
        raise EngineError(f"{path}: the plot cannot be written ({error})") from error


def draw_ideas(title: str, pictures: Sequence[Picture]) -> Figure:
    """The picture of several ideas as a matplotlib figure."""
    with needs("plot", "drawing a plot"):
        from matplotlib.figure import Figure
    first = pictures[0]
    begun = min((hit.beat for one in pictures for hit in one.hits), default=0.0)
    line = [bar for bar in first.bars if bar.start + bar.beats > begun][:IDEA_BARS]
    if not line:
        raise EngineError("there is nothing to draw: the song has no bars")
    height = 0.8 + IDEA_IN * (1 + len(pictures))
    figure = Figure(figsize=(WIDTH_IN, height))
    shape = {"left": 0.075, "right": 0.985, "top": 1 - 0.65 / height, "bottom": 0.2 / height}
    rows = figure.add_gridspec(1 + len(pictures), 1, hspace=0.28, **shape)
    figure.suptitle(
        f"{title}   (darker is louder)", x=0.075, y=1 - 0.12 / height, ha="left", va="top",
        color=INK, parse_math=False,
    )  # fmt: skip
    above = figure.add_subplot(rows[0, 0])
    _draw_guitar(above, first.notes, line)
    _draw_bars(above, line, _length(line))
    for row, picture in enumerate(pictures, start=1):
        axes = figure.add_subplot(rows[row, 0])
        _draw_drums(axes, picture.hits, line)
        _draw_bars(axes, line, _length(line))
        axes.set_title(picture.title, loc="left", fontsize=9, color=INK, pad=2, parse_math=False)
    return figure


def draw(picture: Picture) -> Figure:
    """The picture as a matplotlib figure."""
    with needs("plot", "drawing a plot"):
        from matplotlib.figure import Figure
    lines = _lines(picture.bars[:MOST_BARS])
    height = 0.7 + LINE_IN * len(lines)
    figure = Figure(figsize=(WIDTH_IN, height))
    shape = {"left": 0.075, "right": 0.985, "top": 1 - 0.65 / height, "bottom": 0.2 / height}
    ratios = [1.15, 1, 0.2] * len(lines)  # guitar, drums, air
    grid = figure.add_gridspec(len(ratios), 1, height_ratios=ratios, hspace=0.06, **shape)
    place = {"x": 0.075, "y": 1 - 0.12 / height, "ha": "left", "va": "top"}
    figure.suptitle(_title(picture), color=INK, parse_math=False, **place)
    width = max(_length(line) for line in lines)
    for row, line in enumerate(lines):
        above, below = (figure.add_subplot(grid[3 * row + k, 0]) for k in (0, 1))
        _draw_guitar(above, picture.notes, line)
        _draw_drums(below, picture.hits, line)
        for axes in (above, below):
            _draw_bars(axes, line, width)
        first = sum(len(before) for before in lines[:row])
        _draw_numbers(above, picture.bars, range(first, first + len(line)))
    return figure


def _length(line: Sequence[Bar]) -> float:
    return line[-1].start + line[-1].beats - line[0].start


def _lines(bars: Sequence[Bar]) -> list[Sequence[Bar]]:
    if not bars:
        raise EngineError("there is nothing to draw: the song has no bars")
    each = 8 if len(bars) <= SHORT_SONG_BARS else 16
    return [bars[at : at + each] for at in range(0, len(bars), each)]


def _title(picture: Picture) -> str:
    title = f"{picture.title}   (darker is louder)"
    if len(picture.bars) > MOST_BARS:
        title += f"   the first {MOST_BARS} of {len(picture.bars)} bars"
    return title


def _draw_guitar(axes: Axes, notes: Sequence[Note], line: Sequence[Bar]) -> None:
    pitches = [note.pitch for note in notes] or [52]
    middle, half = (min(pitches) + max(pitches)) / 2, (max(pitches) - min(pitches)) / 2 + 1
    half = max(half, FEWEST_PITCHES / 2)
    axes.set_ylim(middle - half, middle + half)
    start, end = line[0].start, line[0].start + _length(line)
    marks = []
    for note in notes:
        left, right = max(start, note.onset), min(end, max(note.end, note.onset + MARK_BEATS / 2))
        if left < right:
            marks.append((left, note.pitch - 0.42, right - left, 0.84, note.velocity))
    _fill(axes, marks, GUITAR)
    tonics = [p for p in range(12, 128) if p % 12 in (4, 9) and abs(p - middle) < half]  # E and A
    axes.set_yticks(tonics, [f"{'E' if p % 12 == 4 else 'A'}{p // 12 - 1}" for p in tonics])


def _draw_drums(axes: Axes, hits: Sequence[Hit], line: Sequence[Bar]) -> None:
    struck = {hit.voice for hit in hits}
    voices = [voice for voice in Voice if voice in struck or voice in ALWAYS]
    axes.set_ylim(-0.6, len(voices) - 0.4)
    row = {voice: place for place, voice in enumerate(voices)}
    half = MARK_BEATS / 2
    start, end = line[0].start - half, line[0].start + _length(line) - half
    marks = (
        (hit.beat - half, row[hit.voice] - 0.36, MARK_BEATS, 0.72, hit.velocity)
        for hit in hits
        if hit.voice is not None and start <= hit.beat < end
    )
    _fill(axes, marks, DRUMS)
    axes.set_yticks(range(len(voices)), [v.name.lower().replace("_", " ") for v in voices])


def _fill(axes: Axes, marks: Iterable[tuple[float, float, float, float, int]], colour: str) -> None:
    """Boxes (left, bottom, width, height, velocity), lighter where they are softer."""
    from matplotlib.collections import PatchCollection
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Rectangle

    boxes, colours, ink = [], [], to_rgb(colour)
    for left, bottom, width, height, velocity in marks:
        boxes.append(Rectangle((left, bottom), width, height))
        pale = 0.75 * (1 - velocity / 127)
        colours.append([part + (1 - part) * pale for part in ink])
    axes.add_collection(PatchCollection(boxes, facecolors=colours, edgecolors="none", zorder=3))


def _draw_bars(axes: Axes, line: Sequence[Bar], width: float) -> None:
    start, end = line[0].start, line[-1].start + line[-1].beats
    axes.set_xlim(start - 0.12, start + width + 0.12)
    beats = [bar.start + beat for bar in line for beat in range(1, round(bar.beats + 0.49))]
    axes.vlines(beats, *axes.get_ylim(), color=GRID, linewidth=0.7, zorder=1)
    edges = [bar.start for bar in line] + [end]
    axes.vlines(edges, *axes.get_ylim(), color=BAR_LINE, linewidth=1.0, zorder=2)
    axes.tick_params(length=0, labelsize=8, labelcolor=INK)
    axes.set_xticks([])
    for side in axes.spines.values():
        side.set_visible(False)


def _draw_numbers(axes: Axes, bars: Sequence[Bar], line: range) -> None:
    """Bar numbers from 1 above the bar lines, and the metre where it changes."""
    top = axes.get_ylim()[1]
    for index in line:
        metre = bars[index].metre
        changed = index == 0 or bars[index - 1].metre != metre
        text = f"{index + 1}  {metre}" if changed else str(index + 1)
        axes.text(bars[index].start + 0.06, top, text, fontsize=8, color=BAR_LINE, va="bottom")
