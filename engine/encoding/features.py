"""What the network sees of a window and of a bar of drums, in plain numpy.

Training and playing use the same functions.

Shapes: n notes of the window, t steps of the grid, V voices. A *drum grid* is (t, V, 3) floats:
struck or not, velocity in 0..1, micro-timing as a share of the widest (`WIDEST_OFFSET`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.encoding.preprocess import Window
from engine.music.grid import beat_of, quantise, steps_in
from engine.music.kit import PITCH_OF, VOICE_OF, VOICES, Voice
from engine.music.notes import HISTORY_BARS, Hit, Pattern
from engine.music.wishes import DENSEST, LOUDEST, SOFTEST, SPARSEST, STYLES, Wishes

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

NOTE_VALUES = 6
GRID_CHANNELS = 3
AGO = (1, 2, 4, 8)  # the own bars that a bar to play knows, counted back from it
NEAR_BARS = 2  # of these, the bars that are read through step by step
WISHES = 6 + STYLES  # what is asked for of a bar; see `wish_inputs`
PLACES = 8  # where in the phrase and the song a bar lies; see `places`
CONDITIONS = 3 + WISHES + PLACES
HITS = VOICES * GRID_CHANNELS  # numbers that tell one step of drums
HISTORY = len(AGO) * HITS
LOOSELY = 0.5  # what the grid of a groove is multiplied by that is chosen, not the player's own

WIDEST_OFFSET = 0.125  # beats; half the widest gap between two slots of the grid
OFFSETS = np.array(
    [-0.115, -0.08, -0.055, -0.035, -0.02, -0.01, 0, 0.01, 0.02, 0.035, 0.055, 0.08, 0.115]
)
VELOCITY_BIN = 16
VELOCITIES = 128 // VELOCITY_BIN

PHRASE_BARS = 8

OFFSET_EDGES = np.concatenate(
    [[-WIDEST_OFFSET], (OFFSETS[:-1] + OFFSETS[1:]) / 2, [WIDEST_OFFSET]], dtype=np.float32
)
VELOCITY_EDGES = np.arange(VELOCITIES + 1, dtype=np.float32) * VELOCITY_BIN


@dataclass(frozen=True, slots=True)
class NoteInputs:
    """The notes of a window as the encoder reads them."""

    pitch: Ints  # (n,)
    values: Floats  # (n, NOTE_VALUES)
    step: Ints  # (n,) steps from the start of the bars asked for; negative before it


def note_inputs(window: Window) -> NoteInputs:
    """Onset, gap, duration, velocity, place off the grid and share of a chord, all near 0..1."""
    onset = window.onset
    gap = np.diff(onset, prepend=onset[:1])
    step, offset = quantise(onset)
    values = np.stack(
        [
            np.clip(onset / 8, -4, 1),
            np.log1p(4 * np.maximum(gap, 0)) / 3,
            np.log1p(4 * window.duration) / 3,
            window.velocity,
            offset / WIDEST_OFFSET,
            (gap < 0.05).astype(np.float32),
        ],
        axis=1,
    )
    return NoteInputs(window.pitch.astype(np.int64), values.astype(np.float32), step)


def stack_notes(notes: Sequence[NoteInputs]) -> tuple[NoteInputs, Ints]:
    """Windows padded on the right to the longest, (b, n) and so on, and their sizes, (b,).

    At least one note long: the network cannot read nothing, and padding counts for nothing.
    """
    count = np.array([len(item.pitch) for item in notes], np.int64)
    size = max(1, int(count.max()))
    pitch = np.zeros((len(notes), size), np.int64)
    values = np.zeros((len(notes), size, NOTE_VALUES), np.float32)
    step = np.zeros((len(notes), size), np.int64)
    for row, item in enumerate(notes):
        pitch[row, : count[row]] = item.pitch
        values[row, : count[row]] = item.values
        step[row, : count[row]] = item.step
    return NoteInputs(pitch, values, step), count


def drum_grid(
    steps: int,
    step: NDArray[np.integer],
    voice: NDArray[np.integer],
    velocity: NDArray[np.integer],
    offset: NDArray[np.floating],
) -> Floats:
    """A drum grid (steps, V, 3) from parallel arrays: velocity in 1..127, offset in beats."""
    grid = np.zeros((steps, VOICES, GRID_CHANNELS), np.float32)
    grid[step, voice, 0] = 1
    grid[step, voice, 1] = np.asarray(velocity) / 127
    grid[step, voice, 2] = np.clip(np.asarray(offset) / WIDEST_OFFSET, -1, 1)
    return grid


def pattern_grid(pattern: Pattern, steps: int) -> Floats:
    """A drum grid (steps, V, 3) of a pattern; what is no voice or lies outside is left out."""
    known = [(hit, voice) for hit in pattern.hits if (voice := VOICE_OF.get(hit.drum)) is not None]
    step, offset = quantise(np.array([hit.beat for hit, _ in known]))
    velocity = np.array([hit.velocity for hit, _ in known], np.int64)
    row = np.array([voice for _, voice in known], np.int64)
    inside = (step >= 0) & (step < steps)
    return drum_grid(steps, step[inside], row[inside], velocity[inside], offset[inside])


def velocity_class(grid: Floats) -> Ints:
    """(t, V) velocity bins of the hits; -1 where nothing is struck."""
    bins = np.rint(grid[..., 1] * 127).astype(np.int64) // VELOCITY_BIN
    return np.where(grid[..., 0] > 0, bins, -1)


def offset_class(grid: Floats) -> Ints:
    """(t, V) micro-timing bins of the hits; -1 where nothing is struck."""
    bins = np.searchsorted(OFFSET_EDGES[1:-1], grid[..., 2] * WIDEST_OFFSET)
    return np.where(grid[..., 0] > 0, bins, -1)


def grid_pattern(grid: Floats, beats: float) -> Pattern:
    """The pattern that a drum grid stands for."""
    step, voice = np.nonzero(grid[..., 0])
    place = beat_of(step) + grid[step, voice, 2] * WIDEST_OFFSET
    velocity = np.clip(np.rint(grid[step, voice, 1] * 127), 1, 127).astype(int)
    hits = (
        Hit(float(beat), PITCH_OF[Voice(int(row))], int(loud))
        for beat, row, loud in zip(place, voice, velocity, strict=True)
    )
    return Pattern.of(hits, beats)


def conditions(
    heard: NDArray[np.floating],
    bpm: NDArray[np.floating],
    bar_beats: float,
    wanted: Floats,
    placed: Floats,
) -> Floats:
    """(b, steps, CONDITIONS): is the guitar of the step known, tempo, length of the bar, wishes...

    `heard` (b,) is how many beats are known from the first step on; `bpm` (b,); `wanted`
    (b, bars, WISHES); `placed` (b, bars, PLACES).
    """
    bar_steps = steps_in(bar_beats)
    by_step = np.repeat(np.concatenate([wanted, placed], axis=2), bar_steps, axis=1)
    known = beat_of(np.arange(by_step.shape[1])) < np.asarray(heard)[:, None]
    tempo = np.log2(np.clip(bpm, 30, 300) / 120)[:, None]
    rows = np.broadcast_arrays(known, tempo, np.float64(bar_beats / 4 - 1))
    return np.concatenate([np.stack(rows, axis=2), by_step], axis=2, dtype=np.float32)


def wish_inputs(wishes: Wishes) -> Floats:
    """What the network sees of the wishes for a bar, (WISHES,).

    Density, intensity and fill take two numbers each: given or not, and how much; then comes one
    number a style.
    """
    row = np.zeros(WISHES, np.float32)
    for place, value in enumerate((wishes.density, wishes.intensity, wishes.fill)):
        if value is not None:
            row[2 * place : 2 * place + 2] = 1, value
    if wishes.style is not None:
        row[6 + wishes.style] = 1
    return row


def places(
    since: NDArray[np.integer] | int | None = None, left: NDArray[np.integer] | int | None = None
) -> Floats:
    """Where in the phrase and the song bars lie, (..., PLACES).

    `since` (...,) counts the bars since the drums came in, `left` those that follow to the song's
    end; what is None, or negative, is not known.
    """
    unknown = np.int64(-1)
    after, before = np.broadcast_arrays(
        unknown if since is None else since, unknown if left is None else left
    )
    turn = 2 * np.pi * after / PHRASE_BARS
    known = np.ones_like(turn)
    swings = [np.sin(turn), np.cos(turn), np.sin(2 * turn), np.cos(2 * turn)]
    begun = np.where(after >= 0, [known, *swings, np.minimum(after / 16, 2)], 0)
    ending = np.where(before >= 0, [known, 1 / np.maximum(1, 1 + before)], 0)
    return np.moveaxis(np.concatenate([begun, ending]), 0, -1).astype(np.float32)


def density_of(
    strokes: NDArray[np.number], beats: NDArray[np.number] | float
) -> NDArray[np.float64]:
    """The density dial, 0..1, that so many strokes in so many beats stand for."""
    return np.clip((strokes / beats - SPARSEST) / (DENSEST - SPARSEST), 0, 1)


def intensity_of(velocity: NDArray[np.number]) -> NDArray[np.float64]:
    """The intensity dial, 0..1, of a mean velocity in 1..127."""
    return np.clip((velocity - SOFTEST) / (LOUDEST - SOFTEST), 0, 1)


def history_of(bars: Floats) -> Floats:
    """What was struck at the same place in the bars before, (b, t, HISTORY).

    `bars` (b, HISTORY_BARS + k, steps, V, 3) are consecutive; the answer is for the last k of them,
    t = k * steps, the bars by how long ago they were (`AGO`).
    """
    wanted = bars.shape[1] - HISTORY_BARS
    ago = [bars[:, HISTORY_BARS - back : HISTORY_BARS - back + wanted] for back in AGO]
    joined = np.stack(ago, axis=3)  # (b, k, steps, bars ago, V, 3)
    return joined.reshape(len(bars), wanted * bars.shape[2], -1)
