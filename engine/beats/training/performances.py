"""Parts as played, chord by chord, with their true beats: what the models learn from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.beats.pulse.chords import CHORD_S, Chord, chords_of
from engine.beats.training.conditions import Array, Played, play
from engine.beats.training.parts import KnownPart

LONGEST_S, MOST_CHORDS, FEWEST_NOTES, FEWEST_BEATS = 75.0, 200, 40, 16
CONDITIONS = ("human", "human", "human", "clean", "step")
COUNTED = 0.35  # share of the performances that begin with a count-in
TAP_JITTER_S = 0.01
LAID_BACK_S = 0.012  # one deviation of how late a player plays
LATE, MOST_LATE_S = 0.25, 0.035  # share of the performances that lay back on purpose; how far
SWUNG, SWINGS = 0.12, (0.54, 0.68)  # share of the performances; where in the beat its half falls
FLAWED, MOST_LOST, MOST_TWICE = 0.2, 0.15, 0.04  # share of the performances; of their notes
RESTED, REST_S = 0.2, (2.0, 8.0)  # share of the performances with a rest put in
# by ear: share of the performances; at most so many of their strokes are missed (half as many again
# of the soft ones), of their notes unheard, of their strokes heard with an overtone, or followed by
# a false one
BY_EAR, MOST_MISSED, MOST_UNHEARD, MOST_GHOSTS, MOST_FALSE = 0.25, 0.2, 0.5, 0.15, 0.1
OVERTONES, FALSE_S, MUTED = (12, 12, 19, -12), (0.06, 0.3), 0.5
HEARD_VELOCITY = 10.0  # one deviation of how far off a stroke's is


@dataclass(frozen=True, slots=True)
class Performance:
    """Chords, the true beats and ones, and the taps of a count-in (none or four); seconds."""

    chords: list[Chord]
    beats: Array
    is_one: NDArray[np.bool_]
    taps: list[float]

    def beat_at(self, time: Array) -> Array:
        """The true position in beats, counted from the first of `beats`."""
        return position_in(self.beats, time)

    def lengths_at(self, places: Array) -> Array:
        """How long the true beats are, in seconds, at positions in beats."""
        beats = np.diff(self.beats)
        return np.asarray(beats[np.clip(places.astype(int), 0, len(beats) - 1)])


def position_in(beats: Array, time: Array) -> Array:
    """Positions in beats, counted from the first; before and after them the tempo is held."""
    index = np.clip(np.searchsorted(beats, time) - 1, 0, len(beats) - 2)
    return np.asarray(index + (time - beats[index]) / (beats[index + 1] - beats[index]))


def perform(
    known: KnownPart, rng: np.random.Generator, counted: float = COUNTED
) -> Performance | None:
    """One performance of a stretch of a part, so often with a count-in where it has one; none
    where it is too short."""
    part = known.part
    start = part.time[0]
    if part.time[-1] - start > 40 and rng.random() > 0.65:
        start = rng.uniform(start, part.time[-1] - 35)
    kept = (part.time >= start) & (part.time < start + LONGEST_S)
    if kept.sum() < FEWEST_NOTES:
        return None
    stretch = np.exp(rng.normal(0, 0.08))
    pitch = part.pitch[kept] + rng.integers(-3, 4)
    velocity = part.velocity[kept] if rng.random() > 0.15 else np.full(kept.sum(), 90)
    cut = Played(part.time[kept] * stretch, pitch, velocity, part.beats * stretch)
    if not known.by_hand and rng.random() < SWUNG:
        cut = _swung(cut, float(rng.uniform(*SWINGS)))
    condition = "clean" if known.by_hand else str(rng.choice(CONDITIONS))
    played = play(cut, condition, rng, wild=True)
    if rng.random() < BY_EAR:
        played = heard_by_ear(played, rng)
    played = _flawed(played, rng)
    columns = (played.time.tolist(), played.pitch.tolist(), played.velocity.tolist())
    chords = chords_of(zip(*columns, strict=True))[:MOST_CHORDS]
    first = max(0, int(np.searchsorted(played.beats, chords[0].time - 0.03)) - 4)
    last = int(np.searchsorted(played.beats, chords[-1].time)) + 1
    beats, is_one = played.beats[first:last], known.is_one[first:last]
    if len(beats) < FEWEST_BEATS:
        return None
    whole = Performance(chords, beats, is_one, [])
    return replace(whole, taps=_taps(whole, rng)) if rng.random() < counted else whole


def _swung(part: Played, half: float) -> Played:
    """Straight eighths played with a swing; a part in triplets stays as it is."""
    place = position_in(part.beats, part.time)
    phase = place % 1
    if (np.abs(phase - 2 / 3) < 0.06).sum() > (np.abs(phase - 1 / 2) < 0.06).sum():
        return part
    swung = np.floor(place) + np.interp(phase, [0, 0.5, 1], [0, half, 1])
    index = np.arange(len(part.beats))
    inside = (place >= 0) & (place <= index[-1])
    time = np.where(inside, np.interp(swung, index, part.beats), part.time)
    return replace(part, time=time)


def heard_by_ear(played: Played, rng: np.random.Generator) -> Played:
    """What ears make of it (`docs/ears.md`): a strum is one moment, soft strokes and single notes
    of chords are missed, overtones are taken for notes, and there are strokes that were none. One
    in which no note is heard was muted: the last note again, softly."""
    missed, unheard, ghosts, false = rng.uniform(
        0, (MOST_MISSED, MOST_UNHEARD, MOST_GHOSTS, MOST_FALSE)
    )
    usual = float(np.median(played.velocity))
    notes: list[tuple[float, int, int]] = []
    for strummed in _strokes_of(played.time):
        level = int(played.velocity[strummed].max())
        if rng.random() < missed * (1.5 if level < usual else 0.5):
            continue
        time = float(played.time[strummed].mean())
        velocity = int(np.clip(level + rng.normal(0, HEARD_VELOCITY), 1, 127))
        soft = max(1, round(MUTED * velocity))
        pitches = [int(one) for one in played.pitch[strummed] if rng.random() >= unheard]
        if rng.random() < ghosts:
            pitches += [one + int(rng.choice(OVERTONES)) for one in pitches[:1]]
        if pitches:
            notes += [(time, pitch, velocity) for pitch in dict.fromkeys(pitches)]
        elif notes:
            notes.append((time, notes[-1][1], soft))
        if notes and rng.random() < false:
            notes.append((time + float(rng.uniform(*FALSE_S)), notes[-1][1], soft))
    if not notes:
        return played
    times, pitch, velocities = zip(*sorted(notes), strict=True)
    return Played(np.array(times), np.array(pitch), np.array(velocities), played.beats)


def _strokes_of(time: Array) -> list[slice]:
    """Which notes, in order of time, are one stroke of the hand."""
    starts = [0]
    for number, moment in enumerate(time):
        if moment - time[starts[-1]] >= CHORD_S:
            starts.append(number)
    return [slice(*pair) for pair in zip(starts, [*starts[1:], len(time)], strict=True)]


def _flawed(played: Played, rng: np.random.Generator) -> Played:
    """Now and then a rest, and notes lost and heard twice as ears do; always a little late."""
    time = played.time + rng.normal(0, LAID_BACK_S)
    if rng.random() < LATE:
        time += rng.uniform(0, MOST_LATE_S)
    kept, again = np.ones(len(time), bool), np.zeros(len(time), bool)
    if rng.random() < FLAWED:
        kept = rng.random(len(time)) >= rng.uniform(0, MOST_LOST)
        again = rng.random(len(time)) < rng.uniform(0, MOST_TWICE)
    if rng.random() < RESTED:
        start = rng.uniform(time[0], time[-1])
        kept &= (time < start) | (time > start + rng.uniform(*REST_S))
    kept[: FEWEST_NOTES // 2] = True
    index = np.concatenate([np.flatnonzero(kept), np.flatnonzero(again)])
    late = np.concatenate([np.zeros(kept.sum()), rng.uniform(0.05, 0.12, again.sum())])
    order = np.argsort(time[index] + late, kind="stable")
    time, index = (time[index] + late)[order], index[order]
    return Played(time, played.pitch[index], played.velocity[index], played.beats)


def _taps(whole: Performance, rng: np.random.Generator) -> list[float]:
    """Four taps before the first one, if it comes soon."""
    beats = whole.beats
    first = int(np.searchsorted(beats, whole.chords[0].time - 0.03))
    ones = np.flatnonzero(whole.is_one[first:])
    if not len(ones) or ones[0] > 5 or first + ones[0] + 1 >= len(beats):
        return []
    one = first + int(ones[0])
    gap = beats[one + 1] - beats[one]
    return list(beats[one] - gap * np.arange(4, 0, -1) + rng.normal(0, TAP_JITTER_S, 4))
