"""Learning to drum: the model, the pairs and the loss, as the training loop wants them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from engine.corpus.store import Corpus, SongInfo, drums_alone
from engine.models.networks import build_network
from engine.models.seq_model import Logits
from engine.music.kit import VOICES
from engine.recipe import Recipe, read_section
from engine.training.data_prep import Batch, DrumPairs
from engine.training.device import device_of, to_device
from engine.training.distributed import WHOLE, Share
from engine.training.sampling import DataSettings, keeps
from engine.training.scheduled_sampling import on_its_own

VELOCITY_WEIGHT = 0.3  # how loud and how early count less than what is struck
OFFSET_WEIGHT = 0.3
LIKELY_WEIGHT = 0.2  # for each voice on its own, before any stroke is known


class DrumTask:
    """Drums for guitar windows."""

    def __init__(self, recipe: Recipe, corpus: Corpus) -> None:
        data = read_section(DataSettings, recipe.data, "data")
        torch.manual_seed(recipe.seed)
        self.model = build_network(recipe.model)
        alone = drums_alone(corpus.tensors)
        learnt = [
            song
            for song, touch in zip(corpus.songs, alone, strict=True)
            if keeps(song, "train", data) and (data.touch_share or not touch)
        ]
        self.about: dict[str, Any] = {"task": "drums", "trained_on": count_sources(learnt)}
        self._batch, self._own_strokes = recipe.train.batch, data.own_strokes
        self._pairs = DrumPairs(corpus, "train", data, recipe.seed)
        self._valid = DrumPairs(corpus, "valid", data, recipe.seed)
        self._held_out = self._valid.draw.fixed(data.valid_windows, recipe.train.batch)
        self._epoch, self._order = 0, self._pairs.draw.order(0, self._batch)
        self._steps = len(self._order)

    def steps(self) -> int:
        return self._steps

    def loss(self, epoch: int, step: int, share: Share = WHOLE) -> tuple[Tensor, int]:
        batch = to_device(self.batch(epoch, step), device_of(self.model))
        return self.loss_of(batch, share), len(batch)

    def batch(self, epoch: int, step: int) -> Batch:
        """The windows of one step."""
        if epoch != self._epoch:
            self._epoch, self._order = epoch, self._pairs.draw.order(epoch, self._batch)
        return self._pairs.training_batch(self._order[step % len(self._order)], epoch, step)

    def loss_of(self, batch: Batch, share: Share = WHOLE) -> Tensor:
        """The mean loss of a batch, or a share's part of it."""
        rows, counted = share.of(len(batch))
        mine = on_its_own(batch.rows(rows), self._answer, self._own_strokes)
        logits = self._answer(mine)
        voices = _of_steps(logits.voices, mine.voices, batch.voices)
        velocity = _of_hits(logits.velocity, mine.velocity, batch.velocity)
        offset = _of_hits(logits.offset, mine.offset, batch.offset)
        voice_marginals = _of_voices(logits.voice_marginals, mine.voices, batch.voices)
        loss = voices + VELOCITY_WEIGHT * velocity + OFFSET_WEIGHT * offset
        return (loss + LIKELY_WEIGHT * voice_marginals) * counted

    def validate(self) -> dict[str, float]:
        """Bits a bar of the voices, teacher-forced: `score` with the guitar of the same bars.

        `ahead` with the guitar up to the bar line only, `other` with the guitar of another song.
        """
        sums = {"score": 0.0, "ahead": 0.0, "other": 0.0}
        bars = 0.0
        for pairs in self._held_out:
            known = np.full(len(pairs), np.inf)
            others = self._valid.others(pairs)
            sums["score"] += self._bits(self._valid.batch(pairs, known))
            sums["ahead"] += self._bits(self._valid.batch(pairs, np.zeros(len(pairs))))
            sums["other"] += self._bits(self._valid.batch(pairs, known, guitars=others))
            bars += _bars(pairs)
        return {name: value / bars for name, value in sums.items()}

    def _bits(self, batch: Batch) -> float:
        batch = to_device(batch, device_of(self.model))
        logits = self._answer(batch)
        nats = cross_entropy(
            logits.voices.flatten(0, 1).float(), batch.voices.flatten(), reduction="sum"
        )
        return nats.item() / math.log(2)

    def _answer(self, batch: Batch) -> Logits:
        logits: Logits = self.model(
            batch.guitar, batch.previous, batch.history, batch.conditions, batch.bar_steps
        )
        return logits


def _of_steps(logits: Tensor, voices: Tensor, whole: Tensor) -> Tensor:
    """Cross entropy over the steps whose voices are to be learnt: this share's part of the mean.

    `whole` are the voices of the whole batch.
    """
    total = cross_entropy(logits.flatten(0, 1), voices.flatten(), ignore_index=-1, reduction="sum")
    return total / (whole >= 0).sum().clamp(min=1)


def _of_hits(logits: Tensor, target: Tensor, whole: Tensor) -> Tensor:
    """The same over what was struck."""
    struck = target >= 0
    total = cross_entropy(logits[struck], target[struck], reduction="sum")
    return total / (whole >= 0).sum().clamp(min=1)


def _of_voices(voice_marginals: Tensor, voices: Tensor, whole: Tensor) -> Tensor:
    """As `_of_steps`, for each voice on its own: logits (b, t, V) against (b, t)."""
    known = voices >= 0
    struck = (voices[known][:, None] >> torch.arange(VOICES, device=voices.device) & 1).float()
    total = binary_cross_entropy_with_logits(
        voice_marginals[known].float(), struck, reduction="sum"
    )
    return total / (whole >= 0).sum().clamp(min=1)


def _bars(pairs: NDArray[np.int64]) -> float:
    return 2.0 * len(pairs)


def count_sources(songs: Sequence[SongInfo]) -> list[dict[str, Any]]:
    """How many songs come from where, under which licence."""
    counts = Counter((song.source, song.licence, song.licence_clear) for song in songs)
    return [
        {"source": source, "licence": licence, "clear": clear, "songs": number}
        for (source, licence, clear), number in sorted(counts.items())
    ]
