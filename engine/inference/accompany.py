"""Drums for a whole file: the drummer is asked bar by bar and hears the guitar of those bars.

Before it plays it hears the song through once: the guide finds the parts of the song and the groove
of each. A part ends in a fill, and the next one begins a phrase.

It plays where the guitar plays, and through the guitar's rests of up to a bar. Bars too long for
the grid are played in pieces; bars that do not fit it (7/16, a beat left over before a change of
metre) rest and are counted.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.grooves.groove import Groove
from engine.inference.guide import Choice, Guide
from engine.music.grid import MAX_BAR_BEATS, fits_grid
from engine.music.notes import HISTORY_BARS, WINDOW_NOTES, Hit, Metre, Note, Pattern, Request
from engine.music.song import Bar
from engine.music.wishes import FREE, GIVEN_TEMPERATURE, Wishes
from engine.performance.dynamics import Dynamics
from engine.performance.expression import touched
from engine.performance.phrase import Phrase, ended

PIECE_BEATS = 4.0  # what a bar too long for the grid is cut into
LEAN_BEATS = 0.125  # a note that comes less than this before a bar line means the bar line
TOUCH_BEATS = 0.05  # a note that reaches less far into a bar does not count as heard there


class Drummer(Protocol):
    """Whoever can be asked for drums; `engine.inference.infer.BundleDrummer` is one."""

    @property
    def guide(self) -> Guide | None:
        """Who chooses the grooves; None: the drummer knows none."""

    def play(self, request: Request) -> Pattern:
        """The drums of the bars asked for."""


@dataclass(frozen=True, slots=True)
class Take:
    """The drums of a song."""

    hits: tuple[Hit, ...]  # beats from the start of the song
    played: tuple[Bar, ...]
    unfit: tuple[Bar, ...]  # bars with guitar that do not fit the grid
    groove: str = ""  # what is played, in words
    parts: str = ""  # the part of each bar played, as letters


def accompany(
    notes: Sequence[Note],
    bars: Iterable[Bar],
    drummer: Drummer,
    *,
    temperature: float | None = None,
    wishes: Wishes = FREE,
    idea: int = 0,
    groove: Groove | None = None,
) -> Take:
    """Drums to a guitar, `notes` sorted by onset, in the bars of its song.

    `idea` counts the guide's ideas from 0; a `groove` that is given is kept to in all bars of its
    length.
    """
    asked, unfit = _requests(notes, bars, wishes)
    choices = _choices(drummer, asked, idea, groove)
    parts = ["" if choice is None else choice.part for choice in choices]
    hits: list[Hit] = []
    history: tuple[Pattern, ...] = ()
    before: Bar | None = None
    phrase, dynamics = Phrase(), Dynamics()
    if groove is not None and temperature is None:
        temperature = GIVEN_TEMPERATURE
    for number, ((bar, request), choice) in enumerate(zip(asked, choices, strict=True)):
        if before and before.beats != bar.beats:
            history = ()  # drums of bars of another length say nothing about this one
        if before and bar.start > before.start + before.beats + TOUCH_BEATS:
            phrase.begin()  # the guitar has rested
        if number and parts[number] != parts[number - 1]:
            phrase.turn()
            history = ()  # the last part would be gone on with
        ends = parts[number + 1 : number + 2] not in ([], parts[number : number + 1])
        wished = phrase.wishes(request.wishes, part_ends=ends)
        request = replace(
            request,
            history=history,
            temperature=temperature,
            wishes=wished,
            since=phrase.bars,
            left=len(asked) - 1 - number,
            groove=choice.groove.bar(phrase.bars) if choice else None,
            loosely=choice is not None and choice.loosely,
        )
        pattern = drummer.play(request)
        gain = dynamics.follow(request.notes, request.heard_until, bar.beats)
        played = touched(phrase.play(pattern, wished), wished, gain)
        if bar is asked[-1][0]:
            played = ended(played, _last_onset(notes, bar))
        hits += (replace(hit, beat=bar.start + hit.beat) for hit in played.hits)
        history = (*history, pattern)[-HISTORY_BARS:]
        before = bar
    told = next((choice.told for choice in choices if choice), "")
    letters = "".join(parts)
    return Take(tuple(sorted(hits)), tuple(bar for bar, _ in asked), unfit, told, letters)


def _choices(
    drummer: Drummer,
    asked: Sequence[tuple[Bar, Request]],
    idea: int,
    groove: Groove | None,
) -> list[Choice | None]:
    """The groove of each bar; None where the drummer knows none."""
    if drummer.guide is None:
        return [None] * len(asked)
    if not asked:
        return []
    found = drummer.guide.plan([bar for bar, _ in asked], [one for _, one in asked], idea)
    if groove is None:
        return list(found)
    return [
        Choice(groove, f"the given groove: {groove.name}", choice.part, loosely=False)
        if bar.metre.beats == groove.metre.beats
        else choice
        for (bar, _), choice in zip(asked, found, strict=True)
    ]


def _last_onset(notes: Sequence[Note], bar: Bar) -> float:
    """Where in a bar the guitar's last note begins, on the one if none does; in beats."""
    inside = (note.onset - bar.start for note in notes if note.onset < bar.start + bar.beats)
    return max(0.0, max(inside, default=0.0))


def _requests(
    notes: Sequence[Note], bars: Iterable[Bar], wishes: Wishes
) -> tuple[list[tuple[Bar, Request]], tuple[Bar, ...]]:
    """What to ask for each bar with guitar, and the bars that do not fit the grid."""
    onsets = [note.onset for note in notes]
    asked: list[tuple[Bar, Request]] = []
    unfit: list[Bar] = []
    for number, bar in enumerate(sounding(bars, notes)):
        if not (bar.is_whole and fits_grid(bar.metre.beats)):
            unfit.append(bar)
            continue
        request = request_for(number, bar, notes, onsets)
        asked.append((bar, replace(request, wishes=wishes)))
    return asked, tuple(unfit)


def request_for(number: int, bar: Bar, notes: Sequence[Note], onsets: Sequence[float]) -> Request:
    """What to ask for a bar whose guitar is known to its end; `onsets` are those of `notes`."""
    end = bar.start + bar.beats
    heard = bisect_left(onsets, end)
    return Request(
        bar=number,
        start=bar.start,
        notes=tuple(notes[max(0, heard - WINDOW_NOTES) : heard]),
        heard_until=end,
        metre=bar.metre,
        bpm=bar.bpm,
    )


def sounding(bars: Iterable[Bar], notes: Sequence[Note]) -> Iterator[Bar]:
    """The bars, or their pieces, in which the guitar sounds or rests for a bar at most."""
    by_length: dict[float, NDArray[np.float64]] = {}
    for bar in bars:
        length = bar.metre.beats
        if length not in by_length:
            by_length[length] = _phrases(notes, longest_rest=length)
        phrases = by_length[length]
        first = np.searchsorted(phrases[:, 1], bar.start + TOUCH_BEATS, side="right")
        if first < len(phrases) and phrases[first, 0] < bar.start + bar.beats - LEAN_BEATS:
            yield from _pieces(bar)


def _phrases(notes: Sequence[Note], *, longest_rest: float) -> NDArray[np.float64]:
    """(phrases, 2) first and last beat of what sounds, rests up to `longest_rest` included.

    A rest begins on the beat after its last note: a note cut short fills its beat all the same.
    """
    if not notes:
        return np.zeros((0, 2))
    onset = np.array([note.onset for note in notes])
    end = np.array([max(note.end, note.onset + LEAN_BEATS + 2 * TOUCH_BEATS) for note in notes])
    heard_until = np.maximum.accumulate(end)
    rest_from = np.ceil(heard_until[:-1] - TOUCH_BEATS)
    breaks = np.flatnonzero(onset[1:] - rest_from > longest_rest + TOUCH_BEATS)
    return np.stack([onset[np.append(0, breaks + 1)], heard_until[np.append(breaks, -1)]], axis=1)


def _pieces(bar: Bar) -> Iterator[Bar]:
    """A bar as one or more that the grid can hold, each with the metre of its length."""
    start, left = bar.start, bar.beats
    while left > MAX_BAR_BEATS:
        yield Bar(start, PIECE_BEATS, Metre(4, 4), bar.bpm)
        start, left = start + PIECE_BEATS, left - PIECE_BEATS
    piece = Bar(start, left, bar.metre, bar.bpm)
    yield piece if piece.is_whole else replace(piece, metre=_metre_of(left) or bar.metre)


def _metre_of(beats: float) -> Metre | None:
    """The metre of a bar that was cut to this length, if there is one."""
    eighths = round(beats * 2)
    if eighths < 1 or abs(eighths / 2 - beats) > 1e-6:
        return None
    return Metre(eighths, 8) if eighths % 2 else Metre(eighths // 2, 4)
