"""Where a network is trained: on the CPU, or on a GPU that torch can reach.

Batches are made as CPU tensors; `to_device` brings one to where the network is. On a CPU a run
can be repeated to the bit; a GPU may add up in another order each time.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import fields, is_dataclass
from typing import TypeVar, cast

import torch
from torch import Tensor, nn

from engine.errors import ConfigError

Moved = TypeVar("Moved")
CPU = torch.device("cpu")
AUTO = "auto"
GPUS: dict[str, Callable[[], bool]] = {  # best first
    "cuda": lambda: torch.cuda.is_available(),
    "mps": lambda: torch.backends.mps.is_available(),
}


def find_device(name: str) -> torch.device:
    """The device of that name; for "auto" the first GPU that is there, else the CPU.

    Raises ConfigError where there is no such device.
    """
    there = [gpu for gpu, available in GPUS.items() if available()]
    if name == AUTO:
        name = there[0] if there else CPU.type
    if name == CPU.type:
        return CPU
    if name not in GPUS:
        raise ConfigError(f"there is no device {name!r}; name auto, cpu, {' or '.join(GPUS)}")
    if name not in there:
        raise ConfigError(
            f"torch {torch.__version__} finds no {name} device here; leave out --device, or install"
            " a torch that is built for it"
        )
    return torch.device(name, _local_rank()) if name == "cuda" else torch.device(name)


def _local_rank() -> int:
    """Which of the machine's GPUs is this process's, where torchrun has started several."""
    return int(os.environ.get("LOCAL_RANK", "0")) % torch.cuda.device_count()


def device_of(model: nn.Module) -> torch.device:
    """Where the weights are."""
    return next(model.parameters()).device


def to_device(value: Moved, device: torch.device) -> Moved:
    """A tensor, or a dataclass of tensors and of such dataclasses, on that device.

    What is there already is not copied.
    """
    if isinstance(value, Tensor):
        return cast(Moved, value.to(device))
    if not is_dataclass(value) or isinstance(value, type):
        return value
    moved = {item.name: to_device(getattr(value, item.name), device) for item in fields(value)}
    return type(value)(**moved)


def repeatable(device: torch.device) -> None:
    """Lets torch use only what gives the same each time, where that can be had: on the CPU."""
    torch.use_deterministic_algorithms(device.type == CPU.type)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]


def in_bfloat16(device: torch.device, wanted: bool) -> AbstractContextManager[object]:
    """Computes what can be in bfloat16, if that is wanted."""
    return torch.autocast(device.type, torch.bfloat16) if wanted else nullcontext()
