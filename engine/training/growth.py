"""Weights of the first kit, ten voices and two bars of memory, for a network of today's.

What both know keeps its weights; what is new to the network begins by counting for nothing
(inputs) or as what it is most like (voices; a groove, which is read as drums that were played). So
a drummer that was trained before there were grooves can go on learning.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from engine.encoding.combinations import STRUCK
from engine.encoding.features import CONDITIONS, GRID_CHANNELS, HISTORY, HITS, PLACES
from engine.inference.bundle import FIRST_VOICES
from engine.music.kit import VOICES, Voice

FIRST_HITS = FIRST_VOICES * GRID_CHANNELS
LIKE: dict[Voice, Voice] = {
    Voice.SIDE_STICK: Voice.SNARE,
    Voice.RIDE_BELL: Voice.RIDE,
    Voice.HALF_OPEN_HAT: Voice.OPEN_HAT,
    Voice.CLAP: Voice.SNARE,
    Voice.COWBELL: Voice.CLOSED_HAT,
    Voice.TAMBOURINE: Voice.CLOSED_HAT,
    Voice.SHAKER: Voice.CLOSED_HAT,
}
RARER = 3.0  # nats by which a new voice is less likely than the one that it is like
BY_VOICE = ("decoder.velocity", "decoder.offset", "likely")


def grown(weights: Mapping[str, Tensor], own: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights under the shapes of `own`; those that fit, or are of another network, as are."""
    known = {name: weight for name, weight in weights.items() if name in own}
    drums = known.get("decoder.drums.weight")
    if drums is None or drums.shape != (len(own["decoder.drums.weight"]), 3 * FIRST_HITS):
        return dict(weights)
    if "grid.enter.weight" not in known:  # a transformer of the first kit
        return dict(weights)
    for name in (f"{head}.{kind}" for head in BY_VOICE for kind in ("weight", "bias")):
        known[name] = _by_voice(known[name], own[name])
    known["decoder.voices.weight"] = known["decoder.voices.weight"][_first_classes()]
    rarer = RARER * torch.from_numpy(STRUCK[:, FIRST_VOICES:].any(axis=1).astype(np.float32))
    known["decoder.voices.bias"] = known["decoder.voices.bias"][_first_classes()] - rarer
    known["decoder.drums.weight"] = _wider(drums, [FIRST_HITS] * 3, [HITS] * 3, HISTORY - 2 * HITS)
    enter, context = known["grid.enter.weight"], known["context.weight"]
    conditions = CONDITIONS - PLACES
    laid = enter.shape[1] - FIRST_HITS - conditions - 1
    known["grid.enter.weight"] = _wider(
        enter, [laid, FIRST_HITS, conditions, 1], [laid, HITS, conditions + PLACES, 1]
    )
    known["context.weight"] = _wider(context, [context.shape[1]], [context.shape[1]], PLACES + HITS)
    return known


def _by_voice(weight: Tensor, own: Tensor) -> Tensor:
    """Rows of each voice; those of a new one as the one that it is like."""
    rows = own.shape[0] // VOICES
    like = [LIKE.get(voice, voice) for voice in Voice]
    of_voice = weight.view(FIRST_VOICES, rows, *weight.shape[1:])
    return of_voice[like].reshape(own.shape)


def _first_classes() -> Tensor:
    """The class that each of today's combinations was among those of ten voices, (C,)."""
    first = np.zeros((len(STRUCK), FIRST_VOICES), np.int64)
    for voice in Voice:
        like = LIKE.get(voice, voice)
        first[:, like] |= STRUCK[:, voice] > 0
    return torch.from_numpy(first @ (1 << np.arange(FIRST_VOICES)))


def _wider(weight: Tensor, was: list[int], now: list[int], after: int = 0) -> Tensor:
    """Blocks of columns made wider by columns of zeros at their ends, and `after` the last."""
    blocks = []
    for block, width in zip(torch.split(weight, was, dim=1), now, strict=True):
        blocks += [block, block.new_zeros(len(block), width - block.shape[1])]
    return torch.cat([*blocks, weight.new_zeros(len(weight), after)], dim=1)
