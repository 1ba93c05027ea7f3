"""What anyone could play who has no model.

Conventions
-----------
- A baseline answers the scored bars of a song with hits in beats from its start.
- *Rock beat*: kick on 1 and 3, snare on 2 and 4, hat in eighths
  (`engine.evaluation.hit_metrics.rock_beat`).
- *Common bar*: the bar of drums that is most frequent in the training songs of this metre and feel
  (of this metre, where that feel is not known there), on the finer grid and without micro-timing;
  velocities are means over those bars. A song counts for 8 equal bars at most, or one long song
  that never changes would win a rare feel. As frequent: the one with fewer strokes. At most
  100,000 bars are looked at, drawn with a fixed seed.
- *Nearest bar*: see `engine.evaluation.measures.nearest`.
- *Typical bar looped*: the song's own true bar that agrees best with all of them (F1 on sixteenths,
  of bars of the song's metre), in all bars of its length. The model that is told this bar as its
  groove is measured beside it.
- *Two bars late*: the song's own true drums of two bars before, nothing where that bar is of
  another length or before the start. It knows the true drums, and shows how much songs repeat.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.hit_metrics import ROWS, Roll, rock_beat
from engine.evaluation.measures.drumming import Floats, Ints
from engine.evaluation.measures.likelihood import true_pattern
from engine.evaluation.measures.nearest import Nearest
from engine.evaluation.measures.training import TrainingBars
from engine.evaluation.songs import EvalSong
from engine.music.grid import beat_of
from engine.music.kit import PITCH_OF
from engine.music.notes import Hit, Metre
from engine.music.song import Bar

ROCK, COMMON, NEAREST, LATE = "rock beat", "common bar", "nearest bar", "two bars late"
LOOP = "typical bar looped"
LATE_BARS = 2
SONG_BARS = 8

CommonBars = Mapping[tuple[Metre, str], tuple[Hit, ...]]  # by metre and feel; "" is any feel


class Baselines:
    """All baselines; those that need training songs are missing where the corpus has none."""

    def __init__(self, training: TrainingBars) -> None:
        self._training = training
        self._common = common_bars(training) if len(training) else {}
        self._nearest = Nearest(training) if len(training) else None

    def play(self, song: EvalSong, bars: Sequence[Bar]) -> dict[str, tuple[Hit, ...]]:
        """What each of them plays in these bars."""
        played = {ROCK: _moved((rock_beat(bar.metre).hits for bar in bars), bars)}
        if self._common:
            played[COMMON] = _moved((self._common_bar(bar.metre, song.feel) for bar in bars), bars)
        if self._nearest is not None:
            found = self._nearest.bars_for(song, bars)
            hits = (() if bar is None else self._training.hits(bar) for bar in found)
            played[NEAREST] = _moved(hits, bars)
        return played | {LOOP: looped(song, bars), LATE: two_bars_late(song, bars)}

    def _common_bar(self, metre: Metre, feel: str) -> Sequence[Hit]:
        for key in ((metre, feel), (metre, "")):
            if key in self._common:
                return self._common[key]
        return rock_beat(metre).hits


def common_bars(training: TrainingBars) -> CommonBars:
    """The most frequent bar of drums by metre and feel."""
    bars = training.sample()
    rolls = training.rolls(bars)
    packed = np.packbits(rolls.reshape(len(rolls), -1), axis=1)
    songs = training.tensors["bar_song"][bars]
    by_key: dict[tuple[Metre, str], list[int]] = {}
    for place, bar in enumerate(bars.tolist()):
        metre, feel = training.metre(bar), training.songs[int(songs[place])].feel
        for key in {(metre, feel), (metre, "")}:
            by_key.setdefault(key, []).append(place)
    found = {}
    for key, places in by_key.items():
        alike = _most_common(packed[places], songs[places])
        loudness = training.loudness(bars[np.array(places)[alike]])
        found[key] = _bar_of(rolls[places[alike[0]]], loudness)
    return found


def _most_common(bars: NDArray[np.uint8], songs: Ints) -> Ints:
    """The places of the bars, rows of bits, that are as the most common one."""
    kinds, kind = np.unique(bars, axis=0, return_inverse=True)
    kind = kind.reshape(-1)
    in_song, count = np.unique(np.stack([kind, songs]), axis=1, return_counts=True)
    counted = np.bincount(in_song[0], np.minimum(count, SONG_BARS), minlength=len(kinds))
    strokes = np.unpackbits(kinds, axis=1).sum(axis=1)
    best = np.lexsort((strokes, -counted))[0]
    return np.flatnonzero(kind == best)


def typical_bar(song: EvalSong, bars: Sequence[Bar]) -> Bar | None:
    """The bar whose true drums agree best with those of all bars; None where none is whole."""
    mine = [bar for bar in bars if bar.metre == song.metre]
    if not mine:
        return None
    struck = song.roll(mine, song.hit_beats, song.hit_voices).reshape(len(mine), -1).astype(float)
    size = struck.sum(axis=1)
    agreed = 2 * (struck @ struck.T) / np.maximum(1, size[:, None] + size)
    return mine[int(agreed.mean(axis=1).argmax())]


def looped(song: EvalSong, bars: Sequence[Bar]) -> tuple[Hit, ...]:
    """The song's typical bar in all bars of its length."""
    typical = typical_bar(song, bars)
    if typical is None:
        return ()
    again = [bar for bar in bars if bar.beats == typical.beats]
    return _moved([true_pattern(sorted(song.hits()), typical).hits] * len(again), again)


def two_bars_late(song: EvalSong, bars: Sequence[Bar]) -> tuple[Hit, ...]:
    """The true drums, two bars after they were played."""
    number = {bar.start: index for index, bar in enumerate(song.bars)}
    hits = sorted(song.hits())
    late: list[Sequence[Hit]] = []
    for bar in bars:
        index = number[bar.start] - LATE_BARS
        fits = index >= 0 and song.bars[index].beats == bar.beats
        late.append(true_pattern(hits, song.bars[index]).hits if fits else ())
    return _moved(late, bars)


def _moved(patterns: Iterable[Sequence[Hit]], bars: Sequence[Bar]) -> tuple[Hit, ...]:
    """Bars of hits, each laid on its bar of the song."""
    return tuple(
        replace(hit, beat=bar.start + hit.beat)
        for hits, bar in zip(patterns, bars, strict=True)
        for hit in hits
    )


def _bar_of(roll: Roll, loudness: Floats) -> tuple[Hit, ...]:
    step, row = np.nonzero(roll)
    loud = np.clip(np.rint(loudness[step, row]), 1, 127).astype(int)
    rows = zip(beat_of(step).tolist(), row.tolist(), loud.tolist(), strict=True)
    return tuple(Hit(beat, PITCH_OF[ROWS[one]], velocity) for beat, one, velocity in rows)
