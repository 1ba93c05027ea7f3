"""The page that `drumd report` writes of one recorded session."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from html import escape
from itertools import pairwise
from math import ceil
from operator import itemgetter
from pathlib import Path
from statistics import median
from typing import TypeVar

import numpy as np

from drumd.recording.recorded import Session, Turn, read_session
from drumd.status.told import parts_of
from engine.pages.html import html_page, section, tiles, write_page
from engine.pages.svg import Scale, Svg

Entry = TypeVar("Entry")

WIDE, LEFT = 1140.0, 44.0
ROW_S = 20.0  # of the session in one row of the picture
LATEST_MS, COLUMNS = 20.0, 40  # of the histogram
KEY = (
    '<span class="key"><i class="guitar"></i>guitar<i class="model"></i>drums'
    " &nbsp; light lines: beats; dark lines: bar lines</span>"
)
PLAYED = ("Played, and the beats found", "Higher notes lie higher; the drums below.")
TEMPO = ("Tempo", "One step a bar, as the musical clock had it; below, which source led.")
GROOVES = ("Grooves", "What the drummer said that it played, and in which part of the song.")
LATE = ("Lateness of the hits", "From when a hit was due to when it was handed to the port.")


def write_session_report(recording: Path, target: Path, *, sound: str | None = None) -> Path:
    """Write the page of a recording."""
    write_page(target, session_page(read_session(recording), sound=sound))
    return target


def session_page(session: Session, *, sound: str | None = None) -> str:
    """The page; it loads nothing. `sound` is the recording as a data URI."""
    heard = f'<p><audio controls preload="none" src="{escape(sound)}"></audio></p>' if sound else ""
    body = (
        _tiles(session)
        + heard
        + section(PLAYED, KEY + "".join(_rows(session)))
        + (section(GROOVES, _grooves(session)) if session.turns else "")
        + section(TEMPO, _tempo(session))
        + section(LATE, _lateness(session.late_ms))
    )
    return html_page(f"{session.name}: how the jam went", body)


def _tiles(session: Session) -> str:
    late = session.late_ms
    p50, p99 = (f"{np.percentile(late, share):.2f} ms" if late else "–" for share in (50, 99))
    bpm = f"{median(bpm for _, bpm in session.tempo):.1f}" if session.tempo else "–"
    clocks = dict.fromkeys(moment.clock for _, moment in session.moments)
    led = ", ".join(clock for clock in clocks if clock != "none") or "nobody"
    figures = [
        ("length", f"{session.seconds:.0f} s"),
        ("notes of guitar", str(len(session.guitar))),
        ("hits", str(len(session.drums))),
        ("tempo, median", f"{bpm} bpm"),
        ("clock", led),
        ("lateness p50", p50),
        ("lateness p99", p99),
    ]
    return tiles((name, f"<b>{escape(figure)}</b>") for name, figure in figures)


def _rows(session: Session) -> list[str]:
    return [
        _row(session, number * ROW_S) for number in range(max(1, ceil(session.seconds / ROW_S)))
    ]


def _row(session: Session, start: float) -> str:
    """Onsets over the beats, for some seconds of the session."""
    end, height = start + ROW_S, 132.0
    picture = Svg(WIDE, height, f"what was played from {start:.0f} s to {end:.0f} s")
    across = Scale(start, end, LEFT, WIDE - 8)
    pitches = [note for _, note in session.guitar] or [60]
    guitar = Scale(min(pitches), max(pitches), 80, 8)
    drums = Scale(35, 60, 114, 92)
    for time, one in _between(session.beats, start, end):
        picture.line(across(time), 2, across(time), 116, "bar" if one else "grid")
    for kind, scale, strokes in (
        ("guitar", guitar, session.guitar),
        ("model", drums, session.drums),
    ):
        for time, note in _between(strokes, start, end):
            tip = f"{time:.3f} s, note {note}"
            picture.rect(across(time) - 1.5, scale(note) - 2, 3, 4, kind, tip=tip)
    picture.text(LEFT, height - 3, f"{start:.0f} s", "faint")
    picture.text(WIDE - 8, height - 3, f"{end:.0f} s", "faint", anchor="end")
    return str(picture)


def _between(
    entries: Sequence[tuple[float, Entry]], start: float, end: float
) -> Sequence[tuple[float, Entry]]:
    """The entries of a stretch of time, of those in order of time."""
    first = bisect_left(entries, start, key=itemgetter(0))
    return entries[first : bisect_left(entries, end, key=itemgetter(0))]


def _grooves(session: Session) -> str:
    """The parts as A, B, A over the time, and the groove of each."""
    turns = session.turns
    parts = parts_of(turn.told for turn in turns)
    picture, across = Svg(WIDE, 34, "parts over time"), Scale(0, session.seconds, LEFT, WIDE - 8)
    for turn in turns:
        width = across(turn.end) - across(turn.start)
        shade = "guitar" if turn.told.part in ("A", "C") else "model"
        picture.rect(across(turn.start), 2, width - 1, 12, shade, alpha=0.6, tip=str(turn.told))
        if width > 12:
            picture.text(across(turn.start) + 2, 28, turn.told.part, "faint")
    rows = "".join(
        f"<tr><td>{_bars(session, turn)}</td><td>{escape(turn.told.part)}</td>"
        f"<td>{escape(turn.told.groove)}</td></tr>"
        for turn in turns
    )
    head = "<tr><th>bars</th><th>part</th><th>groove</th></tr>"
    said = f"<p>Parts: <b>{escape(parts)}</b></p>" if parts else ""
    return f"{said}{picture}<table>{head}{rows}</table>"


def _bars(session: Session, turn: Turn) -> str:
    """Which bars a groove was played in, in words."""
    found = session.bars_in(turn.start, turn.end)
    if found is None:
        return "–"
    return f"{found[0]}" if found[0] == found[1] else f"{found[0]}–{found[1]}"


def _tempo(session: Session) -> str:
    """The tempo over time, with the source of the clock under it."""
    if not session.tempo:
        return "<p>The clock never rolled.</p>"
    picture, height = Svg(WIDE, 220, "tempo over time"), 220.0
    values = [bpm for _, bpm in session.tempo]
    low, high = min(values) - 2, max(values) + 2
    across, up = Scale(0, session.seconds, LEFT, WIDE - 8), Scale(low, high, height - 52, 10)
    for bpm in np.linspace(low, high, 5):
        picture.line(LEFT, up(bpm), WIDE - 8, up(bpm), "grid")
        picture.text(LEFT - 6, up(bpm) + 4, f"{bpm:.1f}", "faint", anchor="end")
    for (time, bpm), (until, after) in pairwise([*session.tempo, (session.seconds, values[-1])]):
        size = (across(until) - across(time), 2.5)
        picture.rect(across(time), up(bpm) - 1.25, *size, "model", tip=f"{time:.1f} s: {bpm:.2f}")
        step = (min(up(bpm), up(after)), abs(up(after) - up(bpm)))
        picture.rect(across(until) - 1, step[0], 1, step[1], "model", alpha=0.5)
    _sources(picture, session, across, height - 40)
    return str(picture)


def _sources(picture: Svg, session: Session, across: Scale, y: float) -> None:
    """A strip that says which source led when."""
    led = [(time, moment.clock) for time, moment in session.moments]
    turns = [led[0], *(b for a, b in pairwise(led) if a[1] != b[1]), (session.seconds, "")]
    for (time, clock), (until, _) in pairwise(turns):
        kind, width = "other" if clock == "none" else "guitar", across(until) - across(time)
        words = "no clock" if clock == "none" else clock
        picture.rect(across(time), y, width - 1, 12, kind, alpha=0.6, tip=f"{words}, {time:.0f} s")
        if width > 8 * len(words):
            picture.text(across(time) + 2, y + 26, words, "faint")


def _lateness(late_ms: Sequence[float]) -> str:
    """A histogram; what is later than its end counts in its last column."""
    if not late_ms:
        return "<p>No drum was played.</p>"
    picture, height = Svg(WIDE, 200, "lateness of the hits in milliseconds"), 200.0
    end = min(LATEST_MS, max(1.0, float(np.percentile(late_ms, 99.5)) * 1.2))
    edges = np.linspace(0, end, COLUMNS + 1)
    counts, _ = np.histogram(np.clip(late_ms, 0, end), edges)
    across, up = Scale(0, end, LEFT, WIDE - 30), Scale(0, int(counts.max()), height - 30, 12)
    for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True):
        size = (across(high) - across(low) - 1, up(0) - up(count))
        picture.rect(across(low), up(count), *size, "model", tip=f"{low:.2f} ms on: {count} hits")
    for value in np.linspace(0, end, 6):
        picture.text(across(value), height - 12, f"{value:.2f} ms", "faint", anchor="middle")
    picture.text(LEFT - 6, up(int(counts.max())) + 4, f"{counts.max()}", "faint", anchor="end")
    return str(picture)
