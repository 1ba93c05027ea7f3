"""Attention with several heads, for steps all at once and one by one.

It is written out: torch's fused one is slower on a CPU for sequences as short as a few bars. What
is looked at is kept as its keys and values side by side.

Shapes: b windows, t steps, s steps or notes that are looked at, d the width of a step, h heads of
width w = d / h.
"""

import torch
from torch import Tensor, nn

HIDDEN = -1e4  # added to the score of what must not be looked at


class _Attention(nn.Module):
    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.heads, self.width = heads, size // heads

    def _by_head(self, tokens: Tensor, count: int, each: int) -> Tensor:
        """(b, count, h * each) to (b, h, count, each)."""
        return tokens.view(-1, count, self.heads, each).transpose(1, 2)

    def _attend(self, query: Tensor, seen: Tensor, count: int, mask: Tensor | None) -> Tensor:
        """What (b, h, count, w) find in keys and values (b, h, s, 2 * w), as (b, count, d)."""
        keys, values = torch.split(seen, [self.width, self.width], dim=3)
        scores = (query * self.width**-0.5) @ keys.transpose(2, 3)
        if mask is not None:
            scores = scores + mask
        found = torch.softmax(scores, dim=3) @ values
        return found.transpose(1, 2).reshape(-1, count, self.heads * self.width)


class SelfAttention(_Attention):
    """Each step looks at the steps of its own sequence."""

    def __init__(self, size: int, heads: int) -> None:
        super().__init__(size, heads)
        self.project = nn.Linear(size, 3 * size)
        self.out = nn.Linear(size, size)

    def forward(self, steps: Tensor, mask: Tensor | None = None) -> Tensor:
        """What each of (b, t, d) finds in all of them; `mask` (t, t) is added to the scores."""
        query, seen = self._look(steps, steps.shape[1])
        found: Tensor = self.out(self._attend(query, seen, steps.shape[1], mask))
        return found

    def step(self, one: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
        """What one step more, (b, 1, d), finds in itself and in those `seen` before.

        They are told as keys and values, (b, h, s, 2 * w); second, the same with this step added.
        """
        query, now = self._look(one, 1)
        seen = torch.cat([seen, now], dim=2)
        return self.out(self._attend(query, seen, 1, None)), seen

    def _look(self, steps: Tensor, count: int) -> tuple[Tensor, Tensor]:
        own = self._by_head(self.project(steps), count, 3 * self.width)
        query, seen = torch.split(own, [self.width, 2 * self.width], dim=3)
        return query, seen


class CrossAttention(_Attention):
    """Each step looks at the notes of the window."""

    def __init__(self, size: int, note_size: int, heads: int) -> None:
        super().__init__(size, heads)
        self.query = nn.Linear(size, size)
        self.notes = nn.Linear(note_size, 2 * size, bias=False)
        self.out = nn.Linear(size, size)

    def forward(self, steps: Tensor, notes: Tensor, padding: Tensor) -> Tensor:
        """What each of (b, t, d) finds in (b, s, note); `padding` (b, 1, 1, s) is added."""
        query = self._by_head(self.query(steps), steps.shape[1], self.width)
        seen = self._by_head(self.notes(notes), notes.shape[1], 2 * self.width)
        found: Tensor = self.out(self._attend(query, seen, steps.shape[1], padding))
        return found
