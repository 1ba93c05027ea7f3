"""Small untrained drummers as bundles: one with a tiny book of grooves, one of the first kit."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engine.encoding.features import (
    CONDITIONS,
    GRID_CHANNELS,
    NOTE_VALUES,
    OFFSETS,
    PLACES,
    VELOCITIES,
)
from engine.grooves.book import Book, write_book
from engine.grooves.groove import Groove
from engine.grooves.training.fit_model import FitNetwork, FitSettings
from engine.grooves.training.train_fit import BOOK, FIT, write_fit
from engine.inference.bundle import (
    ABOUT,
    FIRST_KIT,
    FIRST_VOICES,
    FORMAT,
    LISTEN,
    PLAY,
    Playing,
    describe_file,
    vocabulary,
)
from engine.models.networks import build_network
from engine.music.kit import Voice
from engine.music.notes import COMMON_TIME, Metre, Pattern
from engine.recipe import Recipe
from engine.training.checkpoint import BEST, Checkpoint, save_checkpoint
from engine.training.export import export, write_graph

FIRST_HITS = FIRST_VOICES * GRID_CHANNELS
FIRST_HISTORY = 2 * FIRST_HITS
FIRST_CONDITIONS = CONDITIONS - PLACES
SIZE = 8  # of the network of the first kit

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


def book_of(*grooves: Groove) -> Book:
    """A book whose grooves are as likely as each other."""
    return Book(grooves, np.full(len(grooves), 1 / len(grooves)))


def write_grooves(folder: Path, book: tuple[Groove, ...] = BOOK_OF_SEVEN, *, seed: int = 1) -> Path:
    """A book and an untrained network that ranks it, as `drumd grooves` leaves them."""
    folder.mkdir(parents=True, exist_ok=True)
    write_book(folder / BOOK, book_of(*book), {"sources": {"written for the tests": len(book)}})
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


class FirstListen(nn.Module):
    """Hears as networks of the first kit did, by the shapes alone."""

    def __init__(self) -> None:
        super().__init__()
        self.step = nn.Linear(FIRST_CONDITIONS + FIRST_HISTORY + 1, SIZE)
        self.note = nn.Linear(NOTE_VALUES + 2, 2 * SIZE)
        self.likely = nn.Linear(SIZE, FIRST_VOICES)

    def forward(
        self,
        pitch: Tensor,
        values: Tensor,
        step: Tensor,
        count: Tensor,
        history: Tensor,
        conditions: Tensor,
        bar_steps: Tensor,
    ) -> tuple[Tensor, ...]:
        told = torch.stack([pitch / 127, torch.remainder(step, bar_steps) / 24], dim=2)
        notes = self.note(torch.cat([told.to(values.dtype), values], dim=2))
        heard = notes.sum(dim=1, keepdim=True) / count.clamp(min=1)[:, None, None]
        place = torch.remainder(torch.arange(conditions.shape[1]), bar_steps)
        guitar = heard[..., :1] + 0 * conditions[..., :1]
        context = self.step(torch.cat([conditions, history[:, place], guitar], dim=2))
        return context, self.likely(context), heard, torch.tanh(heard[:, 0, :SIZE])


class FirstPlay(nn.Module):
    """Answers one step as networks of the first kit did."""

    def __init__(self) -> None:
        super().__init__()
        self.drums = nn.Linear(FIRST_HITS + FIRST_HISTORY + 2 * SIZE, SIZE)
        self.voices = nn.Linear(SIZE, 2**FIRST_VOICES)
        self.velocity = nn.Linear(SIZE, FIRST_VOICES * VELOCITIES)
        self.offset = nn.Linear(SIZE, FIRST_VOICES * len(OFFSETS))

    def forward(
        self,
        context: Tensor,
        notes: Tensor,
        previous: Tensor,
        history: Tensor,
        hidden: Tensor,
        cell: Tensor,
    ) -> tuple[Tensor, ...]:
        known = self.drums(torch.cat([previous, history, notes], dim=2))
        out = torch.tanh(context + known + hidden[0][:, None] + cell[0][:, None])
        shape = (-1, 1, FIRST_VOICES)
        velocity = self.velocity(out).view(*shape, VELOCITIES)
        offset = self.offset(out).view(*shape, len(OFFSETS))
        return self.voices(out), velocity, offset, out[:, 0][None], 0.5 * cell


def first_kit_bundle(folder: Path) -> Path:
    """A bundle of version 2, as drummers were before there were grooves: ten voices, two bars."""
    folder.mkdir(parents=True)
    torch.manual_seed(1)
    rows, steps = 2, 24
    notes = torch.ones(rows, 5, dtype=torch.int64)
    past = torch.rand(rows, steps, FIRST_HISTORY)
    told = torch.rand(rows, 2 * steps, FIRST_CONDITIONS)
    heard = (notes, torch.rand(rows, 5, NOTE_VALUES), notes, notes[:, 0], past, told)
    axes = {name: {0: "rows", 1: "notes"} for name in ("pitch", "values", "step")}
    axes |= {name: {0: "rows", 1: "steps"} for name in ("conditions", "context", "likely")}
    axes |= {"history": {0: "rows", 1: "bar"}, "count": {0: "rows"}}
    axes |= {name: {0: "rows"} for name in ("notes", "state")}
    inputs = ["pitch", "values", "step", "count", "history", "conditions", "bar_steps"]
    outputs = ["context", "likely", "notes", "state"]
    example = (*heard, torch.tensor(steps))
    write_graph(FirstListen(), example, folder / LISTEN, inputs, outputs, axes)
    one = (torch.rand(rows, 1, size) for size in (SIZE, 2 * SIZE, FIRST_HITS, FIRST_HISTORY))
    inputs = ["context", "notes", "previous", "history", "hidden", "cell"]
    outputs = ["voices", "velocity", "offset", "hidden_next", "cell_next"]
    axes = {name: {0: "rows"} for name in (*inputs[:4], *outputs[:3])}
    axes |= {name: {1: "rows"} for name in ("hidden", "cell", "hidden_next", "cell_next")}
    example = (*one, torch.rand(1, rows, SIZE), torch.rand(1, rows, SIZE))
    write_graph(FirstPlay(), example, folder / PLAY, inputs, outputs, axes)
    about = {
        "format": FORMAT,
        "version": FIRST_KIT,
        "vocabulary": vocabulary(FIRST_KIT),
        "playing": asdict(Playing()),
        "files": {name: describe_file(folder / name) for name in (LISTEN, PLAY)},
    }
    (folder / ABOUT).write_text(json.dumps(about), "utf-8")
    return folder
