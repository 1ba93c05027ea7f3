"""Teaches the onset model by what the filter makes of it: is the beat found?

`python -m engine.beats.training.learn_followed PARTS.npz MODEL.json --start MODEL` goes on from a
model of `learn_onsets`, whose lessons it hears too. Players tell a tempo or count in; with
`--told nothing` neither, with `--told count-in` all count in. `learn_onsets` judges each opinion by
itself, but the filter multiplies them: one that is said again with each chord counts each time.
Here the loss is how little the filter holds near the true beat, and the network learns to say what
is new (a hidden Markov model taught by its decoding: Bengio et al., "Global optimization of a
neural network-hidden Markov model hybrid", IEEE Trans. Neural Networks 3(2), 1992).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from enum import StrEnum
from functools import cache, partial

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
    free_grid,
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
from engine.beats.training.performances import COUNTED, Performance, perform
from engine.beats.training.soft_filter import SoftFilter

BATCH, OPINIONS = 24, 48  # performances followed, and examples of `learn_onsets` beside them
OPINIONS_WEIGH = 0.2
POOL, AGAIN = 2000, 2  # performances kept, and how often each is used
MOST_CHORDS = 140
BEATS_S = (0.25, 1.5)
HINT_OFF, TAPS_OFF = 0.1, 0.15  # how far a told tempo is off at most: log
UNCOUNTED_KEPT = 0.7  # share of the performances without a count-in
SEARCH_S, SEARCHING = 5.0, 0.15  # without a count-in: what the first seconds weigh
NEAR, SOFT = 0.11, 60.0  # beats that one may be off; how steeply more is wrong
LENGTH_OFF = 0.07  # how far off the length of a beat may be: log
CLOSE, CLOSE_WEIGHS = 0.04, 0.25  # and better nearer
LEAST_NEAR, LEAST_CLOSE = 0.03, 0.05  # a beat that is lost costs no more than by so much


class Told(StrEnum):
    """What the players of the lesson tell beforehand."""

    NOTHING = "nothing"
    TEMPO = "tempo"  # about, or by a count-in
    COUNT_IN = "count-in"


ABOUT = {
    told: f"The onset model {when}, made by engine/beats/training/learn_followed.py."
    for told, when in (
        (Told.NOTHING, "of free playing"),
        (Told.TEMPO, "where the tempo is a hint"),
        (Told.COUNT_IN, "after a count-in"),
    )
}


@dataclass(frozen=True, slots=True)
class Relative:
    """A beat that is worth something, the true one most: `ratio` of it to a true beat; a chord's
    place in one `part` of it is as good as in the next."""

    ratio: float
    part: float
    worth: float


# half and double time, between which the ranking still chooses
RELATIVES = (Relative(1, 1, 1.0), Relative(2, 1, 0.6), Relative(1 / 2, 1 / 2, 0.6))


@dataclass(frozen=True, slots=True)
class Following:
    """A performance as the tracker hears it."""

    inputs: NDArray[np.float16]  # (taps and chords, asked, WIDTH)
    taps: int
    gaps: NDArray[np.float64]  # (chords,) seconds since the chord before, or the last tap
    places: NDArray[np.float64]  # (chords,) the true ones in the beat, 0..1
    lengths: NDArray[np.float64]  # (chords,) of the true beats, in seconds
    weights: NDArray[np.float64]  # (chords,) of each in the loss; below 0 none is heard
    begun: PulseFilter  # as it stands before the first chord


@cache
def _unheard() -> PulseFilter:
    """The filter of a player who tells nothing, one for all of them."""
    return PulseFilter(free_grid())


def following_of(
    known: KnownPart, rng: np.random.Generator, told: Told = Told.TEMPO
) -> Following | None:
    """One performance; none where the part, or the tempo, is not fit."""
    if not known.is_guitar and rng.random() > OTHERS_KEPT:
        return None
    played = perform(known, rng, 1.0 if told is Told.COUNT_IN else COUNTED)
    if played is None:
        return None
    true = float(np.median(np.diff(played.beats)))
    if not BEATS_S[0] < true < BEATS_S[1]:
        return None
    if told is Told.NOTHING:
        played = replace(played, taps=[])
        return _followed(played, _unheard(), free_grid().asked, None)
    if not played.taps:
        if told is Told.COUNT_IN or rng.random() > UNCOUNTED_KEPT:
            return None
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
    places = played.beat_at(times)
    lengths = played.lengths_at(places)
    heard = np.stack(seen).astype(np.float16)
    return Following(heard, len(played.taps), gaps, places % 1, lengths, weights, begun)


def loss_followed(net: OnsetNet, batch: Sequence[Following], rng: np.random.Generator) -> Tensor:
    """How little of what the filter holds is near the true beat, chord by chord: a log, mean."""
    count = max(len(one.gaps) for one in batch)
    gaps, places, weights = (np.zeros((len(batch), count)) for _ in range(3))
    lengths, weights = np.ones_like(gaps), weights - 1
    for row, one in enumerate(batch):
        length = len(one.gaps)
        gaps[row, :length], places[row, :length] = one.gaps, one.places
        lengths[row, :length], weights[row, :length] = one.lengths, one.weights
    opinions, right = _opinions(net, batch, count, rng)
    beliefs = SoftFilter([one.begun for one in batch]).beliefs(opinions, right, gaps, weights >= 0)
    logs = np.stack([one.begun.logs for one in batch])
    near, close = found(beliefs, logs, lengths, places)
    near = LEAST_NEAR + (1 - LEAST_NEAR) * near
    close = LEAST_CLOSE + (1 - LEAST_CLOSE) * close
    lost = -torch.log(near) - CLOSE_WEIGHS * torch.log(close)
    weigh = torch.from_numpy(weights.clip(0)).float()
    loss: Tensor = (weigh * lost).sum() / weigh.sum()
    return loss


def found(
    beliefs: Iterable[Tensor],
    logs: NDArray[np.floating],
    lengths: NDArray[np.float64],
    places: NDArray[np.float64],
) -> tuple[Tensor, Tensor]:
    """How much of each belief is near the true beat, and how much close to it: (batch, chords).

    `beliefs` are (batch, periods, PHASES), one for each chord, and `logs` those of their periods,
    (batch, periods); the true beats last `lengths`, seconds, and the chords are at `places` in
    them, 0..1, both (batch, chords)."""
    ratio, part, worth = torch.tensor([astuple(one) for one in RELATIVES]).T
    length = torch.from_numpy(np.log(lengths))[..., None, None] - torch.log(ratio)
    off = torch.from_numpy(logs)[:, None, :, None] - length  # (batch, chords, periods, relatives)
    like = torch.sigmoid((LENGTH_OFF - off.abs()) * SOFT).float() * worth
    known = [torch.einsum("bpf,bpr->brf", one, like[:, at]) for at, one in enumerate(beliefs)]
    phases = torch.stack(known, 1)  # (batch, chords, relatives, PHASES)
    true = (torch.from_numpy(places).float()[..., None] * ratio)[..., None]
    turns = (torch.arange(PHASES) / PHASES - true) / part[:, None]
    away = ((turns + 0.5) % 1 - 0.5).abs()
    near = phases * torch.sigmoid((NEAR - away) * SOFT)
    close = phases * torch.exp(-0.5 * (away / CLOSE) ** 2)
    return near.sum((-1, -2)), close.sum((-1, -2))


def _opinions(
    net: OnsetNet, batch: Sequence[Following], count: int, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Where in the beat the network takes each chord to be, (batch, count, asked, CLASSES), and
    how well it likes each length of the beat, (batch, count, asked)."""
    asked = batch[0].inputs.shape[1]
    longest = max(len(one.inputs) for one in batch)
    inputs = np.zeros((len(batch), longest, asked, WIDTH), np.float32)
    chords = np.zeros((len(batch), count), np.int64)
    for row, one in enumerate(batch):
        inputs[row, : len(one.inputs)] = one.inputs
        chords[row] = np.minimum(one.taps + np.arange(count), len(one.inputs) - 1)
    flat = torch.from_numpy(blur(inputs, rng)).transpose(1, 2).reshape(-1, longest, WIDTH)
    said = net(flat).reshape(len(batch), asked, longest, -1).transpose(1, 2)
    which = torch.from_numpy(chords)[:, :, None, None].expand(-1, -1, asked, CLASSES + 1)
    each = said.gather(1, which)
    return each[..., :CLASSES].softmax(-1), each[..., CLASSES]


def followed(
    net: OnsetNet,
    parts: list[KnownPart],
    solos: list[KnownPart],
    rng: np.random.Generator,
    *,
    told: Told,
) -> Callable[[np.random.Generator], Tensor]:
    """The lesson of beats that are found, and beside it that of opinions by themselves."""

    def fresh() -> list[Following]:
        following = following_of(some_part(parts, solos, rng), rng, told)
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
    parser.add_argument(
        "--told", type=Told, choices=list(Told), default=Told.TEMPO, help="what players tell"
    )
    asked = parser.parse_args()
    if not asked.start:
        parser.error("--start is missing, the model of `learn_onsets` to go on from")
    teach(asked, partial(followed, told=asked.told), ABOUT[asked.told])


if __name__ == "__main__":
    main()
