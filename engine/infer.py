"""The drummer at play: a bundle and the guitar's last notes in, a pattern out.

Runs on onnxruntime with one thread. The same seed and request give the same pattern.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from engine.bundle import open_bundle
from engine.errors import BundleError, EngineError
from engine.features import (
    GRID_CHANNELS,
    HISTORY_BARS,
    NOTE_VALUES,
    OFFSETS,
    VELOCITY_BIN,
    WIDEST_OFFSET,
    Floats,
    Ints,
    NoteInputs,
    combination,
    conditions,
    grid_pattern,
    history_of,
    note_inputs,
    pattern_grid,
    voices_of,
)
from engine.grid import MAX_BAR_BEATS, fits_grid, steps_in
from engine.kit import VOICES
from engine.notes import COMMON_TIME, Note, Pattern, Request
from engine.preprocess import part_window

LISTEN_INPUTS = {"pitch", "values", "step", "count", "history", "conditions", "bar_steps"}
PLAY_INPUTS = {"context", "keys", "notes", "padding", "previous", "history", "hidden", "cell"}
HITS = VOICES * GRID_CHANNELS

# (step, logits of voices, of velocity, of micro-timing) -> one step of a drum grid, (V, 3)
Choose = Callable[[int, Floats, Floats, Floats], Floats]


class Drummer:
    """Plays a bundle. Warms up when it is made: the first bar is as quick as the rest."""

    def __init__(self, bundle: Path | None = None, *, seed: int = 0) -> None:
        opened = open_bundle(bundle)
        self.seed = seed
        self._temperature = opened.temperature
        self._listen = _session(opened.listen, LISTEN_INPUTS)
        self._play = _session(opened.play, PLAY_INPUTS)
        self._warm_up(opened.folder)

    def play(self, request: Request) -> Pattern:
        """The drums of the bars asked for, in beats from `request.start`.

        Raises EngineError for a bar that the grid cannot hold.
        """
        rng = np.random.default_rng([self.seed, request.bar])
        wanted = request.temperature
        temperature = self._temperature if wanted is None else wanted
        played = self._walk(request, partial(_choose, rng, temperature))
        return grid_pattern(played, request.bars * request.metre.beats)

    def bits(self, request: Request, truth: Pattern) -> float:
        """How surprising these drums would be in answer to the request, in bits.

        Counts the joint choice of voices at each step, each knowing the true steps before it; how
        hard and how early is left out. Temperature plays no part. Raises as `play` does.
        """
        grid = pattern_grid(truth, request.bars * _steps(request))
        reader = _Reader(grid, combination(grid))
        self._walk(request, reader.choose)
        return reader.bits

    def _walk(self, request: Request, choose: Choose) -> Floats:
        """The drum grid of the bars asked for, (bars * steps, V, 3), as `choose` chooses it."""
        steps = _steps(request)
        past = _past(request.history, steps)  # (HISTORY_BARS, steps, V, 3)
        memory = self._hear(request, history_of(_with_blank(past)), steps)
        return self._strike(memory, past, request.bars * steps, choose)

    def _hear(self, request: Request, history: Floats, steps: int) -> dict[str, Floats]:
        """Everything that does not depend on the strokes to come."""
        window = part_window(request.notes, start=request.start, heard_until=request.heard_until)
        notes = _at_least_one(note_inputs(window))
        heard = np.array([request.heard_until - request.start])
        bpm = np.array([request.bpm])
        known = conditions(request.bars * steps, heard, bpm, request.metre.beats)
        inputs = {
            "pitch": notes.pitch[None],
            "values": notes.values[None],
            "step": notes.step[None],
            "count": np.array([len(window)]),
            "history": history,
            "conditions": known,
            "bar_steps": np.array(steps),
        }
        context, keys, values, padding, state = self._listen.run(None, inputs)
        return {
            "context": context,
            "keys": keys,
            "notes": values,
            "padding": padding,
            "hidden": state[None],
            "cell": np.zeros_like(state)[None],
        }

    def _strike(
        self, memory: dict[str, Floats], past: Floats, total: int, choose: Choose
    ) -> Floats:
        """Step by step, each knowing the last: a drum grid (total, V, 3)."""
        steps = past.shape[1]
        line = np.concatenate([past.reshape(-1, HITS), np.zeros((total, HITS), np.float32)])
        context = memory.pop("context")
        for step in range(total):
            now = HISTORY_BARS * steps + step
            ago = [line[now - back * steps] for back in range(1, HISTORY_BARS + 1)]
            voices, velocity, offset, memory["hidden"], memory["cell"] = self._play.run(
                None,
                memory
                | {
                    "context": context[:, step : step + 1],
                    "previous": line[None, None, now - 1],
                    "history": np.concatenate(ago)[None, None],
                },
            )
            line[now] = choose(step, voices[0, 0], velocity[0, 0], offset[0, 0]).ravel()
        return line[HISTORY_BARS * steps :].reshape(total, VOICES, GRID_CHANNELS)

    def _warm_up(self, folder: Path) -> None:
        """Two bars, thrown away; a network of another shape shows here."""
        notes = tuple(Note(beat / 2, 0.5, 52) for beat in range(8))
        try:
            for bar in (1, 2):
                self.play(Request(bar, 4.0 * bar, notes, 4.0 * bar, COMMON_TIME))
        except (onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument, ValueError) as error:
            raise BundleError(
                f"the network of {folder} has another shape than this drumd plays; export it again"
            ) from error


class _Reader:
    """Chooses the true drums whatever the network says, and adds up how surprising they were."""

    def __init__(self, grid: Floats, struck: Ints) -> None:
        self._grid, self._struck = grid, struck
        self.bits = 0.0

    def choose(self, step: int, voices: Floats, _velocity: Floats, _offset: Floats) -> Floats:
        logits = voices.astype(np.float64) / np.log(2)
        self.bits += float(np.logaddexp2.reduce(logits) - logits[self._struck[step]])
        return np.asarray(self._grid[step], np.float32)


def _steps(request: Request) -> int:
    """Steps of one bar of the request; EngineError where the grid cannot hold it."""
    if not fits_grid(request.metre.beats):
        raise EngineError(
            f"a bar of {request.metre} cannot be drummed; a bar of whole eighths, up to"
            f" {MAX_BAR_BEATS:g} quarter notes long, can"
        )
    return steps_in(request.metre.beats)


def _session(path: Path, inputs: set[str]) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # a bar needs little; a smaller process matters more
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime raises a dozen classes of its own here
        raise BundleError(f"{path} is not a network that can be run ({error})") from error
    if {item.name for item in session.get_inputs()} != inputs:
        raise BundleError(f"{path} has other inputs than this drumd gives; export it again")
    return session


def _past(history: tuple[Pattern, ...], steps: int) -> Floats:
    """The last bars of drums, (HISTORY_BARS, steps, V, 3); blank where there are fewer."""
    grids = [pattern_grid(pattern, steps) for pattern in history[-HISTORY_BARS:]]
    blank = np.zeros((steps, VOICES, GRID_CHANNELS), np.float32)
    return np.stack([blank] * (HISTORY_BARS - len(grids)) + grids)


def _with_blank(past: Floats) -> Floats:
    """One batch with a bar to play behind the bars before it, as `history_of` wants it."""
    return np.concatenate([past, np.zeros_like(past[:1])])[None]


def _at_least_one(notes: NoteInputs) -> NoteInputs:
    """The network cannot read nothing; a padding note counts for nothing."""
    if len(notes.pitch):
        return notes
    return NoteInputs(
        np.zeros(1, np.int64), np.zeros((1, NOTE_VALUES), np.float32), np.zeros(1, np.int64)
    )


def _choose(
    rng: np.random.Generator,
    temperature: float,
    _step: int,
    voices: Floats,
    velocity: Floats,
    offset: Floats,
) -> Floats:
    """What is struck at one step, how hard and how early, all drawn by chance."""
    return _stroke(rng, _sample(rng, voices, temperature), velocity, offset, temperature)


def _sample(rng: np.random.Generator, logits: Floats, temperature: float) -> int:
    """One class by its probability: sharper below temperature 1, the likeliest one at 0."""
    if temperature <= 0:
        return int(logits.argmax())
    scaled = logits.astype(np.float64) / temperature
    weight = np.cumsum(np.exp(scaled - scaled.max()))
    return int(np.searchsorted(weight, rng.random() * weight[-1], side="right"))


def _stroke(
    rng: np.random.Generator,
    struck: int,
    velocity: Floats,
    offset: Floats,
    temperature: float,
) -> NDArray[np.float32]:
    """One step of a drum grid, (V, 3), for a combination of voices."""
    grid = np.zeros((VOICES, GRID_CHANNELS), np.float32)
    for voice in voices_of(struck):
        loud = _sample(rng, velocity[voice], temperature) * VELOCITY_BIN
        loud += int(rng.integers(VELOCITY_BIN)) if temperature else VELOCITY_BIN // 2
        early = OFFSETS[_sample(rng, offset[voice], temperature)]
        grid[voice] = 1, max(1, loud) / 127, early / WIDEST_OFFSET
    return grid
