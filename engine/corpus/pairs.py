"""A song to pairs: parts that play, bars of drums on the grid, and which of them go together.

A pair is a part and the first of two bars in a row that have drums while the part plays. A song of
drums alone teaches touch where a human played it: its one part has no note.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.corpus.clean import (
    DrumStrokes,
    Unfit,
    check_tempo,
    clean_drums,
    clean_part,
    playable_tempo,
)
from engine.corpus.human import is_human
from engine.music.grid import beat_of, fits_grid, quantise, quantise_played
from engine.music.song import Bar, Part, Song, bars

LEAST_PART_NOTES = 24
MOST_STAND_INS = 6
STAND_IN_PROGRAMS = range(112)  # above are percussion and noises
MOST_HITS_A_BEAT = 24
MOST_NOTES_A_BEAT = 48
LEAST_PAIRS = 4
STRICT_BARS = 16
TOO_LITTLE = "too few bars with a part and drums together"
_ON_THE_LINE = 1e-6
_NO_NOTES = np.zeros(0)
SILENCE = Part(
    "", 0, False, _NO_NOTES, _NO_NOTES, _NO_NOTES.astype(np.uint8), _NO_NOTES.astype(np.uint8)
)  # beside drums that play alone


@dataclass(frozen=True, slots=True)
class Hits:
    """Drum strokes on the grid, sorted by bar, step and voice; each array is (hits,)."""

    bar: NDArray[np.int64]  # index into the song's bars
    step: NDArray[np.uint8]  # in its bar
    voice: NDArray[np.uint8]
    velocity: NDArray[np.uint8]
    offset: NDArray[np.float32]  # beats off the step

    def __len__(self) -> int:
        return len(self.bar)


@dataclass(frozen=True, slots=True)
class SongPairs:
    """What there is to learn from one song."""

    bars: tuple[Bar, ...]
    hits: Hits
    parts: tuple[Part, ...]
    pair_part: NDArray[np.int64]  # (pairs,) index into parts
    pair_bar: NDArray[np.int64]  # (pairs,) index of the first of two bars
    has_dynamics: bool
    strict: bool  # at least 16 bars of 4/4 with guitar and drums together


def song_pairs(song: Song) -> SongPairs:
    """The pairs of a song, or Unfit with the reason why there are none."""
    check_tempo(song)
    drums = clean_drums(song)
    alone = all(part.is_drum for part in song.parts)
    song_bars = _with_two_bars(tuple(bars(song))) if alone else tuple(bars(song))
    if len(song_bars) < 2:
        raise Unfit(TOO_LITTLE)
    hits = _hits_on_grid(drums, song_bars, played=alone)
    playable_bars = _bars_to_learn(song_bars, hits)
    if alone and not _is_touch(drums, song_bars, hits):
        raise Unfit("drums alone, and not a human's")
    candidates = [SILENCE] if alone else _candidates(song)
    if not candidates:
        raise Unfit("no guitar or other pitched part")
    if alone:
        playable_bars[-1] |= playable_bars[-2]  # the last bar may be a single fill, or silent
    starts = [_pair_starts(part, song_bars, playable_bars) for part in candidates]
    chosen = _choose(candidates, starts)
    if sum(len(starts[index]) for index in chosen) < (1 if alone else LEAST_PAIRS):
        raise Unfit(TOO_LITTLE)
    pair_part = [np.full(len(starts[index]), at) for at, index in enumerate(chosen)]
    return SongPairs(
        bars=song_bars,
        hits=hits,
        parts=tuple(candidates[index] for index in chosen),
        pair_part=np.concatenate(pair_part),
        pair_bar=np.concatenate([starts[index] for index in chosen]),
        has_dynamics=drums.has_dynamics,
        strict=_is_strict(song, song_bars, hits),
    )


def _is_touch(drums: DrumStrokes, song_bars: tuple[Bar, ...], hits: Hits) -> bool:
    """Whether drums were played by a human and not at one velocity."""
    bpm = np.array([bar.bpm for bar in song_bars])[hits.bar]
    return drums.has_dynamics and is_human(hits.offset, bpm)


def _with_two_bars(song_bars: tuple[Bar, ...]) -> tuple[Bar, ...]:
    """A single bar, a fill alone, gets a second one."""
    if len(song_bars) != 1:
        return song_bars
    only = song_bars[0]
    return only, replace(only, start=only.start + only.beats)


def is_drummable(bar: Bar) -> bool:
    """Whether a bar is whole, of a usual length and ends on a step of the grid."""
    return bar.is_whole and fits_grid(bar.metre.beats)


def _hits_on_grid(drums: DrumStrokes, song_bars: tuple[Bar, ...], *, played: bool) -> Hits:
    """Each stroke on its step; of several on one step of a voice the loudest stays.

    `played`: by a human alone, whose strokes may lie far off their steps.
    """
    starts = np.array([bar.start for bar in song_bars])
    lengths = np.array([bar.beats for bar in song_bars])
    bar = np.searchsorted(starts, drums.onset + _ON_THE_LINE, side="right") - 1
    since = drums.onset - starts[bar]
    step, offset = quantise_played(since, bar) if played else quantise(since)
    leaning = (beat_of(step) > lengths[bar] - _ON_THE_LINE) & (bar + 1 < len(song_bars))
    bar[leaning] += 1  # just before a bar line: it belongs to that line
    step[leaning] = 0
    offset[leaning] = drums.onset[leaning] - starts[bar[leaning]]
    fits = np.array([is_drummable(each) for each in song_bars])
    inside = fits[bar] & (beat_of(step) < lengths[bar] - _ON_THE_LINE)
    bar, step, offset = bar[inside], step[inside], offset[inside]
    voice, velocity = drums.voice[inside], drums.velocity[inside]
    order = np.lexsort((offset, -velocity, voice, step, bar))
    place = np.stack([bar, step, voice])[:, order]
    loudest = np.append(True, (np.diff(place) != 0).any(axis=0)) if len(order) else order
    kept = order[loudest]
    return Hits(
        bar=bar[kept],
        step=step[kept].astype(np.uint8),
        voice=voice[kept].astype(np.uint8),
        velocity=velocity[kept].astype(np.uint8),
        offset=offset[kept].astype(np.float32),
    )


def _bars_to_learn(song_bars: tuple[Bar, ...], hits: Hits) -> NDArray[np.bool_]:
    """(bars,) whether each bar has drums worth learning."""
    counts = np.bincount(hits.bar, minlength=len(song_bars))
    beats = np.array([bar.metre.beats for bar in song_bars])
    fits = np.array([is_drummable(bar) and playable_tempo(bar.bpm) for bar in song_bars])
    good: NDArray[np.bool_] = fits & (counts > 0) & (counts <= MOST_HITS_A_BEAT * beats)
    return good


def _candidates(song: Song) -> list[Part]:
    """The parts that may be paired with the drums, cleaned; a doubled part counts once."""
    found, seen = [], set()
    for part in song.parts:
        if part.is_drum or part.program not in STAND_IN_PROGRAMS or len(part) < LEAST_PART_NOTES:
            continue
        cleaned = clean_part(part)
        key = (part.is_guitar, cleaned.onset.tobytes(), cleaned.pitch.tobytes())
        if key not in seen:
            seen.add(key)
            found.append(cleaned)
    return found


def _pair_starts(
    part: Part, song_bars: tuple[Bar, ...], good: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """The bars at which two bars in a row can be learnt beside this part."""
    edges = np.array([bar.start for bar in song_bars] + [song_bars[-1].start + song_bars[-1].beats])
    counts = np.diff(np.searchsorted(part.onset, edges - _ON_THE_LINE))
    beats = np.diff(edges)
    same = np.array([a.metre == b.metre for a, b in pairwise(song_bars)])
    calm = counts <= MOST_NOTES_A_BEAT * beats
    fit = good & calm
    plays = (counts[:-1] + counts[1:] > 0) | (part is SILENCE)
    starts: NDArray[np.int64] = np.flatnonzero(fit[:-1] & fit[1:] & same & plays)
    return starts


def _choose(parts: list[Part], starts: list[NDArray[np.int64]]) -> list[int]:
    """Every guitar, and the stand-ins that play along the longest; in the file's order."""
    playing = [index for index in range(len(parts)) if len(starts[index])]
    guitars = [index for index in playing if parts[index].is_guitar]
    others = [index for index in playing if not parts[index].is_guitar]
    longest = sorted(others, key=lambda index: (-len(starts[index]), index))
    return sorted(guitars + longest[:MOST_STAND_INS])


def _is_strict(song: Song, song_bars: tuple[Bar, ...], hits: Hits) -> bool:
    edges = np.array([bar.start for bar in song_bars] + [np.inf])
    guitars = [part.onset for part in song.parts if part.is_guitar]
    if not guitars:
        return False
    onset = np.sort(np.concatenate(guitars))
    guitar_plays = np.diff(np.searchsorted(onset, edges - _ON_THE_LINE)) > 0
    drums_play = np.bincount(hits.bar, minlength=len(song_bars)) > 0
    common = np.array([str(bar.metre) == "4/4" for bar in song_bars])
    return int((guitar_plays & drums_play & common).sum()) >= STRICT_BARS
