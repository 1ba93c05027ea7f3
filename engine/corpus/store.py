"""A corpus: a folder of pairs to train on, as `corpus.json` and `corpus.safetensors`.

The JSON names the songs and the report of what was dropped; the tensors hold notes, parts, bars,
hits and pairs of all songs one after another. There is no pickle in it, and the same songs give
the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.corpus.pairs import SongPairs
from engine.errors import CorpusError, needs
from engine.music.grid import MAX_BAR_STEPS
from engine.music.kit import VOICES
from engine.storage.atomic import publish

FORMAT, VERSION = "drumd-corpus", 3
TENSORS = {
    "note_onset": "<f8",  # (notes,) beats from the start of the song
    "note_duration": "<f4",  # beats
    "note_pitch": "|u1",
    "note_velocity": "|u1",
    "part_song": "<i4",  # (parts,)
    "part_program": "|u1",
    "part_guitar": "|u1",  # 1 a guitar, 0 a stand-in
    "part_note": "<i8",  # (parts + 1,) where the notes of each part start; none: drums alone
    "bar_song": "<i4",  # (bars,)
    "bar_start": "<f8",  # beats from the start of the song
    "bar_beats": "<f4",
    "bar_numerator": "|u1",
    "bar_denominator": "|u1",
    "bar_bpm": "<f4",
    "bar_hit": "<i8",  # (bars + 1,) where the hits of each bar start
    "hit_step": "|u1",  # (hits,) in the bar
    "hit_voice": "|u1",
    "hit_velocity": "|u1",
    "hit_offset": "<f4",  # beats off the step
    "song_dynamics": "|u1",  # (songs,) 1 where the drums' velocities vary
    "pair_part": "<i4",  # (pairs,)
    "pair_bar": "<i4",  # the first of two bars
}

BEATS = 1e6  # more than any song has
BOUNDS: dict[str, tuple[float, float]] = {
    "note_onset": (0, BEATS),
    "note_duration": (0, BEATS),
    "note_pitch": (0, 127),
    "note_velocity": (1, 127),
    "bar_start": (0, BEATS),
    "bar_beats": (1e-3, BEATS),
    "bar_numerator": (1, 255),
    "bar_bpm": (1e-3, 1e9),
    "hit_step": (0, MAX_BAR_STEPS),
    "hit_voice": (0, VOICES - 1),
    "hit_velocity": (1, 127),
    "hit_offset": (-1, 1),
}

Tensors = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class SongInfo:
    """Where a song comes from; what a manifest does not say is empty."""

    file: str
    split: str  # train or valid
    source: str = ""
    licence: str = ""
    licence_clear: str = ""
    kind: str = ""
    feel: str = ""
    group: str = ""
    strict: int = 0
    genre: str = ""  # in the words of the manifest, or the file's name
    style: str = ""  # a name of engine.music.wishes.Style


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the files: used, or dropped for a reason."""

    files: int
    used: int
    dropped: dict[str, int]


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus in memory, checked; `tensors` is described by TENSORS."""

    songs: tuple[SongInfo, ...]
    report: Report
    tensors: Tensors


def drums_alone(tensors: Tensors) -> NDArray[np.bool_]:
    """(songs,) whether each song is drums alone: no part of it has a note."""
    songs = len(tensors["song_dynamics"])
    notes = np.diff(tensors["part_note"].astype(np.int64))
    alone: NDArray[np.bool_] = np.bincount(tensors["part_song"], notes, songs) == 0
    return alone


def write_corpus(folder: Path, songs: Sequence[tuple[SongInfo, SongPairs]], report: Report) -> None:
    """Writes the corpus beside its place and puts it there when it is whole."""
    infos = [asdict(info) for info, _ in songs]
    head = {"format": FORMAT, "version": VERSION, "songs": infos, "report": asdict(report)}
    publish(folder, "corpus", head, join_songs([pairs for _, pairs in songs]))


def join_songs(songs: Sequence[SongPairs]) -> dict[str, NDArray[np.generic]]:
    """The tensors of a corpus, the songs one after another."""
    columns: dict[str, list[NDArray[np.generic]]] = {name: [] for name in TENSORS}
    first_part = first_bar = 0
    for index, song in enumerate(songs):
        for name, values in _columns(song, index, first_part, first_bar).items():
            columns[name].append(np.asarray(values).astype(TENSORS[name]))
        first_part += len(song.parts)
        first_bar += len(song.bars)
    joined = {
        name: np.concatenate(pieces) if pieces else np.zeros(0, TENSORS[name])
        for name, pieces in columns.items()
    }
    for name in ("part_note", "bar_hit"):  # lengths so far
        joined[name] = np.append(0, np.cumsum(joined[name])).astype(TENSORS[name])
    return joined


def _columns(
    song: SongPairs, index: int, first_part: int, first_bar: int
) -> dict[str, NDArray[np.generic] | list[float] | list[int]]:
    """One song's rows of each tensor; where pointers belong, lengths."""
    parts, bars = song.parts, song.bars
    return {
        "note_onset": np.concatenate([part.onset for part in parts]),
        "note_duration": np.concatenate([part.duration for part in parts]),
        "note_pitch": np.concatenate([part.pitch for part in parts]),
        "note_velocity": np.concatenate([part.velocity for part in parts]),
        "part_song": [index] * len(parts),
        "part_program": [part.program for part in parts],
        "part_guitar": [int(part.is_guitar) for part in parts],
        "part_note": [len(part) for part in parts],
        "bar_song": [index] * len(bars),
        "bar_start": [bar.start for bar in bars],
        "bar_beats": [bar.beats for bar in bars],
        "bar_numerator": [min(255, bar.metre.numerator) for bar in bars],
        "bar_denominator": [bar.metre.denominator for bar in bars],
        "bar_bpm": [bar.bpm for bar in bars],
        "bar_hit": np.bincount(song.hits.bar, minlength=len(bars)),
        "hit_step": song.hits.step,
        "hit_voice": song.hits.voice,
        "hit_velocity": song.hits.velocity,
        "hit_offset": song.hits.offset,
        "song_dynamics": [int(song.has_dynamics)],
        "pair_part": song.pair_part + first_part,
        "pair_bar": song.pair_bar + first_bar,
    }


def read_corpus(folder: Path) -> Corpus:
    """The corpus in a folder; CorpusError where it is none, broken or of another version."""
    head = read_head(folder, FORMAT, VERSION)
    try:
        songs = tuple(_song_info(song) for song in head["songs"])
        report = Report(**head["report"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CorpusError(
            f"{folder / 'corpus.json'} is broken; prepare the corpus again"
        ) from error
    corpus = Corpus(songs, report, read_tensors(folder / "corpus.safetensors"))
    _check(corpus, folder)
    return corpus


def _song_info(told: Mapping[str, Any]) -> SongInfo:
    """The entry of a song; a ValueError where a value is of another kind than it should be."""
    for key, value in told.items():
        if not isinstance(value, int if key == "strict" else str):
            raise ValueError(f"{key} of a song cannot be {value!r}")
    return SongInfo(**told)


def read_head(folder: Path, form: str, version: int) -> dict[str, Any]:
    """The JSON of a corpus of this format and version."""
    path = folder / "corpus.json"
    try:
        head = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise CorpusError(f"{folder} holds no corpus; make one with `drumd prepare`") from error
    except (OSError, ValueError, RecursionError) as error:
        raise CorpusError(f"{path} cannot be read; prepare the corpus again") from error
    found = (head.get("format"), head.get("version")) if isinstance(head, dict) else ("?", "?")
    if found != (form, version):
        raise CorpusError(
            f"{folder} is a corpus of format {found[0]} version {found[1]}, "
            f"but {form} version {version} is needed; prepare it again"
        )
    return dict(head)


def read_tensors(path: Path) -> Tensors:
    with needs("train", "reading a corpus"):
        from safetensors import SafetensorError
        from safetensors.numpy import load_file
    try:
        tensors: Tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise CorpusError(f"{path} is missing or broken; prepare the corpus again") from error
    return tensors


def _check(corpus: Corpus, folder: Path) -> None:
    """Raises CorpusError unless every tensor is there and every pointer points inside."""
    tensors = corpus.tensors
    wrong = [
        name
        for name, kind in TENSORS.items()
        if name not in tensors or tensors[name].dtype != np.dtype(kind) or tensors[name].ndim != 1
    ]
    if not wrong:
        wrong = _broken_pointers(tensors, len(corpus.songs)) or _beyond_bounds(tensors)
    if wrong:
        raise CorpusError(f"{folder}: {', '.join(wrong)} do not fit; prepare the corpus again")
    if not len(tensors["pair_part"]):
        raise CorpusError(f"{folder} holds no pairs; prepare it from more songs")


def _beyond_bounds(tensors: Tensors) -> list[str]:
    """The tensors with a value that no song has; one that is not a number lies beyond too."""
    wrong = [
        name
        for name, (low, high) in BOUNDS.items()
        if len(values := tensors[name])
        and not low <= float(values.min()) <= float(values.max()) <= high
    ]
    one_song = np.diff(tensors["bar_song"]) == 0
    if (one_song & (np.diff(tensors["bar_start"]) <= 0)).any():
        wrong.append("bar_start")  # the bars of a song follow each other
    metres = np.isin(tensors["bar_denominator"], (1, 2, 4, 8, 16, 32, 64)).all()
    return wrong if metres else [*wrong, "bar_denominator"]


def _broken_pointers(tensors: Tensors, songs: int) -> list[str]:
    size = {name: len(values) for name, values in tensors.items()}
    index_below = {
        "part_song": songs,
        "bar_song": songs,
        "pair_part": size["part_song"],
        "pair_bar": size["bar_song"] - 1,
    }
    wrong = [
        name
        for name, limit in index_below.items()
        if size[name] and not 0 <= int(tensors[name].min()) <= int(tensors[name].max()) < limit
    ]
    pointers = (("part_note", "part_song", "note_onset"), ("bar_hit", "bar_song", "hit_step"))
    for name, rows, target in pointers:
        starts = tensors[name]
        whole = size[name] == size[rows] + 1 and starts[0] == 0 and starts[-1] == size[target]
        if not whole or (np.diff(starts) < 0).any():
            wrong.append(name)
    kinds = ("note", "part", "bar", "hit", "pair")
    for kind in kinds:
        lengths = {n: v for n, v in size.items() if n.startswith(f"{kind}_")}
        lengths = {n: v for n, v in lengths.items() if n not in ("part_note", "bar_hit")}
        wrong += [n for n, v in lengths.items() if v != min(lengths.values())]
    if size["song_dynamics"] != songs:
        wrong.append("song_dynamics")
    return wrong
