"""Corpora that tests make bar by bar, without a MIDI file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.corpus.store import TENSORS, Corpus, Report, SongInfo
from engine.encoding.features import pattern_grid
from engine.music.grid import steps_in
from engine.music.kit import Voice
from engine.music.notes import COMMON_TIME, Metre, Note, Pattern

Rows = Mapping[Voice, str]
HATS = {Voice.CLOSED_HAT: "x.x.x.x.x.x.x.x."}
ROCK: Rows = {Voice.KICK: "x.......x.......", Voice.SNARE: "....x.......x...", **HATS}
SYNCOPATED: Rows = {Voice.KICK: "x..x..x...x.....", Voice.SNARE: "....x.......x...", **HATS}
HALF_TIME: Rows = {Voice.KICK: "x.........x.....", Voice.SNARE: "........x.......", **HATS}
RIDE: Rows = {
    Voice.KICK: "x...x...x...x...",
    Voice.CLAP: "....x.......x...",
    Voice.RIDE: "x.x.x.x.x.x.x.x.",
}


@dataclass(frozen=True, slots=True)
class MadeSong:
    """A song: its bars of drums, each a pattern, and the notes of its guitar, in beats."""

    bars: tuple[Pattern, ...]
    notes: tuple[Note, ...] = ()
    metre: Metre = COMMON_TIME
    split: str = "train"
    group: str = ""
    style: str = ""
    source: str = "made"
    bpm: float = 120.0
    dynamics: bool = True


def bars_of(*rows: Rows, beats: float = 4.0) -> tuple[Pattern, ...]:
    """A bar of drums for each of the rows of text."""
    return tuple(Pattern.from_grid(one, beats=beats) for one in rows)


def strummed(places: Sequence[float], bars: int, pitch: int = 45) -> tuple[Note, ...]:
    """A guitar that plays at these beats of every bar of 4/4."""
    return tuple(
        Note(4.0 * bar + place, 0.4, pitch + number % 5, 80)
        for bar in range(bars)
        for number, place in enumerate(places)
    )


def corpus_of(songs: Sequence[MadeSong]) -> Corpus:
    """The songs as `drumd prepare` would leave them, without pairs."""
    columns: dict[str, list[float]] = {name: [] for name in TENSORS}
    columns["part_note"], columns["bar_hit"] = [0], [0]
    for number, song in enumerate(songs):
        _add_part(columns, number, song.notes)
        _add_bars(columns, number, song)
        columns["song_dynamics"].append(song.dynamics)
    tensors = {name: np.array(column).astype(TENSORS[name]) for name, column in columns.items()}
    infos = tuple(
        SongInfo(
            f"{number}.mid",
            song.split,
            source=song.source,
            group=song.group or str(number),
            style=song.style,
        )
        for number, song in enumerate(songs)
    )
    return Corpus(infos, Report(len(songs), len(songs), {}), tensors)


def _add_part(columns: dict[str, list[float]], number: int, notes: Iterable[Note]) -> None:
    for note in sorted(notes):
        columns["note_onset"].append(note.onset)
        columns["note_duration"].append(note.duration)
        columns["note_pitch"].append(note.pitch)
        columns["note_velocity"].append(note.velocity)
    columns["part_song"].append(number)
    columns["part_program"].append(27)
    columns["part_guitar"].append(1)
    columns["part_note"].append(len(columns["note_onset"]))


def _add_bars(columns: dict[str, list[float]], number: int, song: MadeSong) -> None:
    for bar, pattern in enumerate(song.bars):
        columns["bar_song"].append(number)
        columns["bar_start"].append(bar * song.metre.beats)
        columns["bar_beats"].append(song.metre.beats)
        columns["bar_numerator"].append(song.metre.numerator)
        columns["bar_denominator"].append(song.metre.denominator)
        columns["bar_bpm"].append(song.bpm)
        grid = pattern_grid(pattern, steps_in(song.metre.beats))
        for step, voice in zip(*np.nonzero(grid[..., 0]), strict=True):
            columns["hit_step"].append(step)
            columns["hit_voice"].append(voice)
            columns["hit_velocity"].append(round(float(grid[step, voice, 1]) * 127))
            columns["hit_offset"].append(float(grid[step, voice, 2]) / 8)
        columns["bar_hit"].append(len(columns["hit_step"]))
