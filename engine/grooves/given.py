"""The groove of a MIDI file: its first one to four bars of drums, which are kept to.

A pick-up before the first whole bar is left out, and so is a last stroke on the one that ends the
file. What repeats is kept once: a file that plays one bar four times has a groove of one bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import MidiError
from engine.grooves.groove import MOST_BARS, Groove
from engine.midi.read import read_song
from engine.music.grid import MAX_BAR_BEATS, fits_grid, quantise_played
from engine.music.kit import PITCH_OF, VOICE_OF
from engine.music.loop import LEAN
from engine.music.notes import Hit, Pattern
from engine.music.song import Bar, Song, bars

LEAST_STROKES = 2  # places that are struck; fewer are no groove
PERIODS = (1, 2)  # bars after which a groove may repeat, else all of it is kept

_Struck = frozenset[tuple[int, int]]  # (step, voice)


def groove_of_file(path: Path) -> Groove:
    """The groove that the drums of a MIDI file begin with; a MidiError of one sentence if none."""
    song = read_song(path)
    try:
        return groove_of_song(song)
    except MidiError as error:
        raise MidiError(f"{path}: {error}") from error


def groove_of_song(song: Song) -> Groove:
    """The groove that the drums of a song begin with."""
    hits = _drums(song)
    if not hits:
        raise MidiError("holds no drums on channel 10: there is no groove to keep to")
    chosen, struck = _whole_bars(list(bars(song, until=hits[-1].beat + LEAN)), hits)
    period = next((one for one in PERIODS if _repeats(struck, one)), len(struck))
    start, metre = chosen[0].start, chosen[0].metre
    end = start + period * metre.beats
    kept = [
        Hit(hit.beat - start, hit.drum, hit.velocity)
        for hit in hits
        if start - LEAN <= hit.beat < end - LEAN
    ]
    return Groove(Pattern.of(kept, end - start), metre)


def _drums(song: Song) -> list[Hit]:
    """All strokes on drums of the kit, in order, in beats of the song."""
    return sorted(
        Hit(note.onset, PITCH_OF[VOICE_OF[note.pitch]], note.velocity)
        for part in song.parts
        if part.is_drum
        for note in part.notes()
        if note.pitch in VOICE_OF
    )


def _whole_bars(found: Sequence[Bar], hits: Sequence[Hit]) -> tuple[list[Bar], list[_Struck]]:
    """The bars of the groove, one to four of one metre, and what is struck in each."""
    starts = np.array([bar.start for bar in found]) - LEAN
    beats = np.array([hit.beat for hit in hits])
    place = np.maximum(0, np.searchsorted(starts, beats, side="right") - 1)
    first = _first_bar(found, place, beats)
    metre = found[first].metre
    if not fits_grid(metre.beats):
        raise MidiError(
            f"its drums begin in {metre}, which cannot be drummed; bars of whole eighths, up to"
            f" {MAX_BAR_BEATS:g} quarter notes long, can"
        )
    chosen = []
    for bar in found[first : first + MOST_BARS]:
        if bar.metre != metre or not bar.is_whole:
            break
        chosen.append(bar)
    struck = [_struck(bar, place == first + at, beats, hits) for at, bar in enumerate(chosen)]
    while len(struck) > 1 and first + len(struck) == len(found) and _ends(struck[-1]):
        chosen.pop(), struck.pop()
    if len({(at, step) for at, bar in enumerate(struck) for step, _ in bar}) < LEAST_STROKES:
        raise MidiError("its drums are too short for a groove: one whole bar is the least")
    return chosen, struck


def _first_bar(found: Sequence[Bar], place: NDArray[np.int64], beats: NDArray[np.float64]) -> int:
    """The number of the first bar that is no pick-up."""
    first = int(place[0])
    bar = found[first]
    begins_late = beats[0] >= bar.start + bar.beats / 2
    goes_on = bool((place > first).any())
    return int(place[place > first][0]) if goes_on and (begins_late or not bar.is_whole) else first


def _struck(
    bar: Bar, here: NDArray[np.bool_], beats: NDArray[np.float64], hits: Sequence[Hit]
) -> _Struck:
    inside = np.flatnonzero(here)
    steps, _ = quantise_played(beats[inside] - bar.start, np.zeros(len(inside), np.int64))
    voices = [VOICE_OF[hits[at].drum] for at in inside.tolist()]
    return frozenset(zip(steps.tolist(), map(int, voices), strict=True))


def _ends(struck: _Struck) -> bool:
    """Whether nothing is struck in a bar but its one, if that."""
    return all(step == 0 for step, _ in struck)


def _repeats(struck: Sequence[_Struck], period: int) -> bool:
    return all(struck[at] == struck[at - period] for at in range(period, len(struck)))
