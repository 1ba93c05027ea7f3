"""The training loop. It reads from top to bottom like the story of a run.

Nothing random is carried from step to step: batches and dropout are drawn anew from (seed, step),
so a run that was killed and resumed ends with the same weights, to the bit, as one that was not
(on a CPU with the same number of threads). Several processes may share the work:
`engine.training.distributed`.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from engine.errors import CheckpointError, ConfigError
from engine.recipe import Recipe, TrainSettings
from engine.storage.atomic import write_file
from engine.training.checkpoint import (
    BEST,
    LAST,
    LOG,
    Checkpoint,
    load_checkpoint,
    optimizer_tensors,
    restore_optimizer,
    save_checkpoint,
)
from engine.training.distributed import WHOLE, Share
from engine.training.warm_start import Start, take_up

BEGUN_FROM = "begun_from"  # in a checkpoint's `about`


class Task(Protocol):
    """What is learnt: a model, its data and its loss."""

    about: dict[str, Any]  # goes into the checkpoint, and must be equal to resume

    @property
    def model(self) -> nn.Module:
        """The network to train."""

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
    best: float


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
) -> TrainResult:
    """Trains until the recipe's epochs are done or `stopped()`; everything is left in `run`.

    A new run begins with the weights of `start`, if given; one that is resumed has its own. Of
    several processes each calls this with its `share` and the same arguments.
    """
    settings = recipe.train
    torch.set_num_threads(settings.threads or torch.get_num_threads())
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    optimizer = torch.optim.AdamW(
        task.model.parameters(), lr=settings.rate, weight_decay=settings.weight_decay
    )
    per_epoch, step, best = task.steps(), 0, math.inf
    total, tally, scores = settings.epochs * per_epoch, _no_tally(), dict[str, float]()
    about = task.about
    if resume:
        found = _restore(task, optimizer, recipe, run)
        step, best, tally = found.step, found.best, found.tally
        about = found.about or about
    elif (run / LAST).exists():
        raise ConfigError(f"{run} holds a run already; go on with --resume or name another folder")
    elif start is not None:
        take_up(start, task.model, about)
        about = {**about, BEGUN_FROM: dict(start.record)}
    share.wait()  # until all have looked at the folder

    def checkpoint() -> Checkpoint:
        weights = task.model.state_dict()
        return Checkpoint(
            weights, optimizer_tensors(optimizer), recipe.to_dict(), about, step, best, tally
        )

    if share.first:
        _make_folder(run)
        if start is not None and not resume:
            save_checkpoint(run / LAST, checkpoint())  # to be resumed from, however soon killed
        _write_recipe(run, recipe)
        log = Log(run, step)
    saved = begun = time.monotonic()
    while step < total:
        epoch = step // per_epoch
        task.model.train()
        torch.manual_seed((recipe.seed * 1_000_003 + step) * share.ranks + share.rank)
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step, total, settings)
        with torch.autocast("cpu", torch.bfloat16, enabled=settings.bfloat16):
            loss, count = task.loss(epoch, step % per_epoch, share)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        mean_loss, stop = share.add_up(task.model, loss.item(), stopped())
        nn.utils.clip_grad_norm_(task.model.parameters(), settings.clip)
        optimizer.step()

        step += 1
        stop = stop and step < total
        tally = _add(tally, mean_loss, count, time.monotonic() - begun)
        begun = time.monotonic()
        mean = tally["loss"] / tally["windows"]
        if share.first and step % per_epoch == 0:
            task.model.eval()
            with torch.no_grad():
                scores = task.validate()
            log.write(_line(epoch + 1, step, tally, scores, rate_at(step, total, settings)))
            tally = _no_tally()
            if scores["score"] < best:
                best = scores["score"]
                save_checkpoint(run / BEST, replace(checkpoint(), optimizer={}))
            save_checkpoint(run / LAST, checkpoint())
            begun = saved = time.monotonic()
        elif share.first and (stop or time.monotonic() - saved > settings.save_every_s):
            save_checkpoint(run / LAST, checkpoint())
            saved = time.monotonic()
        speed = tally["windows"] / tally["seconds"] if tally["seconds"] else 0.0
        report(TrainProgress(epoch + 1, settings.epochs, step, total, mean, speed, scores))
        if stop:
            return TrainResult(False, epoch + 1, step, best)
    return TrainResult(True, settings.epochs, step, best)


def rate_at(step: int, total: int, settings: TrainSettings) -> float:
    """The learning rate: a linear warm-up, then half a cosine down to `final_rate`."""
    warm = min(1.0, (step + 1) / max(1, settings.warmup_steps))
    fall = 0.5 * (1 + math.cos(math.pi * min(1.0, step / max(1, total))))
    return settings.rate * warm * (settings.final_rate + (1 - settings.final_rate) * fall)


class Log:
    """One JSON object a line for each epoch; to TensorBoard too where that is installed."""

    def __init__(self, run: Path, step: int) -> None:
        self._path = run / LOG
        lines = self._path.read_text("utf-8").splitlines() if self._path.exists() else []
        kept = [line for line in lines if _step_of(line) <= step]  # a killed run may be ahead
        write_file(self._path, "".join(line + "\n" for line in kept).encode())
        self._board = _tensorboard(run)

    def write(self, line: dict[str, float]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        if self._board is not None:
            for name, value in line.items():
                self._board.add_scalar(name, value, line["step"])


def _tensorboard(run: Path) -> Any:
    """A TensorBoard writer where that is installed, else None."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(run / "tensorboard"))


def _make_folder(run: Path) -> None:
    try:
        run.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_writable(run, error) from error


def _write_recipe(run: Path, recipe: Recipe) -> None:
    try:
        write_file(run / "recipe.json", json.dumps(recipe.to_dict(), indent=1).encode())
    except OSError as error:
        raise _not_writable(run, error) from error


def _not_writable(run: Path, error: OSError) -> CheckpointError:
    return CheckpointError(f"cannot write to {run}: {error.strerror}; name another folder")


def _restore(task: Task, optimizer: torch.optim.Optimizer, recipe: Recipe, run: Path) -> Checkpoint:
    """Weights and optimizer as they were saved; a run killed before its first save starts anew."""
    if not (run / LAST).exists() and (run / "recipe.json").exists():
        return Checkpoint({}, {}, {}, {}, 0, math.inf, _no_tally())
    found = load_checkpoint(run / LAST)
    wanted = json.loads(json.dumps(recipe.to_dict()))
    if not _goes_on(found.recipe, wanted):
        raise CheckpointError(
            f"{run} was begun with another recipe; resume with that one (recipe.json beside it),"
            " or with more epochs"
        )
    known = {key: value for key, value in found.about.items() if key != BEGUN_FROM}
    if known != json.loads(json.dumps(task.about)):
        raise CheckpointError(f"{run} was begun on another corpus; resume with that one")
    task.model.load_state_dict(found.weights)
    restore_optimizer(optimizer, found.optimizer)
    return found


def _goes_on(found: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether a run by the recipe `found` may go on by `wanted`: the same, but for more epochs."""
    longer = wanted["train"]["epochs"] >= found["train"]["epochs"]
    same = {**wanted, "train": {**wanted["train"], "epochs": found["train"]["epochs"]}}
    return longer and same == found


def _line(
    epoch: int, step: int, tally: dict[str, float], scores: dict[str, float], rate: float
) -> dict[str, float]:
    valid = {f"valid_{name}": round(value, 5) for name, value in scores.items()}
    return {
        "epoch": epoch,
        "step": step,
        "loss": round(tally["loss"] / tally["windows"], 5),
        "windows": int(tally["windows"]),
        "windows_per_s": round(tally["windows"] / max(1e-9, tally["seconds"]), 1),
        "rate": rate,
        **valid,
    }


def _step_of(line: str) -> float:
    try:
        return float(json.loads(line)["step"])
    except (ValueError, KeyError):
        return math.inf


def _no_tally() -> dict[str, float]:
    return {"loss": 0.0, "windows": 0.0, "seconds": 0.0}


def _add(tally: dict[str, float], loss: float, count: int, seconds: float) -> dict[str, float]:
    return {
        "loss": tally["loss"] + loss * count,
        "windows": tally["windows"] + count,
        "seconds": tally["seconds"] + seconds,
    }
