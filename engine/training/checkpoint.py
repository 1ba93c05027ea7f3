"""Checkpoints: weights, optimizer and where the run stands, in one safetensors file.

The file is written beside its place and moved there, so that a checkpoint is whole or the one
before it. All that is not a tensor is JSON in the file's header; the same JSON lies beside the
file for people to read.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from engine.errors import CheckpointError

FORMAT = "drumd-checkpoint"
VERSION = 1
LAST, BEST, LOG = "last.safetensors", "best.safetensors", "log.jsonl"  # of a run


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where a run stands after `step` steps in all; its tensors are on the CPU when it is read."""

    weights: dict[str, Tensor]
    optimizer: dict[str, Tensor]
    recipe: dict[str, Any]
    about: dict[str, Any]  # what the task wants to find again: vocabulary, corpus digest...
    step: int
    best: float  # the best score so far; infinite before the first
    tally: dict[str, float]  # sums of the epoch under way


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Raises CheckpointError when the disk is full or the folder cannot be written."""
    header = {
        "format": FORMAT,
        "version": VERSION,
        "recipe": checkpoint.recipe,
        "about": checkpoint.about,
        "step": checkpoint.step,
        "best": checkpoint.best if isfinite(checkpoint.best) else None,  # JSON has no infinity
        "tally": checkpoint.tally,
    }
    text = json.dumps(header, indent=1, sort_keys=True, allow_nan=False)
    tensors = {f"weights.{name}": value for name, value in checkpoint.weights.items()}
    tensors |= {f"optimizer.{name}": value for name, value in checkpoint.optimizer.items()}
    tensors = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    write_whole(path, save(tensors, {"drumd": text}))
    write_whole(path.with_suffix(".json"), text.encode())


def load_checkpoint(path: Path) -> Checkpoint:
    """Raises CheckpointError for a file that is missing, truncated or something else."""
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads((file.metadata() or {}).get("drumd", "{}"))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError as error:
        raise CheckpointError(f"there is no checkpoint at {path}; train first") from error
    except (OSError, SafetensorError, ValueError) as error:
        raise CheckpointError(
            f"{path} is broken or no checkpoint ({error}); use another one of the run"
        ) from error
    if header.get("format") != FORMAT or header.get("version") != VERSION:
        raise CheckpointError(
            f"{path} is not a drumd checkpoint of version {VERSION}; train again with this version"
        )
    return Checkpoint(
        weights=_under("weights.", tensors),
        optimizer=_under("optimizer.", tensors),
        recipe=header["recipe"],
        about=header["about"],
        step=header["step"],
        best=inf if header["best"] is None else header["best"],
        tally=header["tally"],
    )


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimizer's state by parameter number and name; learning rates are not part of it."""
    state = optimizer.state_dict()["state"]
    return {
        f"{number}.{name}": torch.as_tensor(value)
        for number, values in state.items()
        for name, value in values.items()
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Puts back what `optimizer_tensors` gave."""
    whole = optimizer.state_dict()
    for key, value in tensors.items():
        number, name = key.split(".", 1)
        whole["state"].setdefault(int(number), {})[name] = value
    optimizer.load_state_dict(whole)


def write_whole(path: Path, data: bytes) -> None:
    """The file is all there or as it was before."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = "the disk is full" if full else (error.strerror or str(error))
        raise CheckpointError(
            f"cannot write {path}: {reason}; make room and go on with --resume"
            " (what was saved before is whole)"
        ) from error


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }
