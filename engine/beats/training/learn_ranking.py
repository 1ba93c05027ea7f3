"""Teaches the ranking model: `python -m engine.beats.training.learn_ranking PARTS.npz MODEL.json`.

It learns from beats of which one relative is the true one: invented ones (`ranking_examples`), and
those of the tracker as it is, with the ranking that it has (`tracked_examples`).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from zlib import crc32

import numpy as np
import torch
from torch import Tensor, nn

from engine.beats.pulse.relatives import RANK_WIDTH
from engine.beats.training.learn_onsets import used_again
from engine.beats.training.parts import KnownPart, load_parts
from engine.beats.training.performances import Performance, perform
from engine.beats.training.ranking_examples import Ranked, ranked
from engine.beats.training.solos import known_solos
from engine.beats.training.tracked_examples import tracked
from engine.beats.training.weight_files import load, save

HIDDEN, DROPOUT, BATCH = 96, 0.1, 12
RATE, DECAY = 4e-3, 1e-2
ABOUT = "The ranking model, made by engine/beats/training/learn_ranking.py."
OTHERS = 0.35  # how often another instrument is taken, against a guitar
TRACKED = 0.65  # share of the examples in which the tracker follows as it is
POOL, AGAIN = 1500, 4  # of these, so many are kept, and each is used so often
SOLOS = 0.12  # share of the examples, where there are solos
KEPT_BACK = 20  # one song in so many is for validation
MASKS = ((slice(0, 1), 0.2), (slice(1, 13), 0.1), (slice(RANK_WIDTH - 4, RANK_WIDTH), 0.1))


class RankNet(nn.Module):
    """The same network as `engine.beats.pulse.ranking`, to learn with."""

    def __init__(self) -> None:
        super().__init__()
        self.inp = nn.Linear(RANK_WIDTH, HIDDEN)
        self.gru = nn.GRU(HIDDEN, HIDDEN)
        self.out = nn.Linear(HIDDEN, 1)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, inputs: Tensor) -> Tensor:
        states, _ = self.gru(self.drop(torch.relu(self.inp(inputs))))
        energy: Tensor = self.out(self.drop(states))[..., 0]  # (chords, rows)
        return energy


def loss_of(energy: Tensor, one: Ranked) -> tuple[Tensor, int]:
    """The summed cross entropy of the true row, or of the true relative where no bar is known."""
    energy = energy[: len(one.counts)]
    weighed = energy + torch.from_numpy(one.log_weight)
    whole = weighed.logsumexp(1)
    beat = weighed.masked_fill(torch.from_numpy(~one.is_true), -1e4).logsumexp(1)
    row = torch.from_numpy(one.true_row)
    bar = weighed.gather(1, row.clamp(min=0)[:, None])[:, 0]
    lost = whole - torch.where(row >= 0, 0.5 * (beat + bar), beat)
    return lost[torch.from_numpy(one.counts)].sum(), int(one.counts.sum())


def batch_of(examples: list[Ranked], rng: np.random.Generator) -> Tensor:
    """(chords, rows of all, RANK_WIDTH), with some inputs left out."""
    longest = max(len(one.counts) for one in examples)
    rows = sum(one.inputs.shape[1] for one in examples)
    inputs = np.zeros((longest, rows, RANK_WIDTH), np.float32)
    row = 0
    for one in examples:
        own = inputs[: len(one.counts), row : row + one.inputs.shape[1]]
        own[:] = one.inputs
        for columns, chance in MASKS:
            if rng.random() < chance:
                own[..., columns] = 0
        for column in (0, 1, 2, 7, 11):
            own[..., column] += rng.normal(0, 0.15)
        row += one.inputs.shape[1]
    return torch.from_numpy(inputs)


def batches(source: Iterator[Ranked], rng: np.random.Generator) -> Iterator[list[Ranked]]:
    """Examples about as long as each other, BATCH at a time."""
    while True:
        some = sorted((next(source) for _ in range(8 * BATCH)), key=lambda one: len(one.counts))
        for first in rng.permutation(8) * BATCH:
            yield some[first : first + BATCH]


def draw(
    parts: list[KnownPart], solos: list[KnownPart], rng: np.random.Generator, share: float
) -> Iterator[Ranked]:
    """Examples without end; in such a share of them the tracker follows."""
    performances = performed(parts, solos, rng)

    def fresh() -> list[Ranked]:
        return tracked(next(performances), rng)

    live = used_again(fresh, POOL, AGAIN, rng)
    while True:
        if rng.random() < share:
            yield next(live)
        else:
            one = ranked(next(performances), rng)
            if one is not None:
                yield one


def performed(
    parts: list[KnownPart], solos: list[KnownPart], rng: np.random.Generator
) -> Iterator[Performance]:
    """Performances without end; SOLOS of them, where there are some, of the solos."""
    chance = np.array([1.0 if part.is_guitar else OTHERS for part in parts])
    chance /= chance.sum()
    while True:
        for index in rng.choice(len(parts), 4096, p=chance):
            of_solos = bool(solos) and rng.random() < SOLOS
            known = solos[int(rng.integers(len(solos)))] if of_solos else parts[index]
            played = perform(known, rng)
            if played is not None:
                yield played


def learn(
    net: RankNet,
    examples: Iterator[Ranked],
    *,
    minutes: float,
    rate: float,
    seed: int,
    save_to: Path,
) -> None:
    """Learn for so long; what was learned is saved every minute."""
    rng, began, step = np.random.default_rng(seed), monotonic(), 0
    optimizer = torch.optim.AdamW(net.parameters(), rate, weight_decay=DECAY)
    source, said, losses = batches(examples, rng), began, []
    while (done := (monotonic() - began) / (60 * minutes)) < 1:
        warm = min(1.0, (step + 1) / 100)
        for group in optimizer.param_groups:
            group["lr"] = rate * warm * (0.5 * (1 + np.cos(np.pi * done)) + 0.005)
        batch = next(source)
        energy = net(batch_of(batch, rng))
        optimizer.zero_grad()
        parts_of = energy.split([one.inputs.shape[1] for one in batch], 1)
        sums = [loss_of(rows, one) for rows, one in zip(parts_of, batch, strict=True)]
        loss = torch.stack([lost for lost, _ in sums]).sum() / sum(count for _, count in sums)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        losses.append(float(loss.detach()))
        step += 1
        if monotonic() - said > 60:
            print(f"{done:.2f} {step} steps, loss {np.mean(losses):.4f}", flush=True)  # noqa: T201
            said, losses = monotonic(), []
            save(net.inp, net.gru, net.out, ABOUT, save_to)
    save(net.inp, net.gru, net.out, ABOUT, save_to)


def is_kept_back(part: KnownPart) -> bool:
    return crc32(part.song.encode()) % KEPT_BACK == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--solos", type=Path, help="real solos to learn from too")
    parser.add_argument("--start", type=Path, help="a model to go on from, or a smaller one")
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--tracked", type=float, default=TRACKED, help="share in which the tracker follows"
    )
    asked = parser.parse_args()
    torch.manual_seed(asked.seed)
    net = RankNet()
    if asked.start:
        load(net.inp, net.gru, net.out, asked.start)
    parts = [part for part in load_parts(asked.parts) if not is_kept_back(part)]
    solos = known_solos(asked.solos) if asked.solos else []
    learn(
        net,
        draw(parts, solos, np.random.default_rng(asked.seed), asked.tracked),
        minutes=asked.minutes,
        rate=asked.rate,
        seed=asked.seed,
        save_to=asked.model,
    )


if __name__ == "__main__":
    main()
