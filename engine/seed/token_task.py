"""Learning the original project's task, as the training loop wants it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from engine.recipe import Recipe, read_section
from engine.seed.token_corpus import END, PAD, START, Ids, TokenSequences, read_token_corpus
from engine.seed.token_model import TokenSeq2Seq, TokenSettings
from engine.training.device import device_of, to_device
from engine.training.distributed import WHOLE, Share


@dataclass(frozen=True, slots=True)
class TokenDataSettings:
    """How the pairs are taught."""

    teacher_forcing: float = 0.5  # share of the steps that are given the true last token
    hold_out: bool = True  # False: learn from all pairs, as the original did


@dataclass(frozen=True, slots=True)
class TokenBatch:
    """Pairs of about one length, padded."""

    inputs: Tensor  # (batch, notes)
    lengths: Tensor  # (batch,) of the inputs
    known: Tensor  # (batch, time) start and target
    wanted: Tensor  # (batch, time) target and end

    def __len__(self) -> int:
        return len(self.inputs)


def open_token_task(recipe: Recipe, data: Path) -> TokenTask:
    return TokenTask(recipe, read_token_corpus(data))


class TokenTask:
    """Note names for note names.

    The loss of a batch is its mean over the tokens and the end, padding left out; `score` is the
    same on pairs held out, `train` on those learnt from, both fully teacher-forced, no dropout.
    """

    def __init__(self, recipe: Recipe, corpus: TokenSequences) -> None:
        settings = read_section(TokenSettings, recipe.model, "model")
        self._data = read_section(TokenDataSettings, recipe.data, "data")
        torch.manual_seed(recipe.seed)
        self.model = TokenSeq2Seq(len(corpus.vocabulary), settings)
        self.about: dict[str, Any] = {
            "task": "tokens",
            "vocabulary": list(corpus.vocabulary),
            "corpus": corpus.digest,
        }
        self._seed = recipe.seed
        held_out = np.array(corpus.valid)
        learnt = ~held_out if self._data.hold_out else np.ones(len(held_out), bool)
        self._batches = _batches(corpus, np.flatnonzero(learnt), recipe.train.batch)
        self._held_out = _batches(corpus, np.flatnonzero(held_out), recipe.train.batch)

    def steps(self) -> int:
        return len(self._batches)

    def loss(self, epoch: int, step: int, share: Share = WHOLE) -> tuple[Tensor, int]:
        order = np.random.default_rng((self._seed, epoch)).permutation(len(self._batches))
        batch = to_device(self._batches[order[step]], device_of(self.model))
        taught = torch.rand(batch.known.shape[1]) < self._data.teacher_forcing
        rows, counted = share.of(len(batch))
        mine = batch.wanted[rows]
        logits = self.model(batch.inputs[rows], batch.lengths[rows], batch.known[rows], taught)
        tokens = (mine != PAD).sum() / (batch.wanted != PAD).sum() * counted
        return _cross_entropy(logits, mine, "mean") * tokens, len(batch)

    def validate(self) -> dict[str, float]:
        train = self._teacher_forced(self._batches)
        score = self._teacher_forced(self._held_out) if self._held_out else train
        return {"score": score, "train": train}

    def _teacher_forced(self, batches: Sequence[TokenBatch]) -> float:
        """Nats a token over all pairs of the batches."""
        total, tokens = 0.0, 0
        for batch in (to_device(batch, device_of(self.model)) for batch in batches):
            taught = torch.ones(batch.known.shape[1], dtype=torch.bool)
            logits = self.model(batch.inputs, batch.lengths, batch.known, taught)
            total += _cross_entropy(logits, batch.wanted, "sum").item()
            tokens += int((batch.wanted != PAD).sum())
        return total / tokens


def _cross_entropy(logits: Tensor, wanted: Tensor, reduction: str) -> Tensor:
    return cross_entropy(
        logits.flatten(0, 1), wanted.flatten(), ignore_index=PAD, reduction=reduction
    )


def _batches(corpus: TokenSequences, pairs: Ids, size: int) -> list[TokenBatch]:
    """The pairs from short to long targets, so that little is padded."""
    ordered = sorted(pairs.tolist(), key=lambda pair: (len(corpus.targets[pair]), pair))
    groups = [ordered[at : at + size] for at in range(0, len(ordered), size)]
    return [_batch(corpus, group) for group in groups]


def _batch(corpus: TokenSequences, pairs: Sequence[int]) -> TokenBatch:
    inputs = [corpus.inputs[pair] for pair in pairs]
    targets = [corpus.targets[pair] for pair in pairs]
    return TokenBatch(
        inputs=_padded(inputs),
        lengths=torch.tensor([len(each) for each in inputs]),
        known=_padded([np.append(START, each) for each in targets]),
        wanted=_padded([np.append(each, END) for each in targets]),
    )


def _padded(rows: Sequence[Ids]) -> Tensor:
    """(batch, time), each row filled up with PAD."""
    table = np.full((len(rows), max(map(len, rows))), PAD, np.int64)
    for line, row in zip(table, rows, strict=True):
        line[: len(row)] = row
    return torch.from_numpy(table)
