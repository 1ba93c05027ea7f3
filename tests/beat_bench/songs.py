"""Parts with known beats to learn from: every pitched part of a folder of songs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError
from engine.midi import read_song
from engine.song import Part, Song, bars
from tests.beat_bench.conditions import Array, Played

FEWEST_NOTES = 100
PARTS_A_SONG = 4  # guitars, and as many others
ON_GRID, GRID_SHARE = 0.04, 0.75  # parts that are off the sixteenths and triplets are left out
GRID = np.array((0, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 1))


@dataclass(frozen=True, slots=True)
class KnownPart:
    """A part and which of its beats are ones."""

    song: str
    is_guitar: bool
    part: Played
    is_one: NDArray[np.bool_]


def known_parts(folder: Path, *, leave_out: Sequence[str]) -> Iterator[KnownPart]:
    """Every usable part below a folder; `leave_out` holds words of paths, in lower case."""
    for path in sorted(folder.rglob("*.mid")):
        if any(word in path.as_posix().casefold() for word in leave_out):
            continue
        try:
            song = read_song(path)
        except EngineError:
            continue
        yield from _parts_of(song, path.stem)


def _parts_of(song: Song, name: str) -> Iterator[KnownPart]:
    beats, is_one = beats_of(song)
    times = _seconds(song, beats)
    pitched = sorted((p for p in song.parts if not p.is_drum and len(p) >= FEWEST_NOTES), key=len)
    guitars = [part for part in reversed(pitched) if part.is_guitar][:PARTS_A_SONG]
    others = [part for part in reversed(pitched) if not part.is_guitar][:PARTS_A_SONG]
    for part in guitars + others:
        if len(beats) > 20 and _on_grid(part, beats):
            order = np.argsort(part.onset, kind="stable")
            seconds = _seconds(song, part.onset[order])
            pitch, velocity = part.pitch[order].astype(int), part.velocity[order].astype(int)
            played = Played(seconds, pitch, velocity, times)
            yield KnownPart(name, part.is_guitar, played, is_one)


def beats_of(song: Song) -> tuple[Array, NDArray[np.bool_]]:
    """The felt beats in quarter notes: of the metre's unit, three of it where it is compound."""
    beats: list[float] = []
    is_one: list[bool] = []
    for bar in bars(song, until=song.length + 8):
        unit = 4 / bar.metre.denominator
        if bar.metre.numerator > 3 and bar.metre.numerator % 3 == 0:
            unit *= 3
        count = max(1, int(np.ceil(bar.beats / unit - 1e-6)))
        beats += [bar.start + k * unit for k in range(count)]
        is_one += [k == 0 for k in range(count)]
    return np.array(beats), np.array(is_one)


def _seconds(song: Song, beats: Array) -> Array:
    starts, bpm = (np.array(column) for column in zip(*song.tempos, strict=True))
    at = np.concatenate([[0], np.cumsum(np.diff(starts) * 60 / bpm[:-1])])
    index = np.maximum(np.searchsorted(starts, beats + 1e-9, side="right") - 1, 0)
    return np.asarray(at[index] + (beats - starts[index]) * 60 / bpm[index])


def _on_grid(part: Part, beats: Array) -> bool:
    index = np.clip(np.searchsorted(beats, part.onset + 1e-6, side="right") - 1, 0, len(beats) - 2)
    phase = (part.onset - beats[index]) / (beats[index + 1] - beats[index])
    return bool((np.abs(phase[:, None] - GRID).min(1) < ON_GRID).mean() >= GRID_SHARE)
