"""Touch against human drummers: who struck these strokes, a human or the model?

The songs are recordings of drummers alone that nothing was trained on
(`engine.evaluation.songs.drummers_of`). Their strokes are given; how hard and how early they are
struck is the model's. Nothing of what is struck can tell the two apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from engine.errors import EngineError
from engine.evaluation.measures.drumming import drumming
from engine.evaluation.measures.phrases import phrase_starts
from engine.evaluation.measures.two_sample import Auc, Pair, told_apart, touch_pair
from engine.evaluation.songs import EvalSong
from engine.grooves.book import folded, loops
from engine.grooves.groove import Groove
from engine.inference.infer import BundleDrummer
from engine.music.grid import fits_grid
from engine.music.notes import HISTORY_BARS, Hit, Metre, Pattern, Request
from engine.music.song import Bar
from engine.storage.workers import Progress, work_through

PATIENCE_S = 1800.0


def touch_trial(
    songs: Sequence[EvalSong],
    *,
    bundle: Path | None = None,
    seed: int = 0,
    processes: int = 1,
    progress: Progress = lambda *_: None,
) -> Auc | None:
    """How surely a judge tells the bundle's touch from the drummers'; needs scikit-learn.

    Raises EngineError if a song cannot be played.
    """
    found: dict[int, Pair] = {}
    tasks = [(song, number, bundle, seed) for number, song in enumerate(songs)]
    progress(0, len(tasks))
    for index, answer in work_through(_run, tasks, jobs=processes, patience_s=PATIENCE_S):
        if not isinstance(answer, Pair):
            raise EngineError(f"{songs[index].file} cannot be struck: {answer}")
        found[index] = answer
        progress(len(found), len(tasks))
    return told_apart([found[index] for index in range(len(tasks))])


def touch_of(song: EvalSong, hits: Sequence[Hit]) -> Pair:
    """The touch of a drummer and of these hits in all bars of a song, with a guitar or not."""
    bars = _bars(song)
    numbers = [song.bars.index(bar) for bar in bars]
    starts = phrase_starts(drumming(bars, numbers, song.hits()))
    both = (drumming(bars, numbers, one, whole_kit=True) for one in (song.hits(), hits))
    return touch_pair(song.group, starts, *both)


def struck_again(song: EvalSong, drummer: BundleDrummer, number: int = 0) -> list[Hit]:
    """The strokes of the song as the drummer strikes them, told the groove that is most like them.

    It hears no guitar, and of the bars before only how it struck them itself. Songs of different
    numbers are struck with different habits.
    """
    history: tuple[Pattern, ...] = ()
    strokes = {bar: _strokes(song, bar) for bar in _bars(song)}
    grooves = {
        metre: _nearest(drummer, metre, [one for bar, one in strokes.items() if bar.metre == metre])
        for metre in {bar.metre for bar in strokes}
    }
    hits: list[Hit] = []
    for at, (bar, pattern) in enumerate(strokes.items()):
        groove = grooves[bar.metre]
        request = Request(
            bar=at,
            start=bar.start,
            notes=(),
            heard_until=bar.start + bar.beats,
            metre=bar.metre,
            bpm=bar.bpm,
            history=history,
            since=at,
            song=number,
            groove=groove.bar(at) if groove else None,
        )
        played = drummer.touch(request, pattern)
        history = (*history, played)[-HISTORY_BARS:]
        hits += (replace(hit, beat=bar.start + hit.beat) for hit in played.hits)
    return hits


def _bars(song: EvalSong) -> list[Bar]:
    return [bar for bar in song.bars if bar.is_whole and fits_grid(bar.metre.beats)]


def _strokes(song: EvalSong, bar: Bar) -> Pattern:
    first, last = np.searchsorted(song.hit_beats, (bar.start, bar.start + bar.beats))
    mine = song.hits()[first:last]
    return Pattern.of([replace(hit, beat=hit.beat - bar.start) for hit in mine], bar.beats)


def _nearest(drummer: BundleDrummer, metre: Metre, bars: Sequence[Pattern]) -> Groove | None:
    """The groove of the book that strikes most like these bars; None where there is no book."""
    if drummer.guide is None or not bars:
        return None
    fit = [groove for groove in drummer.guide.book if groove.metre == metre]
    if not fit:
        return None
    struck = folded(loops([Groove(one, metre) for one in bars]))[:, 0]
    known = folded(loops(fit))[:, 0]
    both = np.einsum("btv,gtv->bg", struck, known)
    size = struck.sum(axis=(1, 2))[:, None] + known.sum(axis=(1, 2))
    return fit[int((2 * both / np.maximum(1, size)).mean(axis=0).argmax())]


@lru_cache(maxsize=1)
def _drummer(bundle: Path | None, seed: int) -> BundleDrummer:
    """The one drummer of this process."""
    return BundleDrummer(bundle, seed=seed)


def _run(task: tuple[EvalSong, int, Path | None, int]) -> Pair | str:
    """In a process of its own: the touch of the drummer and of the bundle, or why there is none."""
    song, number, bundle, seed = task
    try:
        return touch_of(song, struck_again(song, _drummer(bundle, seed), number))
    except EngineError as error:
        return str(error)
