"""Parts with known beats to learn from: the pitched parts of folders of songs, kept in one file.

`python -m engine.beats.training.parts PARTS.npz FOLDER... --leave-out WORDS` gathers them.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.beats.training.conditions import Array, Played
from engine.errors import EngineError
from engine.midi.read import read_song
from engine.music.song import Part, Song, bars

FEWEST_NOTES = 60
PARTS_A_SONG = 4  # guitars, and as many others
LONGEST_S = 150.0  # of a part, from its first note
ON_GRID, GRID_SHARE = 0.04, 0.75  # parts that are off the sixteenths and triplets are left out
GRID = np.array((0, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 1))


@dataclass(frozen=True, slots=True)
class KnownPart:
    """A part and which of its beats are ones."""

    song: str
    is_guitar: bool
    part: Played
    is_one: NDArray[np.bool_]
    by_hand: bool = False  # its timing is a player's, not a sequencer's


def known_parts(folder: Path, *, leave_out: Sequence[str]) -> Iterator[KnownPart]:
    """Every usable part below a folder; `leave_out` holds words of paths, artists and titles, in
    lower case. A manifest.csv in the folder, if there is one, names artist and title of a file."""
    names = _names_in(folder / "manifest.csv")
    for path in sorted(folder.rglob("*.mid")):
        inside = path.relative_to(folder).as_posix()
        name = f"{inside} {names.get(inside, '')}".casefold()
        if any(word in name for word in leave_out):
            continue
        try:
            song = read_song(path)
        except EngineError:
            continue
        yield from _parts_of(song, path.stem)


def _names_in(manifest: Path) -> dict[str, str]:
    if not manifest.exists():
        return {}
    with manifest.open(encoding="utf-8", newline="") as file:
        return {
            row["file"]: f"{row.get('artist') or ''} {row.get('title') or ''}"
            for row in csv.DictReader(file)
        }


def save_parts(parts: Sequence[KnownPart], path: Path) -> None:
    """All in one file, note after note."""
    played = [part.part for part in parts]
    np.savez(
        path,
        song=np.array([part.song for part in parts]),
        is_guitar=np.array([part.is_guitar for part in parts]),
        notes=np.array([len(one.time) for one in played]),
        beats=np.array([len(one.beats) for one in played]),
        time=np.concatenate([one.time for one in played]).astype(np.float32),
        pitch=np.concatenate([one.pitch for one in played]).astype(np.uint8),
        velocity=np.concatenate([one.velocity for one in played]).astype(np.uint8),
        beat=np.concatenate([one.beats for one in played]).astype(np.float32),
        is_one=np.concatenate([part.is_one for part in parts]),
    )


def load_parts(path: Path) -> list[KnownPart]:
    with np.load(path) as file:
        f = dict(file)
    notes, beats = np.cumsum(f["notes"])[:-1], np.cumsum(f["beats"])[:-1]
    columns = [np.split(f[name], notes) for name in ("time", "pitch", "velocity")]
    columns += [np.split(f[name], beats) for name in ("beat", "is_one")]
    out = []
    for song, guitar, time, pitch, velocity, beat, one in zip(
        f["song"], f["is_guitar"], *columns, strict=True
    ):
        played = Played(
            time.astype(float),
            pitch.astype(np.int64),
            velocity.astype(np.int64),
            beat.astype(float),
        )
        out.append(KnownPart(str(song), bool(guitar), played, one))
    return out


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
            near = seconds < seconds[0] + LONGEST_S
            kept = (times > seconds[0] - 10) & (times < seconds[near][-1] + 5)
            if near.sum() >= FEWEST_NOTES and kept.sum() > 20:
                seconds = seconds - seconds[0] + 1.0
                shift = seconds[0] - _seconds(song, part.onset[order[:1]])[0]
                played = Played(seconds[near], pitch[near], velocity[near], times[kept] + shift)
                yield KnownPart(name, part.is_guitar, played, is_one[kept])


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--leave-out", default="", help="words, with commas between")
    asked = parser.parse_args()
    words = [word for word in asked.leave_out.casefold().split(",") if word]
    parts = [part for folder in asked.folders for part in known_parts(folder, leave_out=words)]
    save_parts(parts, asked.parts)
    guitars = sum(part.is_guitar for part in parts)
    print(f"{len(parts)} parts, {guitars} of them guitars")  # noqa: T201


if __name__ == "__main__":
    main()
