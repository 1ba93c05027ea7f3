"""The folder of a run: its recipe, its log, its checkpoints, and whether it may be gone on with."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from engine.errors import CheckpointError, ConfigError
from engine.recipe import Recipe
from engine.training.checkpoint import LAST, LOG, Checkpoint, load_checkpoint

RECIPE = "recipe.json"
BEGUN_FROM = "begun_from"  # in a checkpoint's `about`


class Log:
    """One JSON object a line for each epoch; to TensorBoard too where that is installed."""

    def __init__(self, run: Path, step: int) -> None:
        """Goes on after the lines of the first `step` steps: a killed run may be ahead."""
        self._path = run / LOG
        lines = self._path.read_text("utf-8").splitlines() if self._path.exists() else []
        kept = [line for line in lines if _step_of(line) <= step]
        self._path.write_text("".join(line + "\n" for line in kept), "utf-8")
        self._board = _tensorboard(run)

    def write(self, line: dict[str, float]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, allow_nan=False) + "\n")
        if self._board is not None:
            for name, value in line.items():
                self._board.add_scalar(name, value, line["step"])


def open_folder(run: Path, recipe: Recipe) -> None:
    """Makes the folder and keeps the recipe in it; a CheckpointError where that cannot be."""
    try:
        run.mkdir(parents=True, exist_ok=True)
        (run / RECIPE).write_text(json.dumps(recipe.to_dict(), indent=1), "utf-8")
    except OSError as error:
        raise CheckpointError(
            f"cannot write to {run}: {error.strerror}; name another folder"
        ) from error


def refuse_old(run: Path) -> None:
    """Raises ConfigError where the folder holds a run."""
    if (run / LAST).exists():
        raise ConfigError(f"{run} holds a run already; go on with --resume or name another folder")


def find_last(run: Path, recipe: Recipe, about: dict[str, Any]) -> Checkpoint | None:
    """The last checkpoint, or None for a run that was killed before its first.

    Raises CheckpointError where it is broken, or of another recipe, corpus or task than `about`.
    """
    if not (run / LAST).exists() and (run / RECIPE).exists():
        return None
    found = load_checkpoint(run / LAST)
    if not _goes_on(found.recipe, json.loads(json.dumps(recipe.to_dict()))):
        raise CheckpointError(
            f"{run} was begun with another recipe; resume with that one (recipe.json beside it),"
            " or with more epochs"
        )
    known = {key: value for key, value in found.about.items() if key != BEGUN_FROM}
    if known != json.loads(json.dumps(about)):
        raise CheckpointError(f"{run} was begun on another corpus; resume with that one")
    return found


def _goes_on(found: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether a run by the recipe `found` may go on by `wanted`: the same, but for more epochs."""
    longer = wanted["train"]["epochs"] >= found["train"]["epochs"]
    same = {**wanted, "train": {**wanted["train"], "epochs": found["train"]["epochs"]}}
    return bool(longer) and same == found


def _step_of(line: str) -> float:
    try:
        return float(json.loads(line)["step"])
    except (ValueError, KeyError):
        return math.inf


def _tensorboard(run: Path) -> Any:
    """A TensorBoard writer where that is installed, else None."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(run / "tensorboard"))
