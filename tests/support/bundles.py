"""A small drummer that knows grooves: untrained networks and a tiny book, as a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from engine.grooves.book import write_book
from engine.grooves.groove import Groove
from engine.grooves.training.fit_model import FitNetwork, FitSettings
from engine.grooves.training.train_fit import BOOK, FIT, write_fit
from engine.inference.bundle import Playing
from engine.models.networks import build_network
from engine.music.kit import Voice
from engine.music.notes import COMMON_TIME, Metre, Pattern
from engine.recipe import Recipe
from engine.training.checkpoint import BEST, Checkpoint, save_checkpoint
from engine.training.export import export

LSTM: dict[str, Any] = {
    "pitch_size": 4,
    "place_size": 4,
    "encoder_size": 6,
    "aligned_size": 6,
    "grid_size": 6,
    "attention_size": 4,
    "decoder_size": 12,
}
NETWORKS: dict[str, dict[str, Any]] = {
    "attention": {"kind": "lstm", "attention": True, **LSTM},
    "no attention": {"kind": "lstm", "attention": False, **LSTM},
    "transformer": {
        "kind": "transformer",
        "pitch_size": 4,
        "place_size": 4,
        "note_size": 6,
        "size": 8,
        "heads": 2,
        "decoder_layers": 2,
    },
}


def groove_of(
    style: str = "", metre: Metre = COMMON_TIME, *, step: float = 0.25, bars: int = 1, **rows: str
) -> Groove:
    """A groove from rows of text, by the names of their voices."""
    voices = {Voice[name.upper()]: row.replace(" ", "") for name, row in rows.items()}
    pattern = Pattern.from_grid(voices, step=step, beats=bars * metre.beats)
    return Groove(pattern, metre, style, source="written for the tests")


ROCK = groove_of(
    "rock", kick="x... .... x... ....", snare=".... x... .... x...", closed_hat="x.x.x.x.x.x.x.x."
)
HALF_TIME = groove_of(
    "rock", kick="x... ..x. .... ....", snare=".... .... x... ....", ride="x.x.x.x.x.x.x.x."
)
DANCE = groove_of(
    "dance", kick="x...x...x...x...", clap="....x.......x...", open_hat="..x...x...x...x."
)
SPARSE = groove_of("ballad", kick="x...............", side_stick="........x.......")
BUSY = groove_of(
    "metal", kick="xxxxxxxxxxxxxxxx", snare="....X.......X...", crash="x...x...x...x..."
)
TWO_BARS = groove_of(
    "funk",
    bars=2,
    kick="x..x......x.....  x.....x...x..x..",
    snare="....x..o.o..x..o  ....x..o.o..x...",
    closed_hat="xxxxxxxxxxxxxxxx  xxxxxxxxxxxxxx..",
)
WALTZ = groove_of("jazz", Metre(3, 4), kick="x...........", ride="x...x...x.x.")
BOOK_OF_SEVEN = (ROCK, HALF_TIME, DANCE, SPARSE, BUSY, TWO_BARS, WALTZ)


def write_grooves(folder: Path, book: tuple[Groove, ...] = BOOK_OF_SEVEN, *, seed: int = 1) -> Path:
    """A book and an untrained network that ranks it, as `drumd grooves` leaves them."""
    folder.mkdir(parents=True, exist_ok=True)
    write_book(folder / BOOK, book, {"sources": {"written for the tests": len(book)}})
    torch.manual_seed(seed)
    write_fit(FitNetwork(len(book), FitSettings(size=8)).eval(), folder / FIT)
    return folder


def write_run(folder: Path, kind: str = "no attention", *, seed: int = 1) -> Path:
    """The folder of a run that has learnt nothing yet."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    network = build_network(NETWORKS[kind])
    about = {"task": "drums", "trained_on": []}
    recipe = Recipe(model=NETWORKS[kind]).to_dict()
    weights = dict(network.state_dict())
    save_checkpoint(folder / BEST, Checkpoint(weights, {}, recipe, about, 0, 0.0, {}))
    return folder


def tiny_bundle(folder: Path, kind: str = "no attention", **playing: Any) -> Path:
    """A bundle of version 3 in `folder`, beside the run and the grooves that it is made of."""
    run, grooves = write_run(folder / "run", kind), write_grooves(folder / "grooves")
    return export(run, folder / "bundle", Playing(**playing), grooves=grooves)
