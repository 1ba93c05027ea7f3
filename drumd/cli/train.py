"""`drumd train`: teach a drummer from a corpus."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from drumd.cli.terminal import tell

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from engine.training.train import TrainProgress

INTERRUPTED = 130


@click.command()
@click.option(
    "--config",
    "recipe_file",
    required=True,
    type=click.Path(path_type=Path),
    help="The recipe, a TOML file; see configs/lstm_plain.toml.",
)
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path),
    help="The corpus, as `drumd prepare` wrote it.",
)
@click.option(
    "-o", "--out", "run", required=True, type=click.Path(path_type=Path), help="The run's folder."
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with a run that was stopped or killed, or for more epochs.",
)
@click.option(
    "--from",
    "start",
    metavar="RUN",
    type=click.Path(exists=True, path_type=Path),
    help="Begin with the weights of another run, a checkpoint file or a bundle.",
)
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda", "mps"]),
    default="auto",
    show_default=True,
    help="Where to compute: auto is the GPU that torch finds, else the CPU.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def command(
    recipe_file: Path,
    data: Path,
    run: Path,
    resume: bool,
    start: Path | None,
    device: str,
    as_json: bool,
) -> None:
    """Teach a drummer from a corpus.

    \b
    drumd prepare my-songs -o corpus
    drumd train --config configs/lstm_plain.toml --data corpus -o runs/mine
    drumd export runs/mine -o my-bundle
    drumd listen --in Guitar --out "AI Drums" --model my-bundle

    \b
    drumd train --config my.toml --from runs/lstm --data corpus -o runs/mine

    The run's folder gets log.jsonl (a line an epoch), best.safetensors and last.safetensors.
    Ctrl-C stops after the step under way; --resume goes on from there, or from the last save
    when the run was killed, and ends with the same weights (on a CPU; what a GPU adds up may
    differ by rounding). A run may be taken up on another device. --from teaches a drummer that
    has learnt already: another run, or a bundle.

    \b
    Two processes share the work, each with one thread and a copy of the corpus in memory:
    torchrun --standalone --nproc-per-node 2 -m drumd train --config ... --data ... -o ...
    """
    if resume and start is not None:
        raise click.UsageError("--resume goes on with the run's own weights; leave out --from")
    from engine.errors import needs
    from engine.recipe import load_recipe

    recipe = load_recipe(recipe_file)
    with needs("train", "drumd train"):
        from engine.tasks import open_task
        from engine.training.device import find_device
        from engine.training.distributed import joined
        from engine.training.train import train
        from engine.training.warm_start import load_start

    place = find_device(device)
    begun = None if start is None else load_start(start)
    task = open_task(recipe, data)
    with joined() as share, stop_signals() as stops, progress_bar() as show:
        outcome = train(
            task,
            recipe,
            run,
            resume=resume,
            start=begun,
            report=show if share.first else lambda _: None,
            stopped=lambda: bool(stops),
            share=share,
            device=place,
        )
    if share.first and as_json:
        best = outcome.best if isfinite(outcome.best) else None
        click.echo(json.dumps({"run": str(run), **asdict(outcome), "best": best}))
    elif share.first:
        tell(_sentence(run, outcome.finished, outcome.step, outcome.best), err=True)
    if not outcome.finished:
        sys.exit(INTERRUPTED)


@contextmanager
def stop_signals() -> Iterator[list[int]]:
    """A list that fills when Ctrl-C or SIGTERM comes; the step under way is finished first."""
    stops: list[int] = []
    kinds = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(kind, lambda number, _: stops.append(number)) for kind in kinds]
    try:
        yield stops
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)


@contextmanager
def progress_bar() -> Iterator[ProgressBar]:
    """A bar on stderr: loss, windows a second, time left, last validation."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        TextColumn("epoch {task.fields[epoch]}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%  loss {task.fields[loss]:.3f}"),
        TextColumn("{task.fields[speed]:.0f} windows/s  valid {task.fields[valid]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        refresh_per_second=2,
    ) as bar:
        yield ProgressBar(bar)


class ProgressBar:
    """Shows each report of the training loop, and a line for each epoch that stays."""

    def __init__(self, bar: RichProgress) -> None:
        self._bar = bar
        self._line: TaskID | None = None
        self._scores: dict[str, float] = {}

    def __call__(self, progress: TrainProgress) -> None:
        fields: dict[str, Any] = {
            "epoch": f"{progress.epoch}/{progress.epochs}",
            "loss": progress.loss,
            "speed": progress.windows_per_s,
            "valid": f"{progress.scores['score']:.3f}" if progress.scores else "-",
        }
        if self._line is None:
            self._line = self._bar.add_task("", total=progress.steps, **fields)
        self._bar.update(self._line, completed=progress.step, **fields)
        if progress.scores is not self._scores and progress.scores:
            self._scores = progress.scores
            scores = "  ".join(f"{name} {value:.3f}" for name, value in progress.scores.items())
            self._bar.console.print(f"epoch {progress.epoch}: loss {progress.loss:.3f}  {scores}")


def _sentence(run: Path, finished: bool, step: int, best: float) -> str:
    if finished:
        return f"done: {step} steps, best validation {best:.3f}; drumd export {run} -o BUNDLE"
    return f"stopped after step {step}, all saved in {run}; go on with --resume"
