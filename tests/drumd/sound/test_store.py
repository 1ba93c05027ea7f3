"""The cache of kits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from drumd.sound.errors import SoundError
from drumd.sound.kits import store
from drumd.sound.kits.kit import Kit
from drumd.sound.kits.store import load_kit
from tests.drumd.sound.conftest import tiny_kit


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Lets a tiny kit stand for the real one; the names of those that were computed."""
    names: list[str] = []

    def build(name: str, rate: int) -> Kit:
        names.append(name)
        return Kit(name, rate, tiny_kit().pieces)

    monkeypatch.setattr(store, "build_kit", build)
    return names


def test_a_kit_is_computed_once_and_read_from_then_on(built: list[str], tmp_path: Path) -> None:
    first, second = load_kit("rock", folder=tmp_path), load_kit("rock", folder=tmp_path)
    assert built == ["rock"]
    for piece, samples in first.pieces.items():
        kept = second.pieces[piece].takes
        for layer, kept_layer in zip(samples.takes, kept, strict=True):
            for take, kept_take in zip(layer, kept_layer, strict=True):
                assert np.abs(take - kept_take).max() < 1e-4


def test_a_broken_cache_is_made_anew(built: list[str], tmp_path: Path) -> None:
    load_kit("rock", folder=tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:1000])
    load_kit("rock", folder=tmp_path)
    load_kit("rock", folder=tmp_path)
    assert built == ["rock", "rock"]


def test_the_sound_of_older_code_is_not_played_and_goes(
    built: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_kit("rock", folder=tmp_path)
    load_kit("jazz", folder=tmp_path)
    monkeypatch.setattr(store, "_fingerprint", lambda: "newer")
    load_kit("rock", folder=tmp_path)
    assert built == ["rock", "jazz", "rock"]
    assert sorted(path.name[:4] for path in tmp_path.iterdir()) == ["jazz", "rock"]


def test_a_cache_that_cannot_be_written_costs_only_time(built: list[str], tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert load_kit("rock", folder=blocked / "sound").name == "rock"
    assert built == ["rock"]


def test_an_unknown_kit_is_answered_with_those_there_are() -> None:
    with pytest.raises(SoundError, match="rock, jazz"):
        load_kit("polka")
