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
from engine.grooves.book import Book, alike, folded, loops, write_book
from engine.grooves.groove import Groove
from engine.grooves.heard import FIT_INPUTS
from engine.grooves.ideas import choose_ideas
from engine.grooves.training.fit_data import (
    HEARD_BARS,
    FitParts,
    agreement,
    fit_parts,
    metres_of,
)
from engine.grooves.training.fit_model import FitNetwork, FitSettings
from engine.grooves.training.make_book import make_book
from engine.grooves.training.written import written_grooves
from engine.storage.atomic import new_folder
from engine.training.bar_table import BarTable
from engine.training.export import write_graph

Ints = NDArray[np.int64]

BOOK, FIT, ABOUT, LOG = "grooves.json", "fit.onnx", "grooves-about.json", "grooves-log.jsonl"
HOPE_WEIGHT = 20.0
LEAST_BARS = 4  # of a part, to be learnt from
STAND_IN_WEIGHT = 0.5
PRIOR_PARTS = 4000


@dataclass(frozen=True, slots=True)
class GrooveSettings:
    """How the fit network is trained."""

    seed: int = 1
    steps: int = 4500
    batch: int = 128
    rate: float = 1.5e-3
    weight_decay: float = 0.02
    size: int = 384
    validate_every: int = 1500


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
        self._nearest = self._agreement.argmax(dim=1)
        self._usable = self._rows(self._parts, LEAST_BARS)
        if not len(self._usable):
            raise CorpusError("the corpus has no guitar to learn grooves from; add songs to it")
        weight = np.where(self._parts.guitar[self._usable], 1.0, STAND_IN_WEIGHT)
        self._weight = weight / weight.sum()
        _scale(self.network, self._parts.drawn(self._usable, np.random.default_rng(settings.seed)))
        self._held_out = self._one_guitar_a_song()

    def loss(self, step: int) -> Tensor:
        """The loss of one batch, which depends on the seed and the step alone."""
        rng = np.random.default_rng([self.settings.seed, step])
        rows = rng.choice(self._usable, self.settings.batch, p=self._weight)
        logits, hope = self.network(torch.from_numpy(self._parts.drawn(rows, rng)))
        song = self._parts.song[rows]
        wanted = self._agreement[song]
        surprise = torch.nn.functional.cross_entropy(logits, self._nearest[song])
        loss: Tensor = surprise + HOPE_WEIGHT * (hope - wanted).square().mean()
        return loss

    def validate(self) -> dict[str, float]:
        """What the ideas agree with held-out songs, looped, by the bars that were heard.

        Nothing where no held-out song is long enough to tell.
        """
        parts, rows = self._valid, self._held_out
        if not len(rows):
            return {}
        truth = self._agreement[parts.song[rows]].numpy()
        scores: dict[str, float] = {}
        self.network.eval()
        for after, bars in enumerate(HEARD_BARS):
            with torch.no_grad():
                logits, hope = self.network(torch.from_numpy(parts.untold(rows, after)))
            chance = torch.softmax(logits, dim=1).numpy()
            scores |= self._scores(str(bars), chance, hope.numpy(), truth)
        self.network.train()
        return scores

    def prior(self) -> NDArray[np.float64]:
        """How likely each groove is for any guitar: the mean chance over the parts learnt, (g,)."""
        rng = np.random.default_rng(self.settings.seed)
        rows = rng.choice(self._usable, min(len(self._usable), PRIOR_PARTS), replace=False)
        self.network.eval()
        with torch.no_grad():
            last = len(HEARD_BARS) - 1
            logits, _ = self.network(torch.from_numpy(self._parts.untold(rows, last)))
        self.network.train()
        return np.asarray(torch.softmax(logits, dim=1).mean(dim=0), np.float64)

    def _scores(self, name: str, chance: Any, hope: Any, truth: Any) -> dict[str, float]:
        prior = self.prior()
        ideas = [
            choose_ideas(mine, hoped, self._alike, prior)
            for mine, hoped in zip(chance, hope, strict=True)
        ]
        first = [true[one[0]] for true, one in zip(truth, ideas, strict=True)]
        best = [true[one].max() for true, one in zip(truth, ideas, strict=True)]
        other = [true[one[0]] for true, one in zip(truth, np.roll(ideas, 1, axis=0), strict=True)]
        upper = np.triu_indices(len(ideas[0]), 1)
        close = [self._alike[np.ix_(one, one)][upper].mean() for one in ideas]
        named = {"first": first, "best": best, "other": other, "alike": close}
        return {f"{what}_{name}": round(float(np.mean(one)), 4) for what, one in named.items()}

    def _rows(self, parts: FitParts, least: int) -> Ints:
        known = self._agreement[parts.song].max(dim=1).values.numpy() > 0
        return np.flatnonzero(known & (parts.bars >= least))

    def _one_guitar_a_song(self) -> Ints:
        """Of each held-out song the guitar that plays in the most bars."""
        parts = self._valid
        rows = self._rows(parts, 16)
        rows = rows[parts.guitar[rows]]
        order = rows[np.argsort(-parts.bars[rows], kind="stable")]
        _, first = np.unique(parts.song[order], return_index=True)
        return np.sort(order[first])


def make_grooves(
    corpus: Corpus,
    folder: Path,
    settings: GrooveSettings,
    report: Callable[[FitProgress], None] = lambda _: None,
) -> dict[str, Any]:
    """Writes the book, the network and how they came about into `folder`; returns the last."""
    _check_folder(folder)
    task = FitTask(corpus, BarTable(dict(corpus.tensors)), settings)
    lines = []
    begun = time.monotonic()
    for step, scores in _train(task):
        if scores:
            lines.append({"step": step, "seconds": round(time.monotonic() - begun, 1), **scores})
        report(FitProgress(step, settings.steps, scores))
    sources = count_book_sources(task.grooves)
    book = Book(tuple(task.grooves), task.prior())
    about = {"settings": asdict(settings), "scores": lines[-1] if lines else {}, "sources": sources}
    with new_folder(folder) as whole:
        write_book(whole / BOOK, book, {"sources": sources})
        write_fit(task.network, whole / FIT)
        (whole / LOG).write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
        (whole / ABOUT).write_text(json.dumps(about, indent=1) + "\n", "utf-8")
    return about


def _check_folder(folder: Path) -> None:
    """Said before the work, not after it: only grooves of before are replaced."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.exists() and any(folder.iterdir()) and not (folder / BOOK).exists():
            raise CorpusError(f"{folder} holds other things; name an empty folder for the grooves")
    except OSError as error:
        raise CorpusError(f"{folder} cannot be written: {error.strerror or error}") from error


def count_book_sources(grooves: Sequence[Groove]) -> dict[str, int]:
    """How many grooves are shared by songs, human drummers' and our own."""
    counts: dict[str, int] = {}
    for groove in grooves:
        source = groove.source.partition(",")[0]
        counts[source] = counts.get(source, 0) + 1
    return counts


def _scale(network: FitNetwork, inputs: NDArray[np.float32]) -> None:
    """Has the network see inputs (n, FIT_INPUTS) about zero, each as spread as the others."""
    network.mean.copy_(torch.from_numpy(inputs.mean(axis=0)))
    network.spread.copy_(torch.from_numpy(inputs.std(axis=0) + 1e-2))


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
            group["lr"] = settings.rate * fall
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
        (torch.zeros(2, FIT_INPUTS),),
        path,
        ["summary"],
        ["chance", "hope"],
        {name: {0: "rows"} for name in ("summary", "chance", "hope")},
    )
