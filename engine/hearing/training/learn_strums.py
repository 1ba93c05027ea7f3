"""Teaches what reads strums: `python -m engine.hearing.training.learn_strums PARTS.npz MODEL.npz`.

Strums of guitar parts are sounded, and the strokes that the detector hears in them are looked at.
The network learns from most of the songs; on the others it is measured, beside the guess that all
strums are alike. `PARTS.npz` is made by `engine.beats.training.parts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from engine.beats.training.conditions import Array
from engine.beats.training.parts import load_parts
from engine.errors import EngineError, HearingError
from engine.hearing.onsets import OnsetDetector
from engine.hearing.spectra import Floats, Spectra
from engine.hearing.strums import (
    TAUGHT_FRAME_S,
    Strum,
    StrumReader,
    Taught,
    clues_of,
    load,
    told,
)
from engine.hearing.training.learn_evidence import parser_of
from engine.hearing.training.strummed import StrummedPiece, strummed_pieces

SONGS, HELD_BACK = 240, 0.25
FEWEST = 4  # songs
NEAR_S = 0.04  # how far outside of a strum its stroke may have been told
HIDDEN, DROPPED = 24, 0.2
EPOCHS, BATCH, RATE, DECAY = 60, 64, 1e-3, 0.02
UNIT = 8.0  # frames that count as one in the lesson
SLOW_S = 0.02  # so slow a strum has a direction that can be heard


class Watcher(StrumReader):
    """Keeps the clues of each stroke, and reads nothing in them."""

    def __init__(self, rate: int) -> None:
        super().__init__(rate)
        self.times, self.clues = list[float](), list[Floats]()

    def read(self, around: Floats, time: float) -> Strum:
        self.times.append(time)
        self.clues.append(clues_of(around))
        return Strum(time, 0.0, down=True)


def examples_of(piece: StrummedPiece) -> tuple[Floats, Array]:
    """The clues of each strum that was heard, (strums, clues), and what should be read in them,
    (strums, 2): the numbers of `strums.told`."""
    frame_s, watcher = Spectra(piece.rate).hop / piece.rate, Watcher(piece.rate)
    OnsetDetector(piece.rate, reader=watcher).hear(piece.samples)
    clues, truth = [np.zeros((0, 0), np.float32)], [np.zeros((0, 2))]
    times = np.array(watcher.times)
    for strum in piece.strums:
        late = times - strum.first
        here = np.flatnonzero((late > -NEAR_S) & (late < strum.spread + NEAR_S))
        if len(here):
            signed = strum.spread if strum.down else -strum.spread
            clues.append(watcher.clues[here[0]][None])
            truth.append(np.array([[strum.spread, signed]]) / frame_s)
    return np.concatenate(clues[1:] or clues), np.concatenate(truth)


def teach(clues: Floats, truth: Array, seed: int) -> Taught:
    """The arrays of `strums.told`: a layer that is rectified, and one that tells frames."""
    torch.manual_seed(seed)
    mean, scale = clues.mean(0), clues.std(0) + 1e-3
    heard = torch.tensor((clues - mean) / scale, dtype=torch.float32)
    right = torch.tensor(truth / UNIT, dtype=torch.float32)
    first, second = nn.Linear(clues.shape[1], HIDDEN), nn.Linear(HIDDEN, truth.shape[1])
    net = nn.Sequential(nn.Dropout(DROPPED), first, nn.ReLU(), nn.Dropout(DROPPED), second)
    learner = torch.optim.AdamW(net.parameters(), RATE, weight_decay=DECAY)
    slower = torch.optim.lr_scheduler.CosineAnnealingLR(learner, EPOCHS)
    for _ in range(EPOCHS):
        order = torch.randperm(len(heard))
        for begin in range(0, len(order), BATCH):
            batch = order[begin : begin + BATCH]
            loss = nn.functional.l1_loss(net(heard[batch]), right[batch])
            learner.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            learner.step()
        slower.step()
    first_in = first.weight.detach().numpy().T / scale[:, None]
    return {
        "in": first_in,
        "in_bias": first.bias.detach().numpy() - mean @ first_in,
        "out": UNIT * second.weight.detach().numpy().T,
        "out_bias": UNIT * second.bias.detach().numpy(),
    }


def measured(read: NDArray[np.floating], true: Array, frame_s: float) -> str:
    """How far off the spread is, in ms, and how often the direction is right."""
    ms = 1e3 * frame_s
    spread, alike = np.abs(read[:, 0] - true[:, 0]), np.abs(np.median(true[:, 0]) - true[:, 0])
    slow = true[:, 0] * frame_s > SLOW_S
    right = (read[slow, 1] >= 0) == (true[slow, 1] >= 0)
    return (
        f"spread off by {ms * spread.mean():.0f} ms (all alike: {ms * alike.mean():.0f}),"
        f" direction {right.mean():.2f}, {len(true)} strums"
    )


def main() -> None:
    parser = parser_of(__doc__, SONGS)
    parser.add_argument("model", type=Path)
    asked = parser.parse_args()
    if not asked.parts.is_file():
        parser.error(f"{asked.parts}: no such file; engine.beats.training.parts makes one")
    rng = np.random.default_rng(asked.seed)
    try:
        pieces = strummed_pieces(load_parts(asked.parts), asked.soundfont, rng)
        songs = [tuple(map(examples_of, pair)) for pair in islice(pieces, asked.songs)]
        if len(songs) < FEWEST:
            raise HearingError(f"{asked.parts}: too few guitars with chords to learn from")
    except EngineError as error:
        raise SystemExit(f"Error: {error}") from error
    kept = max(1, round(HELD_BACK * len(songs)))
    clues, truth = _together([one for song in songs[kept:] for one in song])
    taught = teach(clues, truth, asked.seed)
    arrays: dict[str, Any] = {name: array.astype(np.float16) for name, array in taught.items()}
    with asked.model.open("wb") as file:
        np.savez(file, **arrays)
    taught = load(asked.model)
    for name, way in (("microphone", 0), ("amplifier", 1)):
        clues, truth = _together([song[way] for song in songs[:kept]])
        print(f"{name}: {measured(told(taught, clues), truth, TAUGHT_FRAME_S)}", flush=True)  # noqa: T201


def _together(examples: Sequence[tuple[Floats, Array]]) -> tuple[Floats, Array]:
    clues, truth = zip(*(one for one in examples if len(one[0])), strict=True)
    return np.concatenate(clues), np.concatenate(truth)


if __name__ == "__main__":
    main()
