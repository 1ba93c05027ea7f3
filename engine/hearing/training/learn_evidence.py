"""Learns what makes a peak a stroke: `python -m engine.hearing.training.learn_evidence PARTS.npz`.

Prints the numbers of `engine.hearing.evidence`, and how well strokes are told with them and with
those that ship in the half of the songs that they were not learned from. `PARTS.npz` is made by
`engine.beats.training.parts`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.beats.training.conditions import Array
from engine.beats.training.logistic import fit
from engine.beats.training.parts import load_parts
from engine.errors import EngineError, HearingError
from engine.hearing.evidence import BIAS, CAME, PEAK, WEIGHTS
from engine.hearing.spectra import Floats
from engine.hearing.training.peaks import f_measure, peaks_of
from engine.hearing.training.pieces import Piece, pieces_of

SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
SONGS = 80
FEWEST = 2  # of songs: one to learn from, one to measure on


def learn(pieces: Sequence[Piece]) -> tuple[float, Floats]:
    """The bias and a weight for each clue, as they are written down: to two places."""
    clues, struck = (np.concatenate(column) for column in zip(*map(peaks_of, pieces), strict=True))
    return weigh(clues, struck)


def weigh(clues: Array, struck: NDArray[np.bool_]) -> tuple[float, Floats]:
    """Logistic regression, on clues brought to one scale so that each is kept as small."""
    mean, scale = clues.mean(0), clues.std(0) + 1e-6
    bias, *weights = fit((clues - mean) / scale, struck.astype(float))
    plain = np.array(weights) / scale
    return round(float(bias - plain @ mean), 2), np.asarray(plain.round(2), np.float32)


def told(bias: float, weights: Floats) -> str:
    """The numbers as `evidence.py` has them."""
    rows = np.split(weights.astype(float).round(2), [len(PEAK), len(PEAK) + len(CAME)])
    named = zip(("PEAK", "CAME", "WENT"), rows, strict=True)
    return f"BIAS = {bias}\n" + "\n".join(f"{name} = {tuple(row.tolist())}" for name, row in named)


def parser_of(about: str | None, songs: int) -> argparse.ArgumentParser:
    """What the commands that teach the ears are told: parts, how many songs of them, and by what
    they are sounded."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("parts", type=Path)
    parser.add_argument("--songs", type=int, default=songs)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--soundfont", type=Path, default=SOUNDFONT)
    return parser


def main() -> None:
    parser = parser_of(__doc__, SONGS)
    asked = parser.parse_args()
    if not asked.parts.is_file():
        parser.error(f"{asked.parts}: no such file; engine.beats.training.parts makes one")
    rng = np.random.default_rng(asked.seed)
    try:
        pairs = list(islice(pieces_of(load_parts(asked.parts), asked.soundfont, rng), asked.songs))
        if len(pairs) < FEWEST:
            raise HearingError(f"{asked.parts}: too few guitars to learn from")
    except EngineError as error:
        raise SystemExit(f"Error: {error}") from error
    half = len(pairs) // 2
    learnt = learn([piece for pair in pairs[:half] for piece in pair])
    print(told(*learnt), flush=True)  # noqa: T201
    for name, numbers in (("learnt", learnt), ("shipped", (BIAS, WEIGHTS))):
        scores = np.array([[f_measure(piece, *numbers) for piece in pair] for pair in pairs[half:]])
        clean, amp = scores.mean(0)
        print(f"{name}: F {clean:.3f}, through an amplifier {amp:.3f}, {len(scores)} songs")  # noqa: T201


if __name__ == "__main__":
    main()
