"""A request as the network is asked it: windows, own bars, groove, conditions, in plain numpy.

Shapes: r requests, t steps to play, V voices of the network's kit.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.encoding.features import (
    Floats,
    note_inputs,
    pattern_grid,
    places,
    stack_notes,
    wish_inputs,
)
from engine.encoding.preprocess import part_windows
from engine.errors import EngineError
from engine.inference.layout import Layout
from engine.inference.runtime import GROOVE
from engine.music.grid import MAX_BAR_BEATS, fits_grid, steps_in
from engine.music.notes import Pattern, Request


def network_inputs(
    requests: Sequence[Request], layout: Layout, grip: float = 1.0
) -> dict[str, NDArray[Any]]:
    """What `listen.onnx` is given; the requests are for equally many bars of one metre.

    `grip` is how firmly a groove is told that the drummer chose: what it leaves open is in the
    guitar of the bars. Where none of that is heard yet, it is told in full.
    """
    steps, bars, beats = bar_steps(requests[0]), requests[0].bars, requests[0].metre.beats
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
        "history": np.stack([_history(one, steps, layout) for one in requests]),
        "conditions": layout.conditions(
            np.array([one.heard_until - one.start for one in requests]),
            np.array([one.bpm for one in requests]),
            beats,
            np.stack(wanted),
            np.stack([_placed(one) for one in requests]),
        ),
        "bar_steps": np.array(steps),
    }
    if layout.grooves:
        inputs[GROOVE] = np.stack([_groove(one, steps, layout, grip) for one in requests])
    return inputs


def bar_steps(request: Request) -> int:
    """The steps of a bar; EngineError for one that the grid cannot hold."""
    metre = request.metre
    if not fits_grid(metre.beats):
        raise EngineError(
            f"a bar of {metre} cannot be drummed; a bar of whole eighths, up to"
            f" {MAX_BAR_BEATS:g} quarter notes long, can"
        )
    return steps_in(metre.beats)


def past_bars(history: tuple[Pattern, ...], steps: int, layout: Layout) -> Floats:
    """The own bars before, (past bars, steps, V, 3); blank where there are fewer."""
    grids = [layout.of_grid(pattern_grid(one, steps)) for one in history[-layout.past_bars :]]
    blank = np.zeros((steps, layout.voices, layout.hits // layout.voices), np.float32)
    return np.stack([blank] * (layout.past_bars - len(grids)) + grids)


def _history(request: Request, steps: int, layout: Layout) -> Floats:
    """What was struck at the places of the bar to play in the bars before, (steps, .)."""
    past = past_bars(request.history, steps, layout)
    ago = [past[layout.past_bars - back] for back in layout.ago]
    return np.stack(ago, axis=1).reshape(steps, -1)


def _groove(request: Request, steps: int, layout: Layout, grip: float) -> Floats:
    """The groove of the bars to play, (t, HITS); blank where none is told."""
    groove = request.groove or Pattern((), request.bars * request.metre.beats)
    grid = pattern_grid(groove, request.bars * steps).reshape(-1, layout.hits)
    open_to_guitar = request.loosely and request.heard_until > request.start
    return grid * np.float32(grip if open_to_guitar else 1)


def _placed(request: Request) -> Floats:
    """Where the bars lie, (bars, PLACES)."""
    number = np.arange(request.bars)
    since = None if request.since is None else request.since + number
    left = None if request.left is None else request.left - number
    return np.broadcast_to(places(since, left), (request.bars, places().shape[-1]))
