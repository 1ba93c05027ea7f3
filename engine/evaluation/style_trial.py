"""Whether the styles that a drummer is told are heard: songs played in each of them, for a judge.

The judge learns from the true drums of songs to train on, at most 60 of a style. Each song of
ours is played once in every style, whatever its own is: what is asked is whether the word is
obeyed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.corpus.store import Corpus
from engine.errors import EngineError
from engine.evaluation.measures.drumming import drumming
from engine.evaluation.measures.phrases import phrase_starts, phrases
from engine.evaluation.measures.styles import Styled, StylesHeard, styles_heard
from engine.evaluation.songs import EvalSong, songs_of
from engine.inference.accompany import Drummer, accompany
from engine.inference.infer import BundleDrummer
from engine.music.notes import Hit
from engine.music.wishes import Style, Wishes
from engine.storage.workers import Progress, work_through

SONGS, TRUE_SONGS = 12, 60
PATIENCE_S = 1800.0


@dataclass(frozen=True, slots=True)
class StyleTask:
    """One song to play in every style, in a process of its own."""

    song: EvalSong
    bundle: Path | None
    seed: int


def style_trial(
    corpus: Corpus,
    songs: Sequence[EvalSong],
    *,
    bundle: Path | None = None,
    seed: int = 0,
    processes: int = 1,
    progress: Progress = lambda *_: None,
) -> StylesHeard | None:
    """What a judge hears in the first songs that have a phrase; None where there is no telling.

    Needs scikit-learn. Raises EngineError if a song cannot be played.
    """
    fit = [song for song in songs if _starts(song)][:SONGS]
    tasks = [StyleTask(song, bundle, seed) for song in fit]
    ours: list[Styled] = []
    progress(0, len(tasks))
    for index, answer in work_through(_run, tasks, jobs=processes, patience_s=PATIENCE_S):
        if not isinstance(answer, list):
            raise EngineError(f"{fit[index].file} cannot be played in every style: {answer}")
        ours += answer
        progress(len(ours) // len(Style), len(tasks))
    return styles_heard(true_styles(corpus), ours)


def true_styles(corpus: Corpus, most: int = TRUE_SONGS) -> list[Styled]:
    """The true drums of songs to train on whose style is known, at most so many of each."""
    files = frozenset(_chosen(corpus, most))
    songs = songs_of(corpus, split="train", files=files) if files else []
    style_of = {info.file: info.style for info in corpus.songs}
    return [_styled(style_of[song.file], song, song.hits()) for song in songs]


def play_styles(song: EvalSong, drummer: Drummer) -> list[Styled]:
    """The song as it is played when each style is told."""
    return [
        _styled(style.name.lower(), song, _play(song, drummer, Wishes(style=style)))
        for style in Style
    ]


def _chosen(corpus: Corpus, most: int) -> Iterator[str]:
    count: Counter[str] = Counter()
    for info in corpus.songs:
        if info.split == "train" and info.strict == 1 and info.style and count[info.style] < most:
            count[info.style] += 1
            yield info.file


def _play(song: EvalSong, drummer: Drummer, wishes: Wishes) -> Sequence[Hit]:
    end = max((note.end for note in song.notes), default=0.0)
    bars = [bar for bar in song.bars if bar.start < end]
    return accompany(song.notes, bars, drummer, wishes=wishes).hits


def _styled(style: str, song: EvalSong, hits: Sequence[Hit]) -> Styled:
    bars = song.scored_bars()
    drums = drumming(bars, [song.bars.index(bar) for bar in bars], hits, whole_kit=True)
    return Styled(style, song.group, phrases(drums, _starts(song)))


def _starts(song: EvalSong) -> list[int]:
    bars = song.scored_bars()
    return phrase_starts(drumming(bars, [song.bars.index(bar) for bar in bars], song.hits()))


def _run(task: StyleTask) -> list[Styled] | str:
    """In a process of its own: the song in every style, or why there is none."""
    try:
        return play_styles(task.song, BundleDrummer(task.bundle, seed=task.seed))
    except EngineError as error:
        return str(error)
