"""Learning to go on from one's own strokes, which are not always the true drummer's.

Some windows of a batch get, in place of the true drums, what the network would have struck at each
step after the true ones before it, all steps drawn at once (scheduled sampling in parallel, after
Mihaylova and Martins 2019). What is to be learnt stays what the true drummer did.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from engine.encoding.features import OFFSETS, VELOCITY_BIN, WIDEST_OFFSET
from engine.models.seq_model import HITS, Logits
from engine.music.kit import VOICES
from engine.training.data_prep import Batch

AskNetwork = Callable[[Batch], Logits]


def on_its_own(batch: Batch, answer: AskNetwork, share: float) -> Batch:
    """The batch with a `share` of its windows going on from the network's own strokes.

    Windows of drums alone are left as they are. What is known of the two bars before the pair stays
    so; within it each step knows the network's own step before it, and the second bar its first,
    even where the window was to forget the true ones.
    """
    chosen = (torch.rand(len(batch)) < share).to(batch.voices.device)
    mine = torch.nonzero(chosen & (batch.voices[:, 0] >= 0))[:, 0]
    if not len(mine):
        return batch
    with torch.no_grad():
        drawn = drawn_from(answer(batch.rows(mine)))
    torch.clear_autocast_cache()  # of weights cast without gradients, which some torch would reuse
    bar = int(batch.bar_steps)
    previous, history = batch.previous.clone(), batch.history.clone()
    previous[mine, 1:] = drawn[:, :-1]
    history[mine, bar:, :HITS] = drawn[:, :-bar]
    return replace(batch, previous=previous, history=history)


def drawn_from(logits: Logits) -> Tensor:
    """Drums by their probabilities, each step on its own, (b, t, HITS) as the network sees them."""
    voices = _draw(logits.voices)
    struck = (voices[..., None] >> torch.arange(VOICES, device=voices.device) & 1).float()
    loud = (_draw(logits.velocity) + 0.5) * VELOCITY_BIN / 127
    late = torch.from_numpy(OFFSETS).float().to(voices.device)[_draw(logits.offset)] / WIDEST_OFFSET
    grid = torch.stack([torch.ones_like(loud), loud, late], dim=-1) * struck[..., None]
    return grid.flatten(2)


def _draw(logits: Tensor) -> Tensor:
    """A class by its probability along the last axis."""
    chances = torch.softmax(logits.float(), dim=-1)
    drawn = torch.multinomial(chances.flatten(0, -2), 1)
    return drawn.view(logits.shape[:-1])
