"""Kits for the tests of the sound: the real one, computed once, and a tiny one."""

from __future__ import annotations

import numpy as np
import pytest

from drumd.sound.kits.build import build_kit
from drumd.sound.kits.kit import Kit, Samples
from drumd.sound.kits.pieces import Piece

RATE = 1000  # frames a second of the tiny kit


@pytest.fixture(scope="session")
def rock() -> Kit:
    return build_kit("rock")


@pytest.fixture(scope="session")
def jazz() -> Kit:
    return build_kit("jazz")


@pytest.fixture
def tiny() -> Kit:
    """Each piece is a second of a number of its own; two layers, two variants."""
    return tiny_kit()


def tiny_kit() -> Kit:
    pieces = {}
    for number, piece in enumerate(Piece, start=1):
        level = np.float32(number / 100)
        layers = [[np.full((RATE, 2), level, np.float32)] * 2 for _ in range(2)]
        pieces[piece] = Samples(tuple(tuple(layer) for layer in layers))
    return Kit("tiny", RATE, pieces)
