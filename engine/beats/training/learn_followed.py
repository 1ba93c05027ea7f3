"""Teaches the onset model by what the filter makes of it: is the beat found, with a tempo told?

`python -m engine.beats.training.learn_followed PARTS.npz MODEL.json --start MODEL` goes on from a
model of `learn_onsets`, whose lessons it hears too. There every opinion is judged by itself, but
the filter multiplies them: one that is said again with each chord counts each time. Here the
loss is how little the filter holds near the true beat, and the network learns to say what is new
(a hidden Markov model taught by its decoding: Bengio et al., "Global optimization of a neural
network-hidden Markov model hybrid", IEEE Trans. Neural Networks 3(2), 1992).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.beats.count_in import CountIn
from engine.beats.pulse.filter import (
    COUNTED_TEMPO,
    HINTED_TEMPO,
    PHASES,
    PulseFilter,
    near_grid,
)
from engine.beats.pulse.inputs import WIDTH, Inputs
from engine.beats.pulse.model import CLASSES
from engine.beats.tracker import HINT_SPREAD, TAP_SPREAD
from engine.beats.training.learn_onsets import (
    OnsetNet,
    batch_of,
    blur,
    drawn,
    loss_of,
    options,
    some_part,
    teach,
    used_again,
)
from engine.beats.training.onset_examples import OTHERS_KEPT
from engine.beats.training.parts import KnownPart
from engine.beats.training.performances import Performance, perform
from engine.beats.training.soft_filter import SoftFilter

ABOUT = (
    "The onset model where the tempo is a hint, made by engine/beats/training/learn_followed.py."
)
BATCH, OPINIONS = 24, 48  # performances followed, and examples of `learn_onsets` beside them
OPINIONS_WEIGH = 0.2
POOL, AGAIN = 2000, 2  # performances kept, and how often each is used
MOST_CHORDS = 140
BEATS_S = (0.25, 1.5)
HINT_OFF, TAPS_OFF = 0.1, 0.15  # how far a told tempo is off at most: log
UNCOUNTED_KEPT = 0.7  # share of the performances without a count-in
SEARCH_S, SEARCHING = 5.0, 0.15  # with a hint: what the first seconds weigh
NEAR, SOFT = 0.11, 60.0  # beats that one may be off; how steeply more is wrong
CLOSE, CLOSE_WEIGHS = 0.04, 0.25  # and better nearer
LEAST_NEAR, LEAST_CLOSE = 0.03, 0.05  # a beat that is lost costs no more than by so much


@dataclass(frozen=True, slots=True)
class Following:
    """A performance as the tracker hears it with a tempo that was told."""

    inputs: NDArray[np.float16]  # (taps and chords, asked, WIDTH)
    taps: int
    gaps: NDArray[np.float64]  # (chords,) seconds since the chord before, or the last tap
    places: NDArray[np.float64]  # (chords,) the true ones in the beat, 0..1
    weights: NDArray[np.float64]  # (chords,) of each in the loss; below 0 none is heard
    begun: PulseFilter  # as it stands before the first chord


def following_of(known: KnownPart, rng: np.random.Generator) -> Following | None:
    """One performance; none where the part, or the tempo, is not fit."""
    if not known.is_guitar and rng.random() > OTHERS_KEPT:
        return None
    played = perform(known, rng)
    if played is None or (not played.taps and rng.random() > UNCOUNTED_KEPT):
        return None
    true = float(np.median(np.diff(played.beats)))
    if not BEATS_S[0] < true < BEATS_S[1]:
        return None
    if not played.taps:
        grid = near_grid(true * float(np.exp(rng.uniform(-HINT_OFF, HINT_OFF))), HINT_SPREAD)
        return _followed(played, PulseFilter(grid, HINTED_TEMPO), grid.asked, None)
    counted = CountIn.of(played.taps)
    if abs(np.log(counted.period / true)) > TAPS_OFF:
        return None
    grid = near_grid(counted.period, TAP_SPREAD)
    begun = PulseFilter(grid, COUNTED_TEMPO)
    begun.begin(counted.last)
    return _followed(played, begun, grid.asked, counted.last)


def _followed(
    played: Performance, begun: PulseFilter, asked: NDArray[np.float32], last: float | None
) -> Following:
    chords, inputs = played.chords[:MOST_CHORDS], Inputs(asked)
    seen = [*map(inputs.tap, played.taps), *map(inputs.of, chords)]
    times = np.array([chord.time for chord in chords])
    if last is None:
        gaps = np.diff(times, prepend=-np.inf)
        weights = np.where(times < times[0] + SEARCH_S, SEARCHING, 1.0)
    else:  # an upbeat during the count-in is not followed
        gaps = np.diff(np.maximum(times, last), prepend=last)
        weights = np.where(times < last, -1.0, 1.0)
    places = played.beat_at(times) % 1
    heard = np.stack(seen).astype(np.float16)
    return Following(heard, len(played.taps), gaps, places, weights, begun)


def loss_followed(net: OnsetNet, batch: Sequence[Following], rng: np.random.Generator) -> Tensor:
    """How little of the filter's mass is near the true beat, chord by chord: a log, mean."""
    count = max(len(one.gaps) for one in batch)
    gaps, places, weights = (np.zeros((len(batch), count)) for _ in range(3))
    weights -= 1
    for row, one in enumerate(batch):
        length = len(one.gaps)
        gaps[row, :length], places[row, :length] = one.gaps, one.places
        weights[row, :length] = one.weights
    opinions = _opinions(net, batch, count, rng)
    mass = SoftFilter([one.begun for one in batch]).phases(opinions, gaps, weights >= 0)
    away = torch.arange(PHASES) / PHASES - torch.from_numpy(places).float()[..., None]
    away = (away + 0.5) % 1 - 0.5
    near = (mass * torch.sigmoid((NEAR - away.abs()) * SOFT)).sum(-1)
    close = (mass * torch.exp(-0.5 * (away / CLOSE) ** 2)).sum(-1)
    near = LEAST_NEAR + (1 - LEAST_NEAR) * near
    close = LEAST_CLOSE + (1 - LEAST_CLOSE) * close
    lost = -torch.log(near) - CLOSE_WEIGHS * torch.log(close)
    weigh = torch.from_numpy(weights.clip(0)).float()
    loss: Tensor = (weigh * lost).sum() / weigh.sum()
    return loss


def _opinions(
    net: OnsetNet, batch: Sequence[Following], count: int, rng: np.random.Generator
) -> Tensor:
    """Where in the beat the network takes each chord to be: (batch, count, asked, CLASSES)."""
    asked = batch[0].inputs.shape[1]
    longest = max(len(one.inputs) for one in batch)
    inputs = np.zeros((len(batch), longest, asked, WIDTH), np.float32)
    chords = np.zeros((len(batch), count), np.int64)
    for row, one in enumerate(batch):
        inputs[row, : len(one.inputs)] = one.inputs
        chords[row] = np.minimum(one.taps + np.arange(count), len(one.inputs) - 1)
    flat = torch.from_numpy(blur(inputs, rng)).transpose(1, 2).reshape(-1, longest, WIDTH)
    said = net(flat)[..., :CLASSES].softmax(-1)
    said = said.reshape(len(batch), asked, longest, CLASSES).transpose(1, 2)
    which = torch.from_numpy(chords)[:, :, None, None].expand(-1, -1, asked, CLASSES)
    each: Tensor = said.gather(1, which)
    return each


def followed(
    net: OnsetNet, parts: list[KnownPart], solos: list[KnownPart], rng: np.random.Generator
) -> Callable[[np.random.Generator], Tensor]:
    """The lesson of beats that are found, and beside it that of opinions by themselves."""

    def fresh() -> list[Following]:
        following = following_of(some_part(parts, solos, rng), rng)
        return [] if following is None else [following]

    performances, examples = used_again(fresh, POOL, AGAIN, rng), drawn(parts, solos, rng)

    def loss_now(rng: np.random.Generator) -> Tensor:
        inputs, labels = batch_of([next(examples) for _ in range(OPINIONS)], rng)
        alone = loss_of(net(inputs), labels)
        batch = [next(performances) for _ in range(BATCH)]
        return loss_followed(net, batch, rng) + OPINIONS_WEIGH * alone

    return loss_now


def main() -> None:
    parser = options(__doc__)
    asked = parser.parse_args()
    if not asked.start:
        parser.error("--start is missing, the model of `learn_onsets` to go on from")
    teach(asked, followed, ABOUT)


if __name__ == "__main__":
    main()
