"""Training in several processes at once, started by torchrun.

Each process has the whole model and makes every batch, but learns from its own rows of it alone;
gradients are added up after each step. So the outcome is that of one process but for rounding and
for what is drawn at random (dropout, own strokes). The first process writes all files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed, nn


@dataclass(frozen=True, slots=True)
class Share:
    """This process's part of the work: every row whose number leaves `rank` over `ranks`."""

    rank: int = 0
    ranks: int = 1

    @property
    def first(self) -> bool:
        """Whether this is the process that writes."""
        return self.rank == 0

    def of(self, rows: int) -> tuple[slice, bool]:
        """Which of so many rows are this process's, and whether they count.

        A process without any gets the first row, which does not: it has gradients, all 0.
        """
        mine = self.rank < rows
        return (slice(self.rank, None, self.ranks) if mine else slice(1)), mine

    def add_up(self, model: nn.Module, loss: float, stop: bool) -> tuple[float, bool]:
        """The gradients of all processes, added up in each; the sum of their losses; any stop."""
        if self.ranks == 1:
            return loss, stop
        gradients = [w.grad for w in model.parameters() if w.grad is not None]
        told = torch.tensor([loss, float(stop)])
        together = torch.cat([*(gradient.flatten().cpu() for gradient in gradients), told])
        distributed.all_reduce(together)
        sizes = [gradient.numel() for gradient in gradients]
        *summed, told = torch.split(together, [*sizes, len(told)])
        for gradient, whole in zip(gradients, summed, strict=True):
            gradient.copy_(whole.view_as(gradient))
        return told[0].item(), told[1].item() > 0

    def told_by_first(self, value: float) -> float:
        """What the first process says, in all."""
        if self.ranks == 1:
            return value
        told = torch.tensor([value])
        distributed.broadcast(told, 0)
        return told.item()

    def wait(self) -> None:
        """For all processes to come this far."""
        if self.ranks > 1:
            distributed.barrier()


WHOLE = Share()


@contextmanager
def joined() -> Iterator[Share]:
    """This process's share, from torchrun's RANK and WORLD_SIZE; without them it does it all."""
    ranks = int(os.environ.get("WORLD_SIZE", "1"))
    if ranks == 1:
        yield WHOLE
        return
    distributed.init_process_group("gloo")
    try:
        yield Share(distributed.get_rank(), ranks)
    finally:
        distributed.destroy_process_group()
