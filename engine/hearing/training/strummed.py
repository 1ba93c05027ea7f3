"""Strums to learn from: the chords of guitar parts, struck string after string."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from engine.beats.training.conditions import Played
from engine.beats.training.parts import KnownPart
from engine.hearing.spectra import Floats
from engine.hearing.training.gear import before_microphone, through_amplifier
from engine.hearing.training.hands import with_hands
from engine.hearing.training.pieces import (
    HELD,
    HELD_SHARE,
    HIGHEST,
    LONGEST_S,
    LOWEST,
    PROGRAMS,
    RATE,
    SECONDS,
    guitars_of,
    sounded,
)
from engine.midi.recorded import TimedNote

CHORD_S = 0.03  # notes so near to each other are a chord of the part
FEWEST_CHORDS, STRINGS = 8, (2, 6)
LONE, FULLER = 0.15, 0.6  # shares of strokes: of one note; of a chord whose notes are doubled
DOUBLED = (-12, 12, 24)  # semitones from a note to those that may double it
GAPS_S, GAP_VARIES = (0.25, 0.35, 0.5, 0.7, 1.0), (0.9, 1.1)  # between strokes
SPREADS_S = ((0.0, 0.03), (0.01, 0.07), (0.03, 0.12))  # quick, usual and slow hands
MOST_OF_GAP = 0.45
UP = 0.4  # the share that begins with the high strings
UNEVEN = 0.3  # of a string's step
VELOCITY, PER_STROKE, PER_STRING = 85, 15, 7


@dataclass(frozen=True, slots=True)
class TrueStrum:
    """Seconds of its first string and from there to the last; 0 for a lone note."""

    first: float
    spread: float
    down: bool


@dataclass(frozen=True, slots=True)
class StrummedPiece:
    """Sound, and what was strummed."""

    samples: Floats
    rate: int
    strums: tuple[TrueStrum, ...]


def strummed_pieces(
    parts: Sequence[KnownPart], soundfont: Path, rng: np.random.Generator
) -> Iterator[tuple[StrummedPiece, StrummedPiece]]:
    """The chords of a guitar part of each song, song by song in an order that is drawn: before a
    microphone, and through an amplifier."""
    for guitar in guitars_of(parts, soundfont, rng):
        chords = chords_of(guitar)
        if len(chords) < FEWEST_CHORDS:
            continue
        notes, strums = strummed(chords, rng)
        sound = sounded(notes, int(rng.choice(PROGRAMS)), soundfont)
        sound = with_hands(sound, RATE, np.array([strum.first for strum in strums]), rng)
        clean = before_microphone(sound, RATE, rng)
        amp = through_amplifier(sound, RATE, rng)
        yield StrummedPiece(clean, RATE, strums), StrummedPiece(amp, RATE, strums)


def chords_of(part: Played) -> list[list[int]]:
    """The pitches of each chord that a guitar can strum, the lowest first."""
    chords, order = list[list[int]](), np.argsort(part.time, kind="stable")
    times, pitches = part.time[order], part.pitch[order]
    number = np.cumsum(np.diff(times, prepend=times[:1]) > CHORD_S).tolist()
    for _, group in groupby(zip(number, pitches.tolist(), strict=True), key=lambda pair: pair[0]):
        chord = sorted({pitch for _, pitch in group if LOWEST <= pitch <= HIGHEST})
        if STRINGS[0] <= len(chord) <= STRINGS[1]:
            chords.append(chord)
    return chords


def fuller(chord: Sequence[int], rng: np.random.Generator) -> list[int]:
    """More strings: some of its notes in other octaves too, as guitars double them."""
    others = {pitch + step for pitch in chord for step in DOUBLED} - set(chord)
    others = {pitch for pitch in others if LOWEST <= pitch <= HIGHEST}
    drawn = rng.permutation(sorted(others))[: rng.integers(1, STRINGS[1])].tolist()
    return sorted([*chord, *drawn[: STRINGS[1] - len(chord)]])


def strummed(
    chords: Sequence[Sequence[int]], rng: np.random.Generator
) -> tuple[list[TimedNote], tuple[TrueStrum, ...]]:
    """The chords one after the other, from one that is drawn on, by hands that are drawn too."""
    notes, strums = list[TimedNote](), list[TrueStrum]()
    at, number = 0.5, int(rng.integers(len(chords)))
    while at < SECONDS - 1:
        chord = list(chords[number % len(chords)])
        if rng.random() < FULLER:
            chord = fuller(chord, rng)
        if rng.random() < LONE:
            chord = [int(rng.choice(chord))]
        gap = float(rng.choice(GAPS_S) * rng.uniform(*GAP_VARIES))
        spread = min(rng.uniform(*SPREADS_S[rng.integers(len(SPREADS_S))]), MOST_OF_GAP * gap)
        down, count = rng.random() >= UP, len(chord)
        steps = np.arange(count) + rng.uniform(-UNEVEN, UNEVEN, count)
        offsets = (steps - steps[0]) / max(1e-9, steps[-1] - steps[0]) * spread
        loud = rng.normal(VELOCITY, PER_STROKE) + rng.normal(0, PER_STRING, count)
        velocities = np.clip(loud, 15, 127).astype(int).tolist()
        held = gap * float(rng.choice(HELD, p=HELD_SHARE))
        for pitch, after, velocity in zip(
            chord if down else chord[::-1], offsets.tolist(), velocities, strict=True
        ):
            lasts = min(LONGEST_S, max(0.06, held - after))
            notes.append(TimedNote(at + after, lasts, pitch, velocity))
        strums.append(TrueStrum(at, float(offsets[-1]), down))
        at, number = at + gap, number + 1
    return notes, tuple(strums)
