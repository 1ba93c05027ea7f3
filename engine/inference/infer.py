"""The drummer at play: a bundle and the guitar's last notes in, a pattern out.

Runs on onnxruntime with one thread. The same seed and requests give the same pattern.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.encoding.combinations import combination
from engine.encoding.features import GRID_CHANNELS, Floats, grid_pattern, pattern_grid
from engine.errors import BundleError
from engine.inference.asking import bar_steps, network_inputs, past_bars
from engine.inference.bundle import open_bundle
from engine.inference.graph_check import bounded_memory
from engine.inference.guide import Guide, open_guide
from engine.inference.layout import layout_of
from engine.inference.runtime import Graphs, give_back_memory
from engine.inference.takes import (
    Sampler,
    StepChooser,
    TeacherForcing,
    TouchSampler,
    expected_f1,
    fills_out,
    habits_of,
    kept_time,
)
from engine.music.notes import COMMON_TIME, SOMEWHERE, Idea, Note, Pattern, Request
from engine.music.wishes import DENSEST, SPARSEST

Guidance = Callable[[int], float]  # by step
FILL_GUIDANCE = 0.5  # how far a fill leans away from a bar without one
FILL_TAKES, FILL_FLOOR = 4, 0.015  # at most
FOUNDING_BARS, FOUNDING_TAKES = 2, 8  # a song goes on as it began
WISH_WEIGHT = 1.0  # what a stroke a beat too many or too few costs, in expected F1


class BundleDrummer:
    """Plays a bundle. Warms up when it is made: the first bar is as quick as the rest.

    `guide` chooses grooves; a bundle of the first kit has none. `groove` is what was kept to last,
    `told` says in a few words which one it is, `place` where the bar lies in its part.
    """

    def __init__(self, bundle: Path | None = None, *, seed: int = 0) -> None:
        opened = open_bundle(bundle)
        self.seed, self.told = seed, ""
        self.groove: Pattern | None = None  # of all its bars
        self.place = SOMEWHERE
        with bounded_memory():
            self.guide: Guide | None = open_guide(opened)
            self._playing = opened.playing
            self._graphs, self._layout = Graphs(opened), layout_of(opened)
            self._warm_up(opened.folder)
        give_back_memory()

    @property
    def ideas(self) -> tuple[Idea, ...]:
        """What the drummer offers for the part that plays."""
        return self.guide.ideas if self.guide else ()

    def play(self, request: Request) -> Pattern:
        """The drums of the bars asked for, in beats from `request.start`.

        Where the request tells no groove, the guide chooses one by what it has heard of the song.
        Of several takes the first is kept that keeps the groove's time; in the bars that found a
        pattern, and where there is no groove, the one that fits best what the network expects
        before any stroke.
        Raises EngineError for a bar that the grid cannot hold.
        """
        request = self._with_groove(request)
        steps, layout = bar_steps(request), self._layout
        leans, others = self._contrasts(request)
        memory = self._encode([request, *others])
        expected = _chance(memory.pop("voice_marginals")[0])
        takes = self._strike(request, memory, self._sampler(request), leans)
        struck = takes[..., 0]
        if request.groove is None or not layout.grooves:
            worth = expected_f1(struck, expected)
        else:
            worth = kept_time(struck, pattern_grid(request.groove, len(expected))[..., 0])
            if _founds(request):
                worth += expected_f1(struck, expected)
        worth -= _far_from_wish(struck, request)
        if request.wishes.fill:
            worth += fills_out(struck, past_bars(request.history, steps, layout)[-1, ..., 0])
        best = int(worth.argmax())
        return grid_pattern(takes[best], request.bars * request.metre.beats)

    def bits(self, request: Request, truth: Pattern) -> float:
        """How surprising these drums would be in answer to the request, in bits.

        Counts the joint choice of voices at each step, each knowing the true steps before it; how
        hard and how early is left out, and so are temperature, guidance and the choice among
        takes. The request tells the groove, or none is known. Raises as `play` does.
        """
        grid = self._true_grid(request, truth)
        reader = TeacherForcing(grid, self._classes(grid))
        memory = self._encode([request])
        memory.pop("voice_marginals")
        self._strike(request, memory, reader)
        return reader.bits

    def touch(self, request: Request, strokes: Pattern) -> Pattern:
        """The same strokes, as hard and as early as this drummer would strike them."""
        memory = self._encode([request])
        memory.pop("voice_marginals")
        chooser = TouchSampler(self._sampler(request), self._true_grid(request, strokes))
        struck = self._strike(request, memory, chooser)
        return grid_pattern(struck[0], request.bars * request.metre.beats)

    def _with_groove(self, request: Request) -> Request:
        if self.guide is None:
            return request
        if request.groove is not None and request.heard_until > request.start:
            return request  # of a file, whose grooves are planned
        choice = self.guide.choose(request)
        told = choice.told if request.groove is None else "the given groove"
        self.told, self.groove = f"{told}; part {choice.part}", choice.groove.pattern
        self.place = choice.place
        if choice.place.leads_on:
            request = replace(request, wishes=replace(request.wishes, fill=True))
        if choice.place.turned or choice.anew:  # what was played before would be gone on with
            request = replace(request, history=())
        if choice.place.turned:
            request = replace(request, since=choice.place.bars)
        if request.groove is not None:
            return request
        bar = choice.groove.bar(request.since or 0)
        return replace(request, groove=bar, loosely=choice.loosely)

    def _sampler(self, request: Request) -> Sampler:
        playing, wanted = self._playing, request.temperature
        temperature = playing.temperature if wanted is None else wanted
        seed = self.seed if request.seed is None else request.seed
        rng = np.random.default_rng([seed, request.bar])
        takes, floor = request.takes or playing.takes, playing.floor
        if _founds(request):
            takes = max(takes, FOUNDING_TAKES)
        if request.wishes.fill:  # of rarer strokes, and the fullest of some
            takes, floor = max(takes, FILL_TAKES), min(FILL_FLOOR, floor)
        return Sampler(
            rng,
            temperature,
            takes if temperature else 1,
            self._layout.struck,
            floor=floor,
            velocity_spread=playing.velocity_spread,
            timing_spread=playing.timing_spread,
            habits=habits_of(np.random.default_rng([seed, abs(request.song)]), self._layout.voices),
        )

    def _encode(self, requests: Sequence[Request]) -> dict[str, Floats]:
        """All that does not depend on the strokes to come; a row of the batch for each request."""
        return self._graphs.encode(network_inputs(requests, self._layout, self._playing.grip))

    def _contrasts(self, request: Request) -> tuple[list[Guidance], list[Request]]:
        """How far to lean away, step by step, from what other requests would be answered with.

        A fill takes up the second half of its bar: up to there it is the bar without one. Towards
        the guitar it leans where it hears it: the bars before say little of the one to come.
        """
        if request.wishes.fill:
            late = bar_steps(request) // 2
            plain = replace(request, wishes=replace(request.wishes, fill=False))
            return [lambda step: FILL_GUIDANCE if step >= late else -1.0], [plain]
        playing, grooves = self._playing, self._layout.grooves
        silent = replace(request, notes=())
        ungrooved = replace(request, groove=None) if grooves else silent
        hears = grooves and request.heard_until > request.start
        away = [(playing.guidance, ungrooved), (playing.listening if hears else 0, silent)]
        asked = [(lean, other) for lean, other in away if lean]
        return [_always(lean) for lean, _ in asked], [other for _, other in asked]

    def _strike(
        self,
        request: Request,
        memory: dict[str, Floats],
        choose: StepChooser,
        leans: Sequence[Guidance] = (),
    ) -> Floats:
        """Step by step, each knowing the last: the drum grids of all takes, (k, t, V, 3)."""
        steps, layout = bar_steps(request), self._layout
        total, takes, before = request.bars * steps, choose.takes, layout.past_bars * steps
        rows = len(memory["context"])
        line = np.zeros((before + total, takes, layout.hits), np.float32)
        line[:before] = past_bars(request.history, steps, layout).reshape(before, 1, -1)
        ago = -steps * np.array(layout.ago)
        asked = self._graphs.begin(
            {name: np.repeat(value, takes, axis=0) for name, value in memory.items()}
        )
        for now in range(before, before + total):
            bars_ago = line[now + ago].swapaxes(0, 1).reshape(takes, -1)
            answer = asked.answer(np.tile(line[now - 1], (rows, 1)), np.tile(bars_ago, (rows, 1)))
            logits = _guided(answer.voices, [lean(now - before) for lean in leans])
            struck = choose(now - before, logits, answer.velocity[:takes], answer.offset[:takes])
            line[now] = struck.reshape(takes, layout.hits)
        played = line[before:].reshape(total, takes, layout.voices, GRID_CHANNELS)
        return played.swapaxes(0, 1)

    def _true_grid(self, request: Request, truth: Pattern) -> Floats:
        return self._layout.of_grid(pattern_grid(truth, request.bars * bar_steps(request)))

    def _classes(self, grid: Floats) -> NDArray[np.int64]:
        """The combination that each step (t, V, 3) strikes, (t,)."""
        struck = grid[..., 0] > 0
        if self._layout.grooves:
            return combination(struck)
        return np.asarray(struck @ (1 << np.arange(self._layout.voices)), np.int64)

    def _warm_up(self, folder: Path) -> None:
        """Two bars, thrown away; a network of another shape shows here."""
        notes = tuple(Note(beat / 2, 0.5, 52) for beat in range(8))
        try:
            for bar in (1, 2):
                self.play(Request(bar, 4.0 * bar, notes, 4.0 * bar, COMMON_TIME, song=-1))
        except Exception as error:  # a stranger's network may fail in any way
            raise BundleError(
                f"the network of {folder} has another shape than this drumd plays; export it again"
            ) from error


def _always(lean: float) -> Guidance:
    return lambda _: lean


def _guided(logits: Floats, leans: Sequence[float]) -> Floats:
    """Away from the further parts of the batch: guidance without a classifier (Ho and Salimans)."""
    weights = np.array([1 + sum(leans), *(-lean for lean in leans)], np.float32)
    return np.tensordot(weights, logits.reshape(len(weights), -1, logits.shape[-1]), 1)


def _founds(request: Request) -> bool:
    """Whether the bar is one of the first, whose pattern the song or its part goes on with."""
    return request.since is not None and request.since < FOUNDING_BARS


def _far_from_wish(struck: Floats, request: Request) -> NDArray[np.float64]:
    """How far off the density that is wished for each take is, (k,); 0 where none is."""
    wanted = request.wishes.density
    strokes = struck.sum(axis=(1, 2)).astype(np.float64)
    if wanted is None:
        return np.zeros_like(strokes)
    per_beat = SPARSEST + wanted * (DENSEST - SPARSEST)
    beats = request.bars * request.metre.beats
    return np.asarray(WISH_WEIGHT * np.abs(strokes / beats - per_beat))


def _chance(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)
