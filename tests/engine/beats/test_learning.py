"""What the beat's models learn from, and how a larger one goes on from a smaller one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.beats.pulse.sureness import AFTER_TAPS, ALONE, WITH_HINT, Sureness
from engine.beats.training import mix
from engine.beats.training.conditions import Played
from engine.beats.training.learn_onsets import OnsetNet
from engine.beats.training.mix import mixed
from engine.beats.training.parts import KnownPart
from engine.beats.training.performances import perform
from engine.beats.training.weight_files import load, save
from tests.support.strums import strummed

BEAT_S = 0.6  # of strummed()


def a_part(bars: int = 24, *, by_hand: bool = False) -> KnownPart:
    time, pitch, velocity = (np.array(column) for column in zip(*strummed(bars), strict=True))
    beats = 1.0 + BEAT_S * np.arange(4 * bars + 4)
    played = Played(time, pitch, velocity, beats)
    return KnownPart("a strum", True, played, np.arange(len(beats)) % 4 == 0, by_hand=by_hand)


def halves(rng: np.random.Generator, *, by_hand: bool) -> list[float]:
    """Where in the beat the offbeats of a hundred performances lie, in the median."""
    found = []
    for _ in range(100):
        played = perform(a_part(by_hand=by_hand), rng)
        assert played is not None
        phase = played.beat_at(np.array([chord.time for chord in played.chords])) % 1
        found.append(float(np.median(phase[(phase > 0.35) & (phase < 0.8)])))
    return found


def test_some_straight_eighths_are_played_with_a_swing() -> None:
    swung = np.array(halves(np.random.default_rng(1), by_hand=False))
    late = (swung > 0.6).mean()
    assert 0 < late < 0.3


def test_what_people_played_keeps_its_feel() -> None:
    assert max(halves(np.random.default_rng(1), by_hand=True)) < 0.6


class Net(nn.Module):
    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.inp, self.gru = nn.Linear(3, hidden), nn.GRU(hidden, hidden)
        self.out = nn.Linear(hidden, 2)

    def forward(self, inputs: Tensor) -> Tensor:
        answers: Tensor = self.out(self.gru(torch.relu(self.inp(inputs)))[0])
        return answers

    @property
    def layers(self) -> tuple[nn.Linear, nn.GRU, nn.Linear]:
        return self.inp, self.gru, self.out


@pytest.mark.parametrize("size", [6, 10])
def test_a_network_goes_on_from_one_no_larger_and_answers_as_that_did(
    size: int, tmp_path: Path
) -> None:
    torch.manual_seed(1)
    small, large = Net(6), Net(size)
    save(*small.layers, "a test", tmp_path / "small.json")
    load(*small.layers, tmp_path / "small.json")  # as rounded as the file
    load(*large.layers, tmp_path / "small.json")
    heard = torch.randn(20, 4, 3)
    assert torch.allclose(small(heard), large(heard), atol=1e-5)
    assert json.loads((tmp_path / "small.json").read_text())["about"] == "a test"


def test_models_are_mixed_by_their_shares(tmp_path: Path) -> None:
    known, learnt, out = (tmp_path / f"{name}.json" for name in ("known", "learnt", "out"))
    nets = [OnsetNet(), OnsetNet(), OnsetNet()]
    for net, path in zip(nets, (known, learnt), strict=False):
        save(net.inp, net.gru, net.out, path.stem, path)
    mixed([(learnt, 3.0), (known, 1.0)], out)
    load(nets[2].inp, nets[2].gru, nets[2].out, out)
    old, new, both = (net.out.bias for net in nets)
    assert torch.allclose(both, 0.25 * old + 0.75 * new, atol=1e-3)
    assert json.loads(out.read_text())["about"] == "learnt"


def test_models_of_two_sizes_are_not_mixed(tmp_path: Path) -> None:
    for size in (4, 6):
        save(*Net(size).layers, "a test", tmp_path / f"{size}.json")
    with pytest.raises(ValueError, match=r"6\.json is of another size"):
        mixed([(tmp_path / "4.json", 1), (tmp_path / "6.json", 1)], tmp_path / "out.json")
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["out.json", "a.json=x"], "a.json=x is not MODEL=SHARE"),
        (["out.json", "a.json=inf"], "a.json=inf is not MODEL=SHARE"),
        (["a.json=1", "b.json=1"], "name the file to write first"),
        (["out.json", "nowhere.json=1"], "nowhere.json"),
    ],
)
def test_what_cannot_be_mixed_is_said(
    asked: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["mix", *asked])
    with pytest.raises(SystemExit, match="2"):
        mix.main()
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("sure", [ALONE, WITH_HINT, AFTER_TAPS])
def test_no_clue_of_a_right_beat_counts_against_it(sure: Sureness) -> None:
    assert min(sure.share, sure.time) > 0
