"""Songs to measure a drummer on: guitar, bars and the drums that were really played."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np
from numpy.typing import NDArray

from engine.corpus.store import Corpus
from engine.errors import CorpusError
from engine.evaluation.hit_metrics import Roll, roll
from engine.inference.accompany import sounding
from engine.music.grid import beat_of, fits_grid
from engine.music.kit import PITCH_OF, Voice
from engine.music.notes import Hit, Metre, Note
from engine.music.song import Bar

PARTS = ("tune", "last", "all")


@dataclass(frozen=True, slots=True)
class EvalSong:
    """A song whose drums are known; times are beats from its start."""

    file: str
    group: str
    notes: tuple[Note, ...]  # of its guitar, by onset
    bars: tuple[Bar, ...]
    hit_beats: NDArray[np.float64]  # (hits,)
    hit_voices: NDArray[np.int64]
    hit_velocities: NDArray[np.int64]  # 1..127
    feel: str = ""  # as the manifest calls it: straight, triplet/swing, or nothing
    has_dynamics: bool = True  # the velocities of its drums vary

    @property
    def metre(self) -> Metre:
        """The metre of most of its bars."""
        metres = [bar.metre for bar in self.bars]
        return max(dict.fromkeys(metres), key=metres.count)

    @property
    def bpm(self) -> float:
        return float(np.median([bar.bpm for bar in self.bars]))

    def hits(self) -> list[Hit]:
        """The drums that were really played."""
        columns = (self.hit_beats, self.hit_voices, self.hit_velocities)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return [Hit(beat, PITCH_OF[Voice(voice)], velocity) for beat, voice, velocity in rows]

    def scored_bars(self) -> list[Bar]:
        """The bars that fit the grid, in which a guitar note begins and drums were played."""
        fitting = [bar for bar in self.bars if bar.is_whole and fits_grid(bar.metre.beats)]
        truth = self.roll(fitting, self.hit_beats, self.hit_voices).any(axis=(1, 2))
        onsets = np.array([note.onset for note in self.notes])
        edges = np.array([(bar.start, bar.start + bar.beats) for bar in fitting]).reshape(-1, 2)
        guitar = np.diff(np.searchsorted(onsets, edges), axis=1)[:, 0] > 0
        return [bar for bar, both in zip(fitting, truth & guitar, strict=True) if both]

    @staticmethod
    def roll(
        bars: Sequence[Bar], beats: Sequence[float] | NDArray[np.float64],
        voices: Sequence[int] | NDArray[np.int64], *, fine: bool = False,
    ) -> Roll:  # fmt: skip
        """Hits on the cells of these bars, as `engine.evaluation.hit_metrics` counts them."""
        starts, lengths = [bar.start for bar in bars], [bar.beats for bar in bars]
        return roll(beats, voices, starts, lengths, fine=fine)


def songs_of(corpus: Corpus, *, split: str = "valid", part: str = "all") -> list[EvalSong]:
    """The strict guitar songs of one split, or of its half `tune` or `last`.

    They come in an order that mixes their sources, so that the first few are a fair sample.
    """
    tensors = corpus.tensors
    owner, is_guitar = tensors["part_song"], tensors["part_guitar"] == 1
    lengths = np.diff(np.asarray(tensors["part_note"], np.int64))
    songs = []
    for index, info in enumerate(corpus.songs):
        parts = np.flatnonzero((owner == index) & is_guitar)
        wanted = info.split == split and info.strict == 1 and in_part(info.group or info.file, part)
        if wanted and len(parts):
            guitar = int(parts[np.argmax(lengths[parts])])
            song = _song(corpus, index, guitar)
            if song.scored_bars():
                songs.append(song)
    if not songs:
        raise CorpusError(f"the corpus has no strict guitar song to measure on (split {split})")
    return sorted(songs, key=lambda song: _digest(song.file))


def in_part(group: str, part: str) -> bool:
    """Whether a group of songs lies in this half; what is kept for the last look stays apart."""
    odd = _digest(group)[0] & 1
    return part == "all" or part == ("last" if odd else "tune")


def other_songs(song: EvalSong, songs: Sequence[EvalSong], most: int) -> list[EvalSong]:
    """Songs of the same metre and of other groups, one a group, the nearest in tempo first."""
    others = [one for one in songs if one.group != song.group and one.metre == song.metre]
    others.sort(key=lambda one: (abs(one.bpm - song.bpm), one.file))
    by_group: dict[str, EvalSong] = {}
    for one in others:
        by_group.setdefault(one.group, one)
    return list(by_group.values())[:most]


def borrowed_guitar(song: EvalSong, lender: EvalSong) -> tuple[Note, ...]:
    """The lender's guitar, bar after bar, in the bars in which the song's own guitar sounds."""
    onsets = [note.onset for note in lender.notes]
    full = [bar for bar in sounding(lender.bars, lender.notes) if bar.metre == lender.metre]
    notes: list[Note] = []
    for bar, source in zip(sounding(song.bars, song.notes), cycle(full), strict=False):
        length = min(bar.beats, source.beats)
        first, last = np.searchsorted(onsets, (source.start, source.start + length))
        notes += (
            Note(note.onset - source.start + bar.start, note.duration, note.pitch, note.velocity)
            for note in lender.notes[first:last]
        )
    return tuple(sorted(notes))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def _song(corpus: Corpus, index: int, part: int) -> EvalSong:
    tensors = corpus.tensors
    first, last = (int(at) for at in tensors["part_note"][part : part + 2])
    columns = ("note_onset", "note_duration", "note_pitch", "note_velocity")
    rows = zip(*(tensors[name][first:last].tolist() for name in columns), strict=True)
    bars = np.flatnonzero(tensors["bar_song"] == index)
    starts = np.asarray(tensors["bar_start"], np.float64)
    hit_from, hit_to = (int(tensors["bar_hit"][at]) for at in (bars[0], bars[-1] + 1))
    hit_bar = np.repeat(
        bars, np.diff(np.asarray(tensors["bar_hit"], np.int64)[bars[0] : bars[-1] + 2])
    )
    steps = np.asarray(tensors["hit_step"][hit_from:hit_to], np.int64)
    offsets = np.asarray(tensors["hit_offset"][hit_from:hit_to], np.float64)
    return EvalSong(
        file=corpus.songs[index].file,
        group=corpus.songs[index].group or corpus.songs[index].file,
        notes=tuple(Note(*row) for row in rows),
        bars=tuple(_bar(corpus, int(bar)) for bar in bars),
        hit_beats=starts[hit_bar] + beat_of(steps) + offsets,
        hit_voices=np.asarray(tensors["hit_voice"][hit_from:hit_to], np.int64),
        hit_velocities=np.asarray(tensors["hit_velocity"][hit_from:hit_to], np.int64),
        feel=corpus.songs[index].feel,
        has_dynamics=bool(tensors["song_dynamics"][index] == 1),
    )


def _bar(corpus: Corpus, bar: int) -> Bar:
    names = ("bar_start", "bar_beats", "bar_numerator", "bar_denominator", "bar_bpm")
    start, beats, above, below, bpm = (corpus.tensors[name][bar].item() for name in names)
    return Bar(start, beats, Metre(above, below), bpm)
