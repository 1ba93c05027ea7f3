"""A book of grooves and the network that ranks it, from a corpus: `drumd grooves`."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.corpus.store import Corpus
from engine.errors import CorpusError
from engine.grooves.book import alike, folded, loops, write_book
from engine.grooves.groove import Groove
from engine.grooves.heard import FIT_INPUTS, fit_inputs
from engine.grooves.ideas import choose_ideas
from engine.grooves.training.fit_data import FitParts, agreement, fit_parts, metres_of
from engine.grooves.training.fit_model import FitNetwork, FitSettings
from engine.grooves.training.make_book import make_book
from engine.grooves.training.written import written_grooves
from engine.training.bar_table import BarTable
from engine.training.export import write_graph

Ints = NDArray[np.int64]

BOOK, FIT, ABOUT, LOG = "grooves.json", "fit.onnx", "grooves-about.json", "grooves-log.jsonl"
SHARPNESS = 25.0  # of the targets: how much likelier a groove is that agrees better
HOPE_WEIGHT = 20.0
LEAST_BARS = 4  # of a part, to be learnt from
STAND_IN_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class GrooveSettings:
    """How the fit network is trained."""

    seed: int = 1
    steps: int = 2500
    batch: int = 64
    rate: float = 2e-3
    weight_decay: float = 0.02
    size: int = 256
    validate_every: int = 500


@dataclass(frozen=True, slots=True)
class FitProgress:
    """How far the training is."""

    step: int
    steps: int
    scores: dict[str, float]  # of the last look at held-out songs


class FitTask:
    """Parts, what is to be learnt of them, and the network."""

    def __init__(self, corpus: Corpus, table: BarTable, settings: GrooveSettings) -> None:
        self.grooves = _book(corpus, table)
        self.settings = settings
        torch.manual_seed(settings.seed)
        self.network = FitNetwork(len(self.grooves), FitSettings(size=settings.size))
        self._parts = fit_parts(corpus, table, "train", settings.seed)
        self._valid = fit_parts(corpus, table, "valid", settings.seed)
        self._agreement = torch.from_numpy(agreement(table, self.grooves))
        self._alike = alike(folded(loops(self.grooves)))
        self._usable = self._rows(self._parts, LEAST_BARS)
        self._held_out = self._one_guitar_a_song()
        if not len(self._usable):
            raise CorpusError("the corpus has no guitar to learn grooves from; add songs to it")

    def loss(self, step: int) -> Tensor:
        """The loss of one batch, which depends on the seed and the step alone."""
        rng = np.random.default_rng([self.settings.seed, step])
        weight = np.where(self._parts.guitar[self._usable], 1.0, STAND_IN_WEIGHT)
        rows = rng.choice(self._usable, self.settings.batch, p=weight / weight.sum())
        laid, words = self._parts.varied(rows, rng)
        longest = laid.shape[1] // (1 + step % 2)  # half the batches look at the beginnings
        inputs = self._inputs(self._parts, rows, laid[:, :longest], words)
        logits, hope = self.network(inputs)
        there = torch.from_numpy(np.arange(longest) < self._parts.bars[rows, None]).float()
        wanted = self._agreement[self._parts.song[rows]][:, None]
        chance = torch.softmax(SHARPNESS * wanted, dim=2)
        surprise = -(chance * torch.log_softmax(logits, dim=2)).sum(dim=2)
        miss = (hope - wanted).square().mean(dim=2)
        loss: Tensor = ((surprise + HOPE_WEIGHT * miss) * there).sum() / there.sum()
        return loss

    def validate(self) -> dict[str, float]:
        """What the ideas agree with held-out songs, looped, after 1, 4, 8 and all bars.

        Nothing where no held-out song is long enough to tell.
        """
        parts, rows = self._valid, self._held_out
        if not len(rows):
            return {}
        self.network.eval()
        answers = []
        with torch.no_grad():
            for few in np.array_split(rows, max(1, len(rows) // 64)):
                words = np.zeros_like(parts.words[parts.song[few]])
                answers.append(self.network(self._inputs(parts, few, parts.laid[few], words)))
        self.network.train()
        chance = torch.cat([torch.softmax(one, dim=2) for one, _ in answers]).numpy()
        hope = torch.cat([one for _, one in answers]).numpy()
        truth = self._agreement[parts.song[rows]].numpy()
        last = parts.bars[rows] - 1
        scores: dict[str, float] = {}
        for name, bar in (("1", 0), ("4", 3), ("8", 7), ("all", 10**6)):
            at = np.minimum(bar, last)
            row = np.arange(len(rows))
            scores |= self._scores(name, chance[row, at], hope[row, at], truth)
        return scores

    def _scores(self, name: str, chance: Any, hope: Any, truth: Any) -> dict[str, float]:
        first, best, close = [], [], []
        for mine, hoped, true in zip(chance, hope, truth, strict=True):
            ideas = choose_ideas(mine, hoped, self._alike)
            first.append(true[ideas[0]])
            best.append(true[ideas].max())
            close.append(self._alike[np.ix_(ideas, ideas)][np.triu_indices(len(ideas), 1)].mean())
        return {
            f"first_{name}": float(np.mean(first)),
            f"best_{name}": float(np.mean(best)),
            f"alike_{name}": float(np.mean(close)),
        }

    def _inputs(self, parts: FitParts, rows: Ints, laid: Any, words: Any) -> Tensor:
        return torch.from_numpy(fit_inputs(laid, parts.beats[rows], parts.bpm[rows], words))

    def _rows(self, parts: FitParts, least: int) -> Ints:
        known = self._agreement[parts.song].max(dim=1).values.numpy() > 0
        return np.flatnonzero(known & (parts.bars >= least))

    def _one_guitar_a_song(self) -> Ints:
        """Of each held-out song the guitar that plays the most."""
        parts = self._valid
        rows = self._rows(parts, 16)
        rows = rows[parts.guitar[rows]]
        notes = parts.laid[rows, ..., 0].sum(axis=(1, 2), dtype=np.int64)
        order = rows[np.argsort(-notes, kind="stable")]
        _, first = np.unique(parts.song[order], return_index=True)
        return np.sort(order[first])


def make_grooves(
    corpus: Corpus,
    folder: Path,
    settings: GrooveSettings,
    report: Callable[[FitProgress], None] = lambda _: None,
) -> dict[str, Any]:
    """Writes the book, the network and how they came about into `folder`; returns the last."""
    folder.mkdir(parents=True, exist_ok=True)
    task = FitTask(corpus, BarTable(dict(corpus.tensors)), settings)
    lines = []
    begun = time.monotonic()
    for step, scores in _train(task):
        if scores:
            lines.append({"step": step, "seconds": round(time.monotonic() - begun, 1), **scores})
        report(FitProgress(step, settings.steps, scores))
    sources = count_book_sources(task.grooves)
    write_book(folder / BOOK, task.grooves, {"sources": sources})
    write_fit(task.network, folder / FIT)
    (folder / LOG).write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    about = {"settings": asdict(settings), "scores": lines[-1] if lines else {}, "sources": sources}
    (folder / ABOUT).write_text(json.dumps(about, indent=1) + "\n", "utf-8")
    return about


def count_book_sources(grooves: Sequence[Groove]) -> dict[str, int]:
    """How many grooves are shared by songs, human drummers' and our own."""
    counts: dict[str, int] = {}
    for groove in grooves:
        source = groove.source.partition(",")[0]
        counts[source] = counts.get(source, 0) + 1
    return counts


def _train(task: FitTask) -> Iterator[tuple[int, dict[str, float]]]:
    """Each step, and what was seen of the held-out songs where that was looked at."""
    settings, network = task.settings, task.network
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=settings.rate, weight_decay=settings.weight_decay
    )
    network.train()
    for step in range(settings.steps):
        fall = 0.5 * (1 + math.cos(math.pi * step / settings.steps))
        for group in optimizer.param_groups:
            group["lr"] = settings.rate * min(1.0, (step + 1) / 100) * fall
        torch.manual_seed(settings.seed * 1_000_003 + step)
        optimizer.zero_grad()
        task.loss(step).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        done = step + 1
        look = done % settings.validate_every == 0 or done == settings.steps
        yield done, task.validate() if look else {}


def _book(corpus: Corpus, table: BarTable) -> list[Groove]:
    return [*make_book(table, corpus.songs, metres_of(corpus.tensors)), *written_grooves()]


def write_fit(network: FitNetwork, path: Path) -> None:
    """The network as a graph, beside the book that it ranks."""
    write_graph(
        network,
        (torch.zeros(2, 3, FIT_INPUTS),),
        path,
        ["bars"],
        ["chance", "hope"],
        {name: {0: "rows", 1: "bars"} for name in ("bars", "chance", "hope")},
    )
