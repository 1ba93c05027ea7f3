"""How often each voice of the kit is struck, against the true drums.

Conventions
-----------
- Strokes a bar, the mean over the scored bars of a song; every song weighs the same in a mean.
- All voices of the kit count by themselves: this asks what is played, not what is taken for it.
- A *ratio* is the answer's mean over the true one. A voice is *near* within 25 % of the truth. Both
  are None where the true drums have less than one stroke in a hundred bars.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.evaluation.hit_metrics import Mean, mean_over_songs
from engine.evaluation.measures.drumming import WHOLE_KIT, Drumming

LEAST_A_BAR = 0.01
NEAR = 0.25


@dataclass(frozen=True, slots=True)
class VoiceRate:
    """One voice over all songs."""

    truth: Mean
    answer: Mean
    ratio: float | None
    near: bool | None


def per_bar(drums: Drumming) -> dict[str, float]:
    """Strokes a bar by the name of the voice; `drums` on the whole kit, at least one bar."""
    counts = np.bincount(drums.row, minlength=len(WHOLE_KIT)) / len(drums.bars)
    return {voice.name.lower(): float(counts[voice]) for voice in WHOLE_KIT}


def voice_rates(
    truth: Sequence[Mapping[str, float]], answer: Sequence[Mapping[str, float]]
) -> dict[str, VoiceRate]:
    """Compare what `per_bar` tells of the true songs and of the answers to them."""
    return {
        name: _rate([one[name] for one in truth], [one[name] for one in answer])
        for name in truth[0]
    }


def _rate(truth: Sequence[float], answer: Sequence[float]) -> VoiceRate:
    true, own = mean_over_songs(truth), mean_over_songs(answer)
    ratio = own.mean / true.mean if true.mean >= LEAST_A_BAR else None
    near = None if ratio is None else abs(ratio - 1) <= NEAR
    return VoiceRate(true, own, ratio, near)
