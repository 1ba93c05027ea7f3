"""How much of the time training learns, and whether two processes are worth it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import torch

from engine.corpus.store import read_corpus
from engine.recipe import Recipe, load_recipe
from engine.training.checkpoint import LOG
from engine.training.drum_task import DrumTask
from engine.training.train import train
from tests.benches.figures import Figure, Options
from tests.support.songs import small_corpus

ROOT = Path(__file__).parents[2]
RECIPES = ("lstm", "transformer")
MADE_UP_SONGS = 240
STEPS, ROUNDS = 20, 3
PROCESSES, WINDOWS = 2, 5_000
GOAL_LEARNING, GOAL_PROCESSES, GOAL_LOSS = 0.80, 1.0, 0.02


def run(options: Options) -> Iterator[Figure]:
    """On the corpus of DATA, or on made-up songs where that is none."""
    with tempfile.TemporaryDirectory() as room:
        given = options.data if options.data and (options.data / "corpus.json").exists() else None
        corpus = given or small_corpus(Path(room) / "songs", MADE_UP_SONGS)
        for name in RECIPES:
            yield from learning(name, corpus, Path(room) / name)
            yield from processes(name, corpus, Path(room) / name)


def learning(name: str, corpus: Path, room: Path) -> Iterator[Figure]:
    """Windows a second of the training loop against a bare one on batches made before."""
    recipe = _recipe(name, threads=1)
    task = DrumTask(recipe, read_corpus(corpus))
    loop, bare = 0.0, 0.0
    for number in range(ROUNDS):  # by turns, and the best of each: other work spoils neither
        loop = max(loop, loop_speed(task, recipe, room / f"loop{number}"))
        bare = max(bare, bare_speed(task, recipe))
    yield Figure(f"{name}: windows a second, one thread", loop)
    share = loop / bare
    yield Figure(f"{name}: of a bare loop's speed", share, GOAL_LEARNING, more_is_better=True)


def loop_speed(task: DrumTask, recipe: Recipe, folder: Path) -> float:
    """Windows a second of the training loop."""
    steps: list[float] = []
    begun = time.perf_counter()
    train(
        task,
        recipe,
        folder,
        report=lambda _: steps.append(time.perf_counter() - begun),
        stopped=lambda: len(steps) >= STEPS,
    )
    windows = sum(len(task.batch(0, step)) for step in range(STEPS))
    return windows / steps[STEPS - 1]


def bare_speed(task: DrumTask, recipe: Recipe) -> float:
    """Windows a second of forward, backward and update alone."""
    batches = [task.batch(0, step) for step in range(STEPS)]
    optimizer = torch.optim.AdamW(task.model.parameters(), lr=recipe.train.rate)
    begun = time.perf_counter()
    for batch in batches:
        with torch.autocast("cpu", torch.bfloat16, enabled=recipe.train.bfloat16):
            loss = task.loss_of(batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return sum(map(len, batches)) / (time.perf_counter() - begun)


def processes(name: str, corpus: Path, room: Path) -> Iterator[Figure]:
    """Processes of one thread against one process of as many threads: speed, and the loss."""
    shared = _trained(name, corpus, room / "shared", processes=PROCESSES, threads=1)
    alone = _trained(name, corpus, room / "alone", processes=1, threads=PROCESSES)
    what = f"{name}: {PROCESSES} processes"
    yield Figure(f"{what}: windows a second", shared["windows_per_s"])
    ratio = shared["windows_per_s"] / alone["windows_per_s"]
    yield Figure(
        f"{what} against {PROCESSES} threads: speed", ratio, GOAL_PROCESSES, more_is_better=True
    )
    apart = abs(shared["loss"] / alone["loss"] - 1)
    yield Figure(f"{what} against {PROCESSES} threads: loss differs by", apart, GOAL_LOSS)


def _trained(
    name: str, corpus: Path, room: Path, *, processes: int, threads: int
) -> Mapping[str, float]:
    """The log's line of an epoch by `drumd train`."""
    room.mkdir(parents=True)
    config = room / "recipe.toml"
    config.write_text(_toml(_recipe(name, threads)), "utf-8")
    launch = [sys.executable]
    if processes > 1:
        launch += ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node"]
        launch += [str(processes)]
    command = ["-m", "drumd", "train", "--config", config, "--data", corpus, "-o", room / "run"]
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    subprocess.run(
        [*launch, *command], cwd=ROOT, env=environment, check=True, stderr=subprocess.DEVNULL
    )
    line: Mapping[str, float] = json.loads((room / "run" / LOG).read_text().splitlines()[-1])
    return line


def _recipe(name: str, threads: int) -> Recipe:
    """A published recipe, cut to one short epoch."""
    recipe = load_recipe(ROOT / "configs" / f"{name}.toml")
    data = {**recipe.data, "epoch_windows": WINDOWS, "valid_windows": 128}
    return replace(recipe, data=data, train=replace(recipe.train, epochs=1, threads=threads))


def _toml(recipe: Recipe) -> str:
    whole = recipe.to_dict()
    plain = "".join(f"{key} = {json.dumps(whole[key])}\n" for key in ("task", "seed"))
    return plain + "".join(
        f"[{name}]\n"
        + "".join(f"{key} = {json.dumps(value)}\n" for key, value in whole[name].items())
        for name in ("train", "model", "data")
    )
