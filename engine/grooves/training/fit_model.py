"""The network that ranks the grooves of a book by what the guitar has played so far.

Two layers over a summary of the bars heard (`engine.grooves.heard.summary`). It tells two things of
each groove: the chance that the song's own groove is most like it, and the agreement (F1) to be
hoped for. A recurrent network over the bars learnt no more, forty times as slowly
(docs/experiments.md).

Shapes: b parts, g grooves.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.grooves.heard import FIT_INPUTS


@dataclass(frozen=True, slots=True)
class FitSettings:
    """The sizes of the network."""

    size: int = 384
    dropout: float = 0.3


class FitNetwork(nn.Module):
    """A summary of bars in, a score for each groove out."""

    mean: Tensor  # of what is seen in training, and its spread, (FIT_INPUTS,) each
    spread: Tensor

    def __init__(self, grooves: int, settings: FitSettings) -> None:
        super().__init__()
        size, drop = settings.size, settings.dropout
        self.register_buffer("mean", torch.zeros(FIT_INPUTS))
        self.register_buffer("spread", torch.ones(FIT_INPUTS))
        self.heard = nn.Sequential(
            *(nn.Linear(FIT_INPUTS, size), nn.ReLU(), nn.Dropout(drop)),
            *(nn.Linear(size, size), nn.ReLU(), nn.Dropout(drop)),
        )
        self.chance = nn.Linear(size, grooves)
        self.hope = nn.Linear(size, grooves)

    def forward(self, summary: Tensor) -> tuple[Tensor, Tensor]:
        """(b, FIT_INPUTS) to logits of the chances and the agreement in 0..1, (b, g) each."""
        heard = self.heard((summary - self.mean) / self.spread)
        return self.chance(heard), torch.sigmoid(self.hope(heard))
