"""The training loop. It reads from top to bottom like the story of a run.

Nothing random is carried from step to step: batches and dropout are drawn anew from (seed, step),
so a run that was killed and resumed ends with the same weights, to the bit, as one that was not
(on a CPU with the same number of threads). Several processes may share the work:
`engine.training.distributed`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from engine.errors import TrainingError
from engine.recipe import Recipe, TrainSettings
from engine.training.checkpoint import (
    BEST,
    LAST,
    Checkpoint,
    optimizer_tensors,
    restore_optimizer,
    save_checkpoint,
)
from engine.training.device import CPU, in_bfloat16, repeatable
from engine.training.distributed import WHOLE, Share
from engine.training.run import BEGUN_FROM, Log, find_last, open_folder, refuse_old
from engine.training.warm_start import Start, take_up


class Task(Protocol):
    """What is learnt: a model, its data and its loss."""

    about: dict[str, Any]  # goes into the checkpoint, and must be equal to resume

    @property
    def model(self) -> nn.Module:
        """The network to train; the loss is computed where its weights are."""

    def steps(self) -> int:
        """Batches in an epoch."""

    def loss(self, epoch: int, step: int, share: Share = WHOLE) -> tuple[Tensor, int]:
        """The mean loss of this batch, or a share's part of it, and how many windows it has.

        Depends on nothing else. The parts of all shares add up to the mean.
        """

    def validate(self) -> dict[str, float]:
        """Scores on songs held out; `score` is the one to make small."""


@dataclass(frozen=True, slots=True)
class TrainProgress:
    """How far a run is, after each step."""

    epoch: int
    epochs: int
    step: int  # of the whole run
    steps: int
    loss: float  # mean of this epoch so far
    windows_per_s: float
    scores: dict[str, float]  # of the last validation


@dataclass(frozen=True, slots=True)
class TrainResult:
    """How a run ended."""

    finished: bool
    epoch: int
    step: int
    best: float  # the best score; infinite where none was taken


def train(
    task: Task,
    recipe: Recipe,
    run: Path,
    *,
    resume: bool = False,
    start: Start | None = None,
    report: Callable[[TrainProgress], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
    share: Share = WHOLE,
    device: torch.device = CPU,
) -> TrainResult:
    """Trains until the recipe's epochs are done or `stopped()`; everything is left in `run`.

    A new run begins with the weights of `start`, if given; one that is resumed has its own. Of
    several processes each calls this with its `share` and the same arguments. Raises TrainingError
    where a loss is no number; what was saved before stays.
    """
    under_way = _Run(task, recipe, run, share, device)
    if resume:
        under_way.go_on()
    else:
        under_way.begin(start)
    share.wait()  # until all have looked at the folder
    under_way.open_folder(begun=start is not None and not resume)
    stop = False
    while not under_way.finished and not stop:
        stop = under_way.learn(stop=stopped())
        if under_way.epoch_is_over:
            under_way.validate()
        elif stop or under_way.save_is_due:
            under_way.save()
        report(under_way.progress())
        under_way.next_epoch()
    return under_way.result()


@dataclass(frozen=True, slots=True)
class _Tally:
    """Sums over an epoch."""

    loss: float = 0.0  # of all windows
    windows: float = 0.0
    seconds: float = 0.0  # that steps took, validation and saving left out

    def add(self, loss: float, windows: int, seconds: float) -> _Tally:
        """`loss` is the mean of the windows."""
        return _Tally(self.loss + loss * windows, self.windows + windows, self.seconds + seconds)

    @property
    def mean(self) -> float:
        return self.loss / self.windows

    @property
    def speed(self) -> float:
        """Windows a second."""
        return self.windows / max(1e-9, self.seconds)


class _Run:
    """A run under way: the network, its optimizer, and how far they are."""

    def __init__(
        self, task: Task, recipe: Recipe, folder: Path, share: Share, device: torch.device
    ) -> None:
        torch.set_num_threads(recipe.train.threads or torch.get_num_threads())
        repeatable(device)
        self._task, self._recipe, self._settings = task, recipe, recipe.train
        self._folder, self._share, self._device = folder, share, device
        self._model = task.model.to(device)
        self._optimizer = torch.optim.AdamW(
            self._model.parameters(),
            lr=self._settings.rate,
            weight_decay=self._settings.weight_decay,
        )
        self._about = task.about
        self._per_epoch = task.steps()
        self._total = self._settings.epochs * self._per_epoch
        self._step, self._best, self._tally = 0, math.inf, _Tally()
        self._scores: dict[str, float] = {}
        self._saved_at = self._begun_at = time.monotonic()
        self._log: Log | None = None

    def begin(self, start: Start | None) -> None:
        """Begin anew, or with the weights of `start`."""
        refuse_old(self._folder)
        if start is not None:
            take_up(start, self._model, self._about)
            self._about = {**self._about, BEGUN_FROM: dict(start.record)}

    def go_on(self) -> None:
        """Take weights and optimizer as they were saved."""
        found = find_last(self._folder, self._recipe, self._task.about)
        if found is None:
            return
        self._model.load_state_dict(found.weights)
        restore_optimizer(self._optimizer, found.optimizer)
        self._about = found.about
        self._step, self._best, self._tally = found.step, found.best, _Tally(**found.tally)

    def open_folder(self, *, begun: bool) -> None:
        """Make ready to write; `begun` with other weights, which are saved at once."""
        if self._share.first:
            open_folder(self._folder, self._recipe)
            if begun:
                self.save()  # to be resumed from, however soon killed
            self._log = Log(self._folder, self._step)
        self._saved_at = self._begun_at = time.monotonic()

    @property
    def finished(self) -> bool:
        return self._step >= self._total

    @property
    def epoch_is_over(self) -> bool:
        return self._step % self._per_epoch == 0

    @property
    def save_is_due(self) -> bool:
        return time.monotonic() - self._saved_at > self._settings.save_every_s

    def learn(self, *, stop: bool) -> bool:
        """One step; whether to stop after it, as this or another process was told."""
        self._prepare_step()
        epoch, step = divmod(self._step, self._per_epoch)
        with in_bfloat16(self._device, self._settings.bfloat16):
            loss, windows = self._task.loss(epoch, step, self._share)
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        mean, stop = self._share.add_up(self._model, loss.item(), stop)
        norm = nn.utils.clip_grad_norm_(self._model.parameters(), self._settings.clip)
        self._refuse_no_number({"loss": mean, "gradient's norm": norm.item()})
        self._optimizer.step()
        self._step += 1
        now = time.monotonic()
        self._tally = self._tally.add(mean, windows, now - self._begun_at)
        self._begun_at = now
        return stop and not self.finished

    def _prepare_step(self) -> None:
        """The dice and the learning rate of the step to come."""
        self._model.train()
        seed = self._recipe.seed * 1_000_003 + self._step
        torch.manual_seed(seed * self._share.ranks + self._share.rank)
        for group in self._optimizer.param_groups:
            group["lr"] = rate_at(self._step, self._total, self._settings)

    def _refuse_no_number(self, values: Mapping[str, float]) -> None:
        """Raises TrainingError, in all processes alike, before anything is spoilt or saved."""
        for name, value in values.items():
            if not math.isfinite(value):
                raise TrainingError(
                    f"the {name} is {value} after {self._step} steps: this run learns nothing any"
                    f" more; begin another with a lower train.rate or train.clip than"
                    f" {self._settings.rate} and {self._settings.clip}"
                    f" (what was saved in {self._folder} before is whole)"
                )

    def validate(self) -> None:
        """The end of an epoch: the process that writes scores, logs and saves."""
        if self._log is not None:
            self._model.eval()
            with torch.no_grad():
                self._scores = self._task.validate()
        spoilt = (value for value in self._scores.values() if not math.isfinite(value))
        told = {"score": self._share.told_by_first(next(spoilt, 0.0))}
        self._refuse_no_number(told | self._scores)
        if self._log is None:
            return
        self._log.write(self._line())
        better = self._scores["score"] < self._best
        self._best = min(self._best, self._scores["score"])
        after = replace(self._checkpoint(), tally=asdict(_Tally()))
        if better:
            save_checkpoint(self._folder / BEST, replace(after, optimizer={}))
        save_checkpoint(self._folder / LAST, after)
        self._saved_at = self._begun_at = time.monotonic()

    def _line(self) -> dict[str, float]:
        """What the log keeps of an epoch."""
        valid = {f"valid_{name}": round(value, 5) for name, value in self._scores.items()}
        return {
            "epoch": self._epoch,
            "step": self._step,
            "loss": round(self._tally.mean, 5),
            "windows": int(self._tally.windows),
            "windows_per_s": round(self._tally.speed, 1),
            "rate": rate_at(self._step, self._total, self._settings),
            **valid,
        }

    def save(self) -> None:
        """Where the run stands, by the process that writes."""
        if self._share.first:
            save_checkpoint(self._folder / LAST, self._checkpoint())
        self._saved_at = self._begun_at = time.monotonic()

    def _checkpoint(self) -> Checkpoint:
        return Checkpoint(
            self._model.state_dict(),
            optimizer_tensors(self._optimizer),
            self._recipe.to_dict(),
            self._about,
            self._step,
            self._best,
            asdict(self._tally),
        )

    def next_epoch(self) -> None:
        """Begin a new tally after the last step of an epoch, in every process."""
        if self.epoch_is_over:
            self._tally = _Tally()

    @property
    def _epoch(self) -> int:
        """The epoch of the last step, counted from 1."""
        return -(-self._step // self._per_epoch)

    def progress(self) -> TrainProgress:
        return TrainProgress(
            self._epoch,
            self._settings.epochs,
            self._step,
            self._total,
            self._tally.mean,
            self._tally.speed,
            self._scores,
        )

    def result(self) -> TrainResult:
        return TrainResult(self.finished, self._epoch, self._step, self._best)


def rate_at(step: int, total: int, settings: TrainSettings) -> float:
    """The learning rate: a linear warm-up, then half a cosine down to `final_rate`."""
    warm = min(1.0, (step + 1) / max(1, settings.warmup_steps))
    fall = 0.5 * (1 + math.cos(math.pi * min(1.0, step / max(1, total))))
    return settings.rate * warm * (settings.final_rate + (1 - settings.final_rate) * fall)
