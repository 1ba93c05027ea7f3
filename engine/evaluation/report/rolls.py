"""Piano rolls: the guitar, the true drums under it, and every idea of ours under those."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.evaluation.measures.drumming import Drumming
from engine.evaluation.results import MODEL, TRUTH, SongResult
from engine.music.kit import Voice
from engine.music.notes import Note
from engine.music.song import Bar
from engine.pages.svg import Scale, Svg

WIDTH, LEFT = 1180.0, 96.0
ROW, GUITAR_HEIGHT, GAP = 11.0, 74.0, 22.0
MOST_BARS = 16
SONGS = 6
ALWAYS = (Voice.KICK, Voice.SNARE, Voice.CLOSED_HAT)


def chosen_songs(results: Sequence[SongResult]) -> list[SongResult]:
    """Songs from best to worst by the model's hit F1, evenly spread, the extremes left out."""
    ordered = sorted(results, key=lambda one: (-one.scores[MODEL].f1, one.file))
    count = min(SONGS, len(ordered))
    return [ordered[(2 * place + 1) * len(ordered) // (2 * count)] for place in range(count)]


def excerpt(result: SongResult) -> list[Bar]:
    """The longest stretch of bars that follow each other, cut to its middle."""
    number = result.drums[TRUTH].number
    runs = np.split(np.arange(len(number)), np.flatnonzero(np.diff(number) != 1) + 1)
    run = max(runs, key=len)
    first = max(0, len(run) - MOST_BARS) // 2
    return [result.drums[TRUTH].bars[at] for at in run[first : first + MOST_BARS]]


def played(result: SongResult) -> list[tuple[str, Drumming, str]]:
    """Who played the song, by name, with the kind of shape that shows it; the whole kit."""
    ours = (result.kit[MODEL], *result.other_ideas)
    names = [f"idea {n + 1}" for n in range(len(ours))] if len(ours) > 1 else ["model"]
    rows = [(name, one, "model") for name, one in zip(names, ours, strict=True)]
    return [("true drums", result.kit[TRUTH], "truth"), *rows]


def piano_roll(result: SongResult) -> str:
    """The picture of the middle of a song."""
    bars, players = excerpt(result), played(result)
    rows = _rows([drums for _, drums, _ in players])
    each = ROW * len(rows) + GAP
    height = 18 + GUITAR_HEIGHT + len(players) * each + 6
    picture = Svg(WIDTH, height, f"{result.file}: guitar, true drums, drums of the model")
    along = Scale(bars[0].start, bars[-1].start + bars[-1].beats, LEFT, WIDTH - 4)
    _draw_guitar(picture, result.notes, along, 18)
    for place, (name, drums, kind) in enumerate(players):
        top = 18 + GUITAR_HEIGHT + GAP + place * each
        picture.text(LEFT, top - 5, name, f"{kind} words")
        _draw_drums(picture, drums, rows, along, top, kind)
    _draw_bars(picture, bars, result, along, height)
    return str(picture)


def _rows(players: Sequence[Drumming]) -> list[Voice]:
    """The voices that somebody strikes, cymbals above drums."""
    struck = {drums.rows[row] for drums in players for row in set(drums.row.tolist())}
    return sorted(struck | set(ALWAYS), reverse=True)


def _draw_guitar(picture: Svg, notes: Sequence[Note], along: Scale, top: float) -> None:
    heard = [note for note in notes if note.end > along.low and note.onset < along.high]
    pitches = [note.pitch for note in heard] or [40, 64]
    middle, half = (min(pitches) + max(pitches)) / 2, max(8.0, np.ptp(pitches) / 2 + 1)
    up = Scale(middle - half, middle + half, top + GUITAR_HEIGHT, top)
    thick = min(5.0, GUITAR_HEIGHT / (2 * half))
    picture.text(LEFT - 8, top + GUITAR_HEIGHT / 2 + 4, "guitar", "small", anchor="end")
    for note in heard:
        width = max(2.0, along(note.end) - along(note.onset) - 0.5)
        alpha = 0.35 + 0.65 * note.velocity / 127
        y = up(note.pitch) - thick / 2
        picture.rect(along(note.onset), y, width, thick, "guitar", alpha=alpha)


def _draw_drums(
    picture: Svg, drums: Drumming, rows: Sequence[Voice], along: Scale, top: float, kind: str
) -> None:
    for place, voice in enumerate(rows):
        name = voice.name.lower().replace("_", " ")
        picture.text(LEFT - 8, top + ROW * (place + 0.8), name, "tiny", anchor="end")
        picture.line(LEFT, top + ROW * (place + 1), WIDTH - 4, top + ROW * (place + 1), "hair")
    at = {drums.rows.index(voice): place for place, voice in enumerate(rows)}
    beats = drums.beats()
    inside = (beats >= along.low - 0.13) & (beats < along.high - 0.13)
    for beat, row, velocity in zip(
        beats[inside], drums.row[inside], drums.velocity[inside], strict=True
    ):
        y = top + ROW * at[int(row)] + 1.5
        picture.rect(along(beat) - 1, y, 5, ROW - 3, kind, alpha=0.3 + 0.7 * velocity)


def _draw_bars(
    picture: Svg, bars: Sequence[Bar], result: SongResult, along: Scale, height: float
) -> None:
    first = int(result.drums[TRUTH].number[result.drums[TRUTH].bars.index(bars[0])])
    for place, bar in enumerate(bars):
        x = along(bar.start)
        picture.line(x, 14, x, height - 4, "bar")
        picture.text(x + 3, 11, str(first + place + 1), "faint")
