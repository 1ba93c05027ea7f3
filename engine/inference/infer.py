"""The drummer at play: a bundle and the guitar's last notes in, a pattern out.

Runs on onnxruntime with one thread. The same seed and request give the same pattern.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.encoding.features import (
    GRID_CHANNELS,
    HISTORY_BARS,
    Floats,
    conditions,
    grid_pattern,
    history_of,
    note_inputs,
    pattern_grid,
    stack_notes,
    wish_inputs,
)
from engine.encoding.preprocess import part_windows
from engine.errors import BundleError, EngineError
from engine.inference.bundle import open_bundle
from engine.inference.runtime import Graphs, InvalidArgument, give_back_memory
from engine.inference.takes import Sampler, StepChooser, TeacherForcing, expected_f1, fills_out
from engine.music.grid import MAX_BAR_BEATS, fits_grid, steps_in
from engine.music.kit import VOICES
from engine.music.notes import COMMON_TIME, Note, Pattern, Request
from engine.music.wishes import DENSEST, SPARSEST

HITS = VOICES * GRID_CHANNELS
Guidance = Callable[[int], float]  # by step
FILL_LEAN = 0.5  # how far a fill leans away from a bar without one
WISH_WEIGHT = 1.0  # what a stroke a beat too many or too few costs, in expected F1
BARS_BACK = 6  # that are looked back on for the groove, when playing live


class BundleDrummer:
    """Plays a bundle. Warms up when it is made: the first bar is as quick as the rest."""

    def __init__(self, bundle: Path | None = None, *, seed: int = 0) -> None:
        opened = open_bundle(bundle)
        self.seed = seed
        self._playing = opened.playing
        self._graphs = Graphs(opened)
        self._warm_up(opened.folder)
        give_back_memory()

    def play(self, request: Request, groove: Floats | None = None) -> Pattern:
        """The drums of the bars asked for, in beats from `request.start`.

        Of several takes the one is kept that fits `groove` best, the chance of each stroke in a
        bar, (steps, VOICES); without one it is what the bars heard so far let expect. Raises
        EngineError for a bar that the grid cannot hold.
        """
        steps = _steps_of(request)
        lean, others = self._contrast(request)
        memory = self._hear([request, *others])
        voice_marginals = memory.pop("voice_marginals")
        if request.wishes.fill:
            groove = _chance(voice_marginals[0]).reshape(-1, steps, VOICES).mean(axis=0)
        elif groove is None:
            groove = self._look_back(request)
        takes = self._strike(request, memory, self._sampler(request), lean)
        struck = takes[..., 0].reshape(len(takes), -1, steps, VOICES).mean(axis=1)
        worth = expected_f1(struck, groove) - _far_from_wish(struck, request)
        if request.wishes.fill:
            worth += fills_out(struck, _past(request.history, steps)[-1, ..., 0])
        best = int(worth.argmax())
        return grid_pattern(takes[best], request.bars * request.metre.beats)

    def bits(self, request: Request, truth: Pattern) -> float:
        """How surprising these drums would be in answer to the request, in bits.

        Counts the joint choice of voices at each step, each knowing the true steps before it; how
        hard and how early is left out, and so are temperature, guidance and the choice among
        takes. Raises as `play` does.
        """
        reader = TeacherForcing(pattern_grid(truth, request.bars * _steps_of(request)))
        memory = self._hear([request])
        memory.pop("voice_marginals")
        self._strike(request, memory, reader)
        return reader.bits

    def expect(self, request: Request) -> Floats:
        """The chance of each stroke in the first bar by the guitar alone, (steps, VOICES)."""
        return self._expect([request])

    def _sampler(self, request: Request) -> Sampler:
        playing, wanted = self._playing, request.temperature
        temperature = playing.temperature if wanted is None else wanted
        seed = self.seed if request.seed is None else request.seed
        rng = np.random.default_rng([seed, request.bar])
        takes = (request.takes or playing.takes) if temperature else 1
        return Sampler(
            rng,
            temperature,
            takes,
            velocity_spread=playing.velocity_spread,
            timing_spread=playing.timing_spread,
        )

    def _look_back(self, request: Request) -> Floats:
        """The chance of each stroke in a bar by the bars that were heard so far."""
        beats = request.metre.beats
        first = min((note.onset for note in request.notes), default=request.start)
        rows = []
        for back in range(min(BARS_BACK, int((request.start - first) / beats)) + 1):
            start = request.start - back * beats
            heard_until = min(request.heard_until, start + beats)
            rows.append(replace(request, start=start, heard_until=heard_until))
        return self._expect(rows)

    def _expect(self, requests: list[Request]) -> Floats:
        blank = [replace(request, bars=1, history=()) for request in requests]
        expected: Floats = _chance(self._hear(blank)["voice_marginals"]).mean(axis=0)
        return expected

    def _hear(self, requests: Sequence[Request]) -> dict[str, Floats]:
        """All that does not depend on the strokes to come; a row of the batch for each request.

        They are for equally many bars of one metre.
        """
        steps, bars, beats = _steps_of(requests[0]), requests[0].bars, requests[0].metre.beats
        windows = [
            window
            for notes, rows in groupby(requests, key=attrgetter("notes"))
            for window in part_windows(notes, [(one.start, one.heard_until) for one in rows])
        ]
        notes, count = stack_notes([note_inputs(window) for window in windows])
        wanted = [np.tile(wish_inputs(one.wishes), (bars, 1)) for one in requests]
        inputs: dict[str, NDArray[Any]] = {
            "pitch": notes.pitch,
            "values": notes.values,
            "step": notes.step,
            "count": count,
            "history": np.concatenate(
                [
                    np.repeat(history_of(_with_blank(_past(told, steps))), len([*rows]), axis=0)
                    for told, rows in groupby(requests, key=attrgetter("history"))
                ]
            ),
            "conditions": conditions(
                np.array([one.heard_until - one.start for one in requests]),
                np.array([one.bpm for one in requests]),
                beats,
                np.stack(wanted),
            ),
            "bar_steps": np.array(steps),
        }
        return self._graphs.encode(inputs)

    def _contrast(self, request: Request) -> tuple[Guidance, list[Request]]:
        """How far to lean away, step by step, from what another request would be answered with.

        A fill takes up the second half of its bar: up to there it is the bar without one.
        """
        if request.wishes.fill:
            late = _steps_of(request) // 2
            plain = replace(request, wishes=replace(request.wishes, fill=False))
            return lambda step: FILL_LEAN if step >= late else -1.0, [plain]
        guidance = self._playing.guidance
        return lambda _: guidance, [replace(request, notes=())] if guidance else []

    def _strike(
        self,
        request: Request,
        memory: dict[str, Floats],
        choose: StepChooser,
        lean: Guidance = lambda _: 0.0,
    ) -> Floats:
        """Step by step, each knowing the last: the drum grids of all takes, (k, steps, V, 3)."""
        steps = _steps_of(request)
        total, takes = request.bars * steps, choose.takes
        rows = len(memory["context"])
        line = np.zeros((rows * takes, HISTORY_BARS * steps + total, HITS), np.float32)
        line[:, : HISTORY_BARS * steps] = _past(request.history, steps).reshape(-1, HITS)
        asked = self._graphs.begin(
            {name: np.repeat(value, takes, axis=0) for name, value in memory.items()}
        )
        for step in range(total):
            now = HISTORY_BARS * steps + step
            ago = [line[:, now - back * steps] for back in range(1, HISTORY_BARS + 1)]
            answer = asked.answer(line[:, now - 1], np.concatenate(ago, axis=1))
            logits = _guided(answer.voices, lean(step)) if rows > 1 else answer.voices
            struck = choose(step, logits, answer.velocity[:takes], answer.offset[:takes])
            line[:, now] = np.tile(struck.reshape(takes, HITS), (rows, 1))
        struck = line[:takes, HISTORY_BARS * steps :]
        return struck.reshape(takes, total, VOICES, GRID_CHANNELS)

    def _warm_up(self, folder: Path) -> None:
        """Two bars, thrown away; a network of another shape shows here."""
        notes = tuple(Note(beat / 2, 0.5, 52) for beat in range(8))
        try:
            for bar in (1, 2):
                self.play(Request(bar, 4.0 * bar, notes, 4.0 * bar, COMMON_TIME))
        except (InvalidArgument, ValueError) as error:
            raise BundleError(
                f"the network of {folder} has another shape than this drumd plays; export it again"
            ) from error


def _steps_of(request: Request) -> int:
    metre = request.metre
    if not fits_grid(metre.beats):
        raise EngineError(
            f"a bar of {metre} cannot be drummed; a bar of whole eighths, up to"
            f" {MAX_BAR_BEATS:g} quarter notes long, can"
        )
    return steps_in(metre.beats)


def _guided(logits: Floats, lean: float) -> Floats:
    """Away from the second half of the batch: guidance without a classifier (Ho and Salimans)."""
    own, without = np.split(logits, 2)
    return own + np.float32(lean) * (own - without)


def _far_from_wish(struck: Floats, request: Request) -> NDArray[np.float64]:
    """How far off the density that is wished for each take is, (k,); 0 where none is."""
    wanted = request.wishes.density
    strokes = struck.sum(axis=(1, 2)).astype(np.float64)
    if wanted is None:
        return np.zeros_like(strokes)
    per_beat = SPARSEST + wanted * (DENSEST - SPARSEST)
    return np.asarray(WISH_WEIGHT * np.abs(strokes / request.metre.beats - per_beat))


def _past(history: tuple[Pattern, ...], steps: int) -> Floats:
    """The last bars of drums, (HISTORY_BARS, steps, V, 3); blank where there are fewer."""
    grids = [pattern_grid(pattern, steps) for pattern in history[-HISTORY_BARS:]]
    blank = np.zeros((steps, VOICES, GRID_CHANNELS), np.float32)
    return np.stack([blank] * (HISTORY_BARS - len(grids)) + grids)


def _with_blank(past: Floats) -> Floats:
    """One batch with a bar to play behind the bars before it, as `history_of` wants it."""
    return np.concatenate([past, np.zeros_like(past[:1])])[None]


def _chance(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)
