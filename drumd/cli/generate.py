"""`drumd generate`: drums for guitar files, one or many at a time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drumd.cli.progress import cores, progress_bar
from drumd.cli.terminal import tell
from drumd.errors import DrumdError
from engine.music.wishes import STYLE_NAMES, Wishes, style_of

if TYPE_CHECKING:
    from engine.inference.render import Job, RenderResult

DRUMS = ".drums.mid"
Share = click.FloatRange(0.0, 1.0)
AnyPath = click.Path(path_type=Path)


@click.command(no_args_is_help=True)
@click.argument("guitars", metavar="GUITAR.mid...", nargs=-1, required=True, type=AnyPath)
@click.option(
    "-o", "--out", type=AnyPath,
    help="Where the drums go: a file, or a folder where there are several guitars."
    " If left out: NAME.drums.mid beside each guitar.",
)  # fmt: skip
@click.option("--track", help="The guitar's track: its name, a part of it, or its number.")
@click.option("--with-guitar", is_flag=True, help="Keep the guitar's track beside the drums.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True,
    help="The same seed gives the same drums.",
)  # fmt: skip
@click.option(
    "--temperature", type=click.FloatRange(0.0, 3.0),
    help="Below 1 plays safer, above 1 wilder; the bundle's own if left out.",
)  # fmt: skip
@click.option(
    "--style", type=click.Choice(STYLE_NAMES, case_sensitive=False), default=STYLE_NAMES[0],
    show_default=True, help="What it plays; auto leaves it to the drummer.",
)  # fmt: skip
@click.option("--density", type=Share, help="How many strokes, 0..1; its own choice if left out.")
@click.option(
    "--intensity", type=Share, help="How hard, 0..1; it goes with the guitar if left out."
)
@click.option("--humanize", type=Share, help="0: on the grid and even; 1: as it has learnt.")
@click.option("--model", "bundle", type=AnyPath, help="A bundle; the one that ships if left out.")
@click.option("--plot", type=AnyPath, help="Draw the guitar over the drums to this picture.")
@click.option("--score", type=AnyPath, help="Write the drums as notation to this MusicXML file.")
@click.option("--force", is_flag=True, help="Overwrite drums that are there already.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def command(
    guitars: tuple[Path, ...],
    out: Path | None,
    track: str | None,
    with_guitar: bool,
    seed: int,
    temperature: float | None,
    style: str,
    density: float | None,
    intensity: float | None,
    humanize: float | None,
    bundle: Path | None,
    plot: Path | None,
    score: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write drums for a guitar file, in its own ticks, tempo and metre, on channel 10.

    \b
    One song:           drumd generate riff.mid -o drums.mid
    See and read them:  drumd generate riff.mid --plot riff.png --score riff.musicxml
    Another guitar:     drumd generate song.mid --track "Rhythm"
    Told how to play:   drumd generate riff.mid --style funk --density 0.7 --intensity 0.4
    A whole folder:     drumd generate songs/*.mid -o drums/

    Drums play where the guitar plays and through its rests of up to a bar. Without --track the
    part with a guitar's sound or name and the most notes is taken; an unknown --track lists
    what there is.
    """
    from engine.inference.bundle import open_bundle
    from engine.inference.render import Job

    if len(guitars) > 1 and (plot or score):
        raise click.UsageError("--plot and --score are for one guitar at a time")
    open_bundle(bundle)  # what is wrong with it is said once, and before the work
    wishes = Wishes(style_of(style), density, intensity, humanize=humanize)
    jobs = [
        Job(guitar, target, track, bundle, seed, temperature, with_guitar, plot, score, wishes)
        for guitar, target in zip(guitars, _targets(guitars, out), strict=True)
    ]
    if len(jobs) == 1 and not force:
        _refuse_to_overwrite(plot, score)
    outcomes = _work(jobs, force=force)
    _report(outcomes, as_json=as_json)
    if any(outcome.error for outcome in outcomes):
        raise SystemExit(1)


def _targets(guitars: Sequence[Path], out: Path | None) -> list[Path]:
    """Where the drums of each guitar go."""
    if len(guitars) == 1 and out is not None and not out.is_dir():
        return [out]
    if out is not None and out.exists() and not out.is_dir():
        raise click.UsageError(f"{out} is a file; name a folder for the drums of several guitars")
    targets = [(out or guitar.parent) / (guitar.stem + DRUMS) for guitar in guitars]
    twice = [target for target, count in Counter(targets).items() if count > 1]
    if twice:
        raise click.UsageError(f"several guitars would be drummed to in {twice[0]}")
    if out is not None:
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DrumdError(f"{out} cannot be made: {error.strerror}") from error
    return targets


def _work(jobs: Sequence[Job], *, force: bool) -> list[RenderResult]:
    """The outcome of each job, in their order; one alone runs in this process."""
    from engine.inference.render import RenderResult, drum_all, run

    done = {
        job: RenderResult(job.source, job.target, error=reason)
        for job in jobs
        if (reason := _in_the_way(job, force=force))
    }
    todo = [job for job in jobs if job not in done]
    if len(todo) == 1:
        done[todo[0]] = run(todo[0])
    elif todo:
        with progress_bar("songs") as progress:
            outcomes = drum_all(todo, processes=cores(), progress=progress)
        done |= zip(todo, outcomes, strict=True)
    return [done[job] for job in jobs]


def _in_the_way(job: Job, *, force: bool) -> str:
    """Why the drums cannot go where they should, or nothing."""
    if job.target.resolve() == job.source.resolve():
        return f"{job.target} is the guitar itself; name another file for the drums"
    if job.target.exists() and not force:
        return f"{job.target} is there already; --force overwrites it"
    return ""


def _refuse_to_overwrite(*paths: Path | None) -> None:
    for path in paths:
        if path is not None and path.exists():
            raise DrumdError(f"{path} is there already; --force overwrites it")


def _report(outcomes: Sequence[RenderResult], *, as_json: bool) -> None:
    if as_json:
        rows = [
            {
                "source": str(outcome.source),
                "target": str(outcome.target),
                "guitar": outcome.guitar,
                "bars": outcome.bars,
                "bars_rested": outcome.bars_rested,
                "hits": outcome.hits,
                "error": outcome.error,
            }
            for outcome in outcomes
        ]
        click.echo(json.dumps({"files": rows}))
        return
    for outcome in outcomes:
        if outcome.error:
            tell(f"Error: {outcome.error}", err=True)
        else:
            tell(_sentence(outcome))
    failed = sum(bool(outcome.error) for outcome in outcomes)
    if len(outcomes) > 1:
        tell(f"{len(outcomes) - failed} drummed to, {failed} not", err=True)


def _sentence(outcome: RenderResult) -> str:
    text = (
        f"{outcome.target}: {outcome.hits} hits in {outcome.bars} bars, to track {outcome.guitar}"
    )
    if outcome.bars_rested:
        text += f"; {outcome.bars_rested} bars rest, their metre does not fit the drummer's grid"
    return text
