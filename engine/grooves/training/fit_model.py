"""The network that ranks the grooves of a book by the guitar heard so far.

Each bar is read on its own; a GRU goes over the bars, and the mean and spread of all bars heard
stand beside its state (as in deep sets; Zaheer et al. 2017). So it answers after one bar, and is
surer with each. It tells two things of each groove: the chance that the song's own groove is most
like it, and the agreement (F1) to be hoped for.

Shapes: b parts, k bars, g grooves.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.grooves.heard import FIT_INPUTS


@dataclass(frozen=True, slots=True)
class FitSettings:
    """The sizes of the network."""

    size: int = 256
    dropout: float = 0.3


class FitNetwork(nn.Module):
    """Bars of guitar in, a score for each groove out after every bar."""

    def __init__(self, grooves: int, settings: FitSettings) -> None:
        super().__init__()
        size, drop = settings.size, settings.dropout
        self.bar = nn.Sequential(
            nn.Linear(FIT_INPUTS, size),
            nn.ReLU(),
            nn.Dropout(drop),
            nn.Linear(size, size),
            nn.ReLU(),
        )
        self.over_bars = nn.GRU(size, size, batch_first=True)
        self.joined = nn.Sequential(
            nn.Dropout(drop), nn.Linear(3 * size, size), nn.ReLU(), nn.Dropout(drop)
        )
        self.chance = nn.Linear(size, grooves)
        self.hope = nn.Linear(size, grooves)

    def forward(self, bars: Tensor) -> tuple[Tensor, Tensor]:
        """(b, k, FIT_INPUTS) to logits of the chances and the agreement in 0..1, (b, k, g) each."""
        read = self.bar(bars)
        state, _ = self.over_bars(read)
        heard = torch.arange(1, bars.shape[1] + 1, device=bars.device)[None, :, None]
        mean, square = read.cumsum(dim=1) / heard, read.square().cumsum(dim=1) / heard
        joined = self.joined(torch.cat([state, mean, square], dim=2))
        return self.chance(joined), torch.sigmoid(self.hope(joined))
