"""The bars of a song by its metres.

A change of metre belongs on a bar line. Programs write some a few ticks beside it, and some in
the middle of a bar; drums must go on through both, so bars are laid in whole eighths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

from engine.music.notes import Metre, Note

TOLERANCE = 1e-6
BESIDE_BEATS = 0.25  # a change of metre that lies no further from a bar line is meant there
SHORTEST_BEATS, LONGEST_BEATS = 1.5, 6.0  # of a bar that drums can be laid in
PLAYABLE = "a bar must last 1.5..6 quarter notes and end on an eighth"

Metres = Sequence[tuple[float, Metre]]  # (beat, metre), sorted, the first at beat 0


def playable(metre: Metre) -> bool:
    """Whether drums can be laid in a bar of that metre."""
    return SHORTEST_BEATS <= metre.beats <= LONGEST_BEATS and metre.beats % 0.5 == 0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a song; where a change of metre cuts it short it has less than its beats.

    A rest too short to be a bar is added to the bar before it, which then has more.
    """

    start: float  # beats from the start of the song
    beats: float
    metre: Metre
    bpm: float  # at its start

    @property
    def is_whole(self) -> bool:
        return abs(self.beats - self.metre.beats) < TOLERANCE


def bars_of(metres: Metres, end: float, bpm_at: Callable[[float], float]) -> Iterator[Bar]:
    """The bars up to the one in which beat `end` lies."""
    laid = on_bar_lines(metres)
    stops = [start for start, _ in laid[1:]] + [float("inf")]
    for (start, metre), stop in zip(laid, stops, strict=True):
        held: Bar | None = None
        for index in range(ceil((min(stop, end) - start) / metre.beats - TOLERANCE)):
            at = start + index * metre.beats
            bar = Bar(at, min(metre.beats, stop - at), metre, bpm_at(at))
            if held and _joins(held, bar):
                held = replace(held, beats=held.beats + bar.beats)
                continue
            if held:
                yield held
            held = bar
        if held:
            yield held


def count_bars(metres: Metres, end: float) -> int:
    """How many bars there are up to beat `end`, at most."""
    stops = [start for start, _ in metres[1:]] + [end]
    return sum(
        max(0, ceil((min(stop, end) - start) / metre.beats))
        for (start, metre), stop in zip(metres, stops, strict=True)
    )


def on_bar_lines(metres: Metres) -> list[tuple[float, Metre]]:
    """The same metres, each from a bar line of the one before it, or from an eighth of its bar."""
    laid = [metres[0]]
    for beat, metre in metres[1:]:
        start, before = laid[-1]
        at = max(start, start + _place(beat - start, before.beats))
        if at == start:
            laid[-1] = (start, metre)  # the one before it had no time to begin
        else:
            laid.append((at, metre))
    return laid


def pick_up(metres: Metres, end: float) -> tuple[float, Metre]:
    """The length of a pick-up bar in beats (0 where there is none), and the song's metre after it.

    A pick-up is a first bar that is shorter than the second.
    """
    first, second, *_ = [*bars_of(metres, end, lambda _: 0.0), None, None][:2]
    if first is None or second is None or second.beats - first.beats < TOLERANCE:
        return 0.0, metres[0][1] if first is None else first.metre
    return first.beats, second.metre


def end_with_last_note(notes: Sequence[Note], bars: Sequence[Bar]) -> tuple[Note, ...]:
    """The notes of an instrument, by onset, none sounding on after the bar of the last onset.

    A last chord that rings is the end of the song, not more bars of it.
    """
    if not notes:
        return ()
    last = notes[-1].onset
    ends = (bar.start + bar.beats for bar in bars if bar.start <= last + TOLERANCE)
    end = max(ends, default=last)
    return tuple(
        note if note.end <= end else replace(note, duration=max(0.0, end - note.onset))
        for note in notes
    )


def _place(beats: float, bar: float) -> float:
    """Where after the start of a metre the next one begins, which says so `beats` after it."""
    line = round(beats / bar) * bar
    if abs(beats - line) <= min(BESIDE_BEATS, bar / 2) + TOLERANCE:
        return line
    whole = floor(beats / bar) * bar
    return whole + round((beats - whole) * 2) / 2


def _joins(before: Bar, bar: Bar) -> bool:
    """Whether a bar cut short is better counted with the one before it."""
    together = before.beats + bar.beats
    fits = together <= LONGEST_BEATS and (together * 2).is_integer()
    return bar.beats < min(SHORTEST_BEATS, bar.metre.beats) - TOLERANCE and fits
