"""The two graphs of a bundle on onnxruntime, with one thread.

`listen.onnx` hears all that can be known before the first stroke: the memory. `play.onnx` answers
one step. What it answers as X_next, it wants as X at the next step: this is carried, whatever the
network needs it for.

Shapes: r rows (requests or takes), t steps, C combinations of voices, V voices.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from engine.encoding.features import Floats
from engine.errors import BundleError
from engine.inference.bundle import Bundle
from engine.inference.graph_check import check_graph

LISTEN_INPUTS = {"pitch", "values", "step", "count", "history", "conditions", "bar_steps"}
GROOVE = "groove"  # one more, where the network can be told one
DRUMS = {"previous", "history"}
NEXT = "_next"
OUR_NAMES = {"likely": "voice_marginals"}  # by what the graphs of all bundles call them


class StepLogits(NamedTuple):
    """The logits of one step."""

    voices: Floats  # (r, C)
    velocity: Floats  # (r, V, .)
    offset: Floats  # (r, V, .)


class Graphs:
    """What a bundle's network is asked."""

    def __init__(self, bundle: Bundle) -> None:
        self._listen, self._play = _session(bundle.listen), _session(bundle.play)
        outputs = [item.name for item in self._listen.get_outputs()]
        self._memory = [OUR_NAMES.get(name, name) for name in outputs]
        self._answers = [item.name for item in self._play.get_outputs()]
        asked = {item.name: item.shape for item in self._play.get_inputs()}
        self._carried = {name: asked[name] for name in asked if name + NEXT in self._answers}
        self._kept = asked.keys() - self._carried - DRUMS  # the memory that a step needs
        wanted = LISTEN_INPUTS if bundle.is_first_kit else LISTEN_INPUTS | {GROOVE}
        _check_inputs(bundle.listen, self._listen, wanted)
        told = self._kept & set(self._memory)
        _check_inputs(bundle.play, self._play, DRUMS | self._carried.keys() | told)

    def encode(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, Floats]:
        """The memory, by name, each (r, ...)."""
        return dict(zip(self._memory, self._listen.run(None, inputs), strict=True))

    def begin(self, memory: Mapping[str, Floats]) -> Steps:
        """The steps that follow from a memory."""
        rows = len(memory["context"])
        carried = {
            name: np.zeros(
                [
                    rows if size == "rows" else 0 if isinstance(size, str) else size
                    for size in shape
                ],
                np.float32,
            )
            for name, shape in self._carried.items()
        }
        if "state" in memory:
            first = next(iter(carried))
            carried[first] = memory["state"].reshape(carried[first].shape)
        return Steps(
            self._play, self._answers, {name: memory[name] for name in self._kept}, carried
        )


class Steps:
    """Step after step of all rows."""

    def __init__(
        self, play: Any, answers: list[str], memory: dict[str, Floats], carried: dict[str, Floats]
    ) -> None:
        self._play, self._answers, self._memory = play, answers, memory
        self._context, self._carried = memory["context"], carried
        self._step = 0

    def answer(self, previous: Floats, history: Floats) -> StepLogits:
        """The next step; `previous` (r, HITS) a step ago, `history` (r, HISTORY) bars ago."""
        now = slice(self._step, self._step + 1)
        drums = {"previous": previous[:, None], "history": history[:, None]}
        inputs = self._memory | self._carried | drums | {"context": self._context[:, now]}
        found = dict(zip(self._answers, self._play.run(None, inputs), strict=True))
        self._carried = {name: found[name + NEXT] for name in self._carried}
        self._step += 1
        return StepLogits(*(found[name][:, 0] for name in StepLogits._fields))


def open_ranker(bundle: Bundle) -> Callable[[Floats], tuple[Floats, Floats]]:
    """The fit network of a bundle: what it answers to a summary (1, .)."""
    session = _session(bundle.fit)
    _check_inputs(bundle.fit, session, {"summary"})

    def rank(summary: Floats) -> tuple[Floats, Floats]:
        chance, hope = session.run(["chance", "hope"], {"summary": summary})
        return chance[0], hope[0]

    return rank


def give_back_memory() -> None:
    """Hands to the system what loading has freed, where the C library can (glibc)."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _session(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # a bar needs little; a smaller process matters more
    options.log_severity_level = 4  # what is wrong is raised, and said once
    try:
        data = path.read_bytes()
        check_graph(data)
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen classes of its own here
        raise BundleError(f"{path} is not a network that can be run ({error})") from error


def _check_inputs(path: Path, session: Any, inputs: set[str]) -> None:
    if {item.name for item in session.get_inputs()} != inputs:
        raise BundleError(f"{path} has other inputs than this drumd gives; export it again")
