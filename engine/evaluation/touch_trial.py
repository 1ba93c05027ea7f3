"""Touch against human drummers: who struck these strokes, a human or the model?

The songs are recordings of drummers alone that nothing was trained on
(`engine.evaluation.songs.drummers_of`). Their strokes are given; how hard and how early they are
struck is the model's. Nothing of what is struck can tell the two apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.evaluation.measures.drumming import drumming
from engine.evaluation.measures.phrases import phrase_starts
from engine.evaluation.measures.two_sample import Auc, Pair, told_apart, touch_pair
from engine.evaluation.songs import EvalSong
from engine.music.grid import fits_grid
from engine.music.notes import Hit

Strike = Callable[[EvalSong], Sequence[Hit]]  # the song's strokes with a touch of its own


def touch_trial(songs: Sequence[EvalSong], strike: Strike) -> Auc | None:
    """How surely a judge tells the model's touch from the drummers'; needs scikit-learn."""
    return told_apart([touch_of(song, strike(song)) for song in songs])


def touch_of(song: EvalSong, hits: Sequence[Hit]) -> Pair:
    """The touch of a drummer and of these hits in all bars of a song, with a guitar or not."""
    bars = [bar for bar in song.bars if bar.is_whole and fits_grid(bar.metre.beats)]
    numbers = [song.bars.index(bar) for bar in bars]
    starts = phrase_starts(drumming(bars, numbers, song.hits()))
    both = (drumming(bars, numbers, one, whole_kit=True) for one in (song.hits(), hits))
    return touch_pair(song.group, starts, *both)
