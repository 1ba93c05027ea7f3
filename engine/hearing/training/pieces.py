"""Pieces to learn strokes from: guitar parts played as people play, and sounded by fluidsynth."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.beats.training.conditions import Array, Played, play
from engine.beats.training.parts import KnownPart
from engine.errors import HearingError
from engine.hearing.onsets import APART_S
from engine.hearing.spectra import Floats
from engine.hearing.training.gear import before_microphone, through_amplifier
from engine.hearing.training.hands import with_hands
from engine.midi.recorded import TimedNote
from engine.midi.smf import Event, RawFile, Track, build

SECONDS, RATE = 25.0, 44_100
FEWEST_STROKES = 20
PROGRAMS = (24, 25, 25, 26, 27)  # nylon, steel, jazz, clean
LOWEST, HIGHEST = 40, 84
TOUCH = 12.0  # one deviation of velocity
HELD, HELD_SHARE = (0.4, 0.95, 1.05, 2.0), (0.15, 0.35, 0.3, 0.2)  # of the time to the next stroke
LONGEST_S = 2.5  # of a note
SLURRED, SLUR_S, SLUR_STEPS = 0.35, 0.4, 4  # share; the longest before one; semitones
RISE_S = 0.012  # of a slurred note: no pick is heard
TICKS = 500  # a beat of half a second: a tick is a millisecond


@dataclass(frozen=True, slots=True)
class Piece:
    """Sound, and when it is struck in seconds."""

    samples: Floats
    rate: int
    strokes: Array


def pieces_of(
    parts: Sequence[KnownPart], soundfont: Path, rng: np.random.Generator
) -> Iterator[tuple[Piece, Piece]]:
    """A stretch of a guitar part of each song, song by song in an order that is drawn: before a
    microphone, and through an amplifier."""
    for guitar in guitars_of(parts, soundfont, rng):
        notes, slurs = _played(guitar, rng)
        strokes = merged([note.time for note in notes + slurs])
        if len(strokes) < FEWEST_STROKES:
            continue
        program = int(rng.choice(PROGRAMS))
        sound = sounded(notes, program, soundfont)
        if slurs:
            sound += _without_pick(sounded(slurs, program, soundfont), slurs)
        sound = with_hands(sound, RATE, strokes, rng)
        clean = Piece(before_microphone(sound, RATE, rng), RATE, strokes)
        yield clean, Piece(through_amplifier(sound, RATE, rng), RATE, strokes)


def guitars_of(
    parts: Sequence[KnownPart], soundfont: Path, rng: np.random.Generator
) -> Iterator[Played]:
    """A guitar part of each song, in an order that is drawn. Raises `HearingError` where nothing
    can sound them."""
    if not shutil.which("fluidsynth"):
        raise HearingError("learning needs fluidsynth: install it (apt-get install fluidsynth)")
    if not soundfont.is_file():
        raise HearingError(f"{soundfont}: no such soundfont; name one with --soundfont")
    guitars = {known.song: known.part for known in parts if known.is_guitar}
    yield from (guitars[song] for song in rng.permutation(sorted(guitars)))


def merged(times: Sequence[float]) -> Array:
    """The first moment of each stroke: what follows so soon is the same hand's."""
    kept: list[float] = []
    for time in sorted(times):
        if not kept or time - kept[-1] > APART_S:
            kept.append(time)
    return np.array(kept)


def _played(part: Played, rng: np.random.Generator) -> tuple[list[TimedNote], list[TimedNote]]:
    """What is struck of a stretch, and what is slurred."""
    played = play(part, "human", rng, wild=True)
    begin = rng.uniform(played.time[0], max(played.time[0], played.time[-1] - SECONDS))
    kept = (played.time >= begin) & (played.time < begin + SECONDS - 1)
    times = played.time[kept] - begin + 0.3
    pitches = played.pitch[kept] + 12 * (played.pitch[kept] < LOWEST)
    fit = (pitches >= LOWEST) & (pitches <= HIGHEST)
    times, pitches, velocities = times[fit], pitches[fit], played.velocity[kept][fit]
    touch = np.clip(velocities + rng.normal(0, TOUCH, len(times)), 15, 127).astype(int)
    strokes = np.append(merged(times.tolist()), SECONDS)
    until = strokes[np.searchsorted(strokes, times + APART_S)] - times
    lasts = np.clip(until * rng.choice(HELD, len(times), p=HELD_SHARE), 0.05, LONGEST_S)
    columns = (times.tolist(), lasts.tolist(), pitches.tolist(), touch.tolist())
    notes = [TimedNote(*row) for row in zip(*columns, strict=True)]
    slurred = _can_be_slurred(times, pitches) & (rng.random(len(times)) < SLURRED)
    both = list(zip(notes, slurred, strict=True))
    return [note for note, slur in both if not slur], [note for note, slur in both if slur]


def _can_be_slurred(times: Array, pitches: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Single notes that come soon after a near one."""
    before, after = np.diff(times, prepend=-SECONDS), np.diff(times, append=2 * SECONDS)
    steps = np.abs(np.diff(pitches, prepend=0))
    near = (before < SLUR_S) & (steps > 0) & (steps <= SLUR_STEPS)
    return np.asarray(near & (before > APART_S) & (after > APART_S))


def sounded(notes: Sequence[TimedNote], program: int, soundfont: Path) -> Floats:
    """What fluidsynth makes of the notes, dry: (samples,)."""
    events = [Event(0, bytes((0xC0, program)))]
    for note in notes:
        on, off = round(note.time * 1e3), round((note.time + note.duration) * 1e3)
        events.append(Event(on, bytes((0x90, note.pitch, note.velocity))))
        events.append(Event(off, bytes((0x80, note.pitch, 0))))
    with tempfile.TemporaryDirectory() as folder:
        song, sound = Path(folder) / "piece.mid", Path(folder) / "piece.wav"
        song.write_bytes(build(RawFile(TICKS, (Track.of(events, round(SECONDS * 1e3)),))))
        command = ["fluidsynth", "-ni", "-R", "0", "-C", "0", "-g", "0.5", "-r", str(RATE)]
        command += ["-F", str(sound), str(soundfont), str(song)]
        done = subprocess.run(command, check=False, capture_output=True)
        if done.returncode or not sound.is_file():
            raise HearingError(f"fluidsynth cannot play {soundfont}: is it a soundfont?")
        with wave.open(str(sound)) as file:
            frames = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    mono = frames.reshape(-1, 2).mean(1).astype(np.float32) / 2**15
    count = round(SECONDS * RATE)
    return np.pad(mono, (0, max(0, count - len(mono))))[:count]


def _without_pick(samples: Floats, notes: Sequence[TimedNote]) -> Floats:
    """Each note rises from nothing."""
    gain = np.ones(len(samples), np.float32)
    for note in notes:
        rising = gain[round(note.time * RATE) :][: round(RISE_S * RATE)]
        rising *= np.linspace(0, 1, len(rising), dtype=np.float32)
    return samples * gain
