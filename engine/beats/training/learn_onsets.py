"""Teaches the onset model: `python -m engine.beats.training.learn_onsets PARTS.npz MODEL.json`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from engine.beats.pulse.inputs import WIDTH
from engine.beats.pulse.model import CLASSES
from engine.beats.pulse.network import Floats
from engine.beats.training.onset_examples import NO_LABEL, Example, examples_of
from engine.beats.training.parts import KnownPart, load_parts
from engine.beats.training.solos import known_solos
from engine.beats.training.weight_files import load, save

HIDDEN, DROPOUT, BATCH = 96, 0.1, 96
SOLOS = 0.12  # share of the examples
POOL, AGAIN = 4096, 8  # examples kept, and how often each is used
RATE, DECAY = 4e-3, 1e-2
ABOUT = "The onset model, made by engine/beats/training/learn_onsets.py."
Kind = TypeVar("Kind")
MASKS = ((slice(0, 1), 0.25), (slice(1, 13), 0.15), (slice(24, WIDTH), 0.12))  # inputs left out


class OnsetNet(nn.Module):
    """The same network as `engine.beats.pulse.model`, to learn with."""

    def __init__(self) -> None:
        super().__init__()
        self.inp = nn.Linear(WIDTH, HIDDEN)
        self.gru = nn.GRU(HIDDEN, HIDDEN, batch_first=True)
        self.out = nn.Linear(HIDDEN, CLASSES + 2)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, inputs: Tensor) -> Tensor:
        states, _ = self.gru(self.drop(torch.relu(self.inp(inputs))))
        answers: Tensor = self.out(self.drop(states))  # (batch, chords, CLASSES + 2)
        return answers


Lesson = Callable[
    [OnsetNet, list[KnownPart], list[KnownPart], np.random.Generator],
    Callable[[np.random.Generator], Tensor],
]


def loss_of(out: Tensor, labels: Tensor) -> Tensor:
    place = nn.functional.cross_entropy(
        out[..., :CLASSES].reshape(-1, CLASSES), labels[..., 0].reshape(-1), ignore_index=NO_LABEL
    )
    total = place
    for column, weight in ((1, 0.7), (2, 0.5)):
        known = labels[..., column] != NO_LABEL
        odds, truth = out[..., CLASSES - 1 + column][known], labels[..., column][known].float()
        total = total + weight * nn.functional.binary_cross_entropy_with_logits(odds, truth)
    return total


def batch_of(examples: list[Example], rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Padded (batch, chords, WIDTH) and (batch, chords, 3), with some inputs left out."""
    longest = max(len(example.inputs) for example in examples)
    inputs = np.zeros((len(examples), longest, WIDTH), np.float32)
    labels = np.full((len(examples), longest, 3), NO_LABEL, np.int64)
    for row, example in enumerate(examples):
        inputs[row, : len(example.inputs)] = example.inputs
        labels[row, : len(example.labels)] = example.labels
    return torch.from_numpy(blur(inputs, rng)), torch.from_numpy(labels)


def blur(inputs: Floats, rng: np.random.Generator) -> Floats:
    """(batch, ..., WIDTH) with some inputs of some rows left out, and others set off."""
    for row in inputs:
        for columns, chance in MASKS:
            if rng.random() < chance:
                row[..., columns] = 0
    offs = (len(inputs), *(1,) * (inputs.ndim - 2))
    for column in (0, 1, 2, 7, 11, 14):  # levels and registers, and the usual tempo
        inputs[..., column] += rng.normal(0, 0.15, offs)
    return inputs


def learn(
    net: OnsetNet,
    loss_now: Callable[[np.random.Generator], Tensor],
    *,
    minutes: float,
    rate: float,
    seed: int,
    about: str,
    save_to: Path,
) -> None:
    """Learn for so long, in each step from the loss of a batch that is drawn; what was learned is
    saved every minute, with what it is `about`."""
    rng, began, step = np.random.default_rng(seed), monotonic(), 0
    optimizer = torch.optim.AdamW(net.parameters(), rate, weight_decay=DECAY)
    said, losses = began, []
    while (done := (monotonic() - began) / (60 * minutes)) < 1:
        warm = min(1.0, step / 100)
        for group in optimizer.param_groups:
            group["lr"] = rate * warm * (0.5 * (1 + np.cos(np.pi * done)) + 0.005)
        optimizer.zero_grad()
        loss = loss_now(rng)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        step += 1
        losses.append(float(loss.detach()))
        if monotonic() - said > 60:
            print(f"{done:.2f} {step} steps, loss {np.mean(losses):.4f}", flush=True)  # noqa: T201
            said, losses = monotonic(), []
            save(net.inp, net.gru, net.out, about, save_to)
    save(net.inp, net.gru, net.out, about, save_to)


def drawn(
    parts: list[KnownPart], solos: list[KnownPart], rng: np.random.Generator
) -> Iterator[Example]:
    """Examples without end; SOLOS of them, where there are some, of the solos."""

    def fresh() -> list[Example]:
        return examples_of(some_part(parts, solos, rng), rng)

    return used_again(fresh, POOL, AGAIN, rng)


def some_part(
    parts: list[KnownPart], solos: list[KnownPart], rng: np.random.Generator
) -> KnownPart:
    chosen = solos if solos and rng.random() < SOLOS else parts
    return chosen[int(rng.integers(len(chosen)))]


def used_again(
    fresh: Callable[[], list[Kind]], kept: int, times: int, rng: np.random.Generator
) -> Iterator[Kind]:
    """Each, without end, so many times on the whole, in any order: to make one costs more than to
    learn from it."""
    pool: list[Kind] = []
    while True:
        new = fresh()
        pool = [*pool, *new][-kept:]
        for _ in range(times * len(new)):
            yield pool[int(rng.integers(len(pool)))]


def options(about: str | None) -> argparse.ArgumentParser:
    """What every way to teach the model is asked."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("parts", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--solos", type=Path, help="real solos to learn from too")
    parser.add_argument("--start", type=Path, help="a model to go on from, or a smaller one")
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--seed", type=int, default=0)
    return parser


def teach(asked: argparse.Namespace, loss_of_batch: Lesson, about: str = ABOUT) -> None:
    """As the options ask; `loss_of_batch` makes what gives the loss of a batch."""
    torch.manual_seed(asked.seed)
    net = OnsetNet()
    if asked.start:
        load(net.inp, net.gru, net.out, asked.start)
    solos = known_solos(asked.solos) if asked.solos else []
    learn(
        net,
        loss_of_batch(net, load_parts(asked.parts), solos, np.random.default_rng(asked.seed)),
        minutes=asked.minutes,
        rate=asked.rate,
        seed=asked.seed,
        about=about,
        save_to=asked.model,
    )


def opinions(
    net: OnsetNet, parts: list[KnownPart], solos: list[KnownPart], rng: np.random.Generator
) -> Callable[[np.random.Generator], Tensor]:
    """The lesson of every opinion judged by itself."""
    draw = drawn(parts, solos, rng)

    def loss_now(rng: np.random.Generator) -> Tensor:
        inputs, labels = batch_of([next(draw) for _ in range(BATCH)], rng)
        return loss_of(net(inputs), labels)

    return loss_now


def main() -> None:
    teach(options(__doc__).parse_args(), opinions)


if __name__ == "__main__":
    main()
