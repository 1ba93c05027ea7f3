"""`drumd generate`: drums for guitar files, one or many at a time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drumd.cli.progress import cores, progress_bar
from drumd.cli.terminal import tell
from drumd.cli.transcribe import LONGEST_S, ONE_HELP, Seconds, beats_told, hear
from drumd.config import KIT_SOUNDS
from drumd.errors import DrumdError
from engine.music.kit_map import STANDARD, kit_map
from engine.music.wishes import FEEL_NAMES, STYLE_NAMES, Wishes, feel_named, style_of

if TYPE_CHECKING:
    from engine.inference.render import Job, RenderResult

DRUMS = ".drums.mid"
MOST_IDEAS = 5
GUITAR_PEAK = 0.6  # of a recording in its mix, of full scale
Share = click.FloatRange(0.0, 1.0)
AnyPath = click.Path(path_type=Path)


@click.command(no_args_is_help=True)
@click.argument("guitars", metavar="GUITAR...", nargs=-1, required=True, type=AnyPath)
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
@click.option(
    "--feel", type=click.Choice(FEEL_NAMES, case_sensitive=False), default=FEEL_NAMES[0],
    show_default=True, help="How the beat divides; auto leaves it to the drummer.",
)  # fmt: skip
@click.option("--density", type=Share, help="How many strokes, 0..1; its own choice if left out.")
@click.option(
    "--intensity", type=Share, help="How hard, 0..1; it goes with the guitar if left out."
)
@click.option("--humanize", type=Share, help="0: on the grid and even; 1: as it has learnt.")
@click.option(
    "--ideas", type=click.IntRange(1, MOST_IDEAS), default=1, show_default=True,
    help="Write so many of its ideas, the best first: NAME.drums.mid, NAME.drums-2.mid ...",
)  # fmt: skip
@click.option(
    "--groove", metavar="FILE.mid", type=AnyPath,
    help="Keep to the groove in this file: its first one to four bars of drums.",
)  # fmt: skip
@click.option(
    "--kit", metavar="KIT", default=STANDARD, show_default=True,
    help="Whose keys the drums are written on: see `drumd kits`.",
)  # fmt: skip
@click.option(
    "--bpm", type=click.FloatRange(20, 400), help="About how fast a recording is, within some 8 %."
)
@click.option("--one", type=Seconds, help=ONE_HELP)
@click.option(
    "--mix", type=AnyPath,
    help="Write the recording with its drums to this audio file; needs pip install 'drumd[audio]'.",
)  # fmt: skip
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
    feel: str,
    density: float | None,
    intensity: float | None,
    humanize: float | None,
    ideas: int,
    groove: Path | None,
    kit: str,
    bpm: float | None,
    one: float | None,
    mix: Path | None,
    bundle: Path | None,
    plot: Path | None,
    score: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write drums for a guitar: a MIDI file or a recording (.wav, .flac, .mp3, .ogg).

    \b
    One song:           drumd generate riff.mid -o drums.mid
    See and read them:  drumd generate riff.mid --plot riff.png --score riff.musicxml
    Another guitar:     drumd generate song.mid --track "Rhythm"
    Told how to play:   drumd generate riff.mid --style funk --density 0.7 --intensity 0.4
    Five ideas:         drumd generate riff.mid --ideas 5 --plot ideas.png
    Your own groove:    drumd generate riff.mid --groove beat.mid
    A whole folder:     drumd generate songs/*.mid -o drums/
    A recording:        drumd generate riff.wav -o drums.mid --mix mix.wav

    Drums are in the file's own ticks, tempo and metre, on channel 10. To a recording they are in
    its own time, with a tempo for every beat; bars and beats are found by ear.

    A file that is there already is kept unless --force is given; the guitar's own file always is.

    Drums play where the guitar plays and through its rests of up to a bar. Without --track the
    part with a guitar's sound or name and the most notes is taken; an unknown --track lists
    what there is.
    """
    from drumd.sound.kits.sample_files import AUDIO
    from engine.inference.bundle import open_bundle
    from engine.inference.render import Job
    from engine.storage.outputs import check_outputs

    if len(guitars) > 1 and (plot or score or mix):
        raise click.UsageError("--plot, --score and --mix are for one guitar at a time")
    sound = [guitar for guitar in guitars if guitar.suffix.lower() in AUDIO]
    if mix and not sound:
        raise click.UsageError("--mix is for a recording; `drumd render` makes a MIDI file sound")
    if mix and kit != STANDARD:
        raise click.UsageError("--mix sounds by drumd's own kit; leave it or --kit out")
    if groove and ideas > 1:
        raise click.UsageError("--groove gives the groove; leave it or --ideas out")
    kit_map(kit)
    open_bundle(bundle)  # what is wrong with it is said once, and before the work
    wishes = Wishes(style_of(style), density, intensity, humanize=humanize, feel=feel_named(feel))
    targets = _targets(guitars, out)
    heard = {guitar: hear(guitar, bpm, one) for guitar in sound}
    jobs = [
        Job(
            guitar, target, track, bundle, seed, temperature, with_guitar, plot, score, wishes,
            ideas, groove, kit,
            heard[guitar].midi(for_drummer=True) if guitar in heard else None,
        )
        for guitar, target in zip(guitars, targets, strict=True)
    ]  # fmt: skip
    pictures = [path for path in (plot, score, mix) if path]
    check_outputs(_read_by(jobs) if pictures else (), pictures, force=force)
    drums = [path for job in jobs for path in job.targets]
    check_outputs((), [*drums, *pictures] if pictures else (), force=True)
    with _folder_for(targets, out):
        outcomes = _work(jobs, force=force)
        if mix and not outcomes[0].error:
            _mix(jobs[0], mix)
    _report(outcomes, as_json=as_json)
    if not as_json:
        for guitar, recording in heard.items():
            tell(f"{guitar} was heard {beats_told(recording)}")
    if any(outcome.error for outcome in outcomes):
        raise SystemExit(1)


def _mix(job: Job, mix: Path) -> None:
    """The recording and its drums as sound."""
    import numpy as np

    from drumd.sound.kits.sample_files import read_sound
    from drumd.sound.kits.store import load_kit
    from drumd.sound.render import render
    from drumd.sound.score import score_of
    from engine.midi.read import read_song

    kit = load_kit(KIT_SOUNDS[0])
    recording = read_sound(job.source, kit.rate, longest_s=LONGEST_S)
    recording *= np.float32(GUITAR_PEAK / max(1e-3, np.abs(recording).max()))
    render(score_of(read_song(job.target), drums_only=True), kit, mix, recording)


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
    return targets


@contextmanager
def _folder_for(targets: Sequence[Path], out: Path | None) -> Iterator[None]:
    """A folder for the drums of several guitars; one made in vain goes again."""
    made = out is not None and out not in targets and not out.exists()
    try:
        if out is not None and out not in targets:
            out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DrumdError(f"{out} cannot be made: {error.strerror}") from error
    try:
        yield
    finally:
        if made and out is not None:
            with suppress(OSError):
                out.rmdir()


def _work(jobs: Sequence[Job], *, force: bool) -> list[RenderResult]:
    """The outcome of each job, in their order; one alone runs in this process."""
    from engine.inference.render import RenderResult, drum_all, run
    from engine.storage.outputs import identities

    read = identities(_read_by(jobs))
    done = {
        job: RenderResult(job.source, job.target, error=reason)
        for job in jobs
        if (reason := _in_the_way(job, read, force=force))
    }
    todo = [job for job in jobs if job not in done]
    if len(todo) == 1:
        done[todo[0]] = run(todo[0])
    elif todo:
        with progress_bar("songs") as progress:
            outcomes = drum_all(todo, processes=cores(), progress=progress)
        done |= zip(todo, outcomes, strict=True)
    return [done[job] for job in jobs]


def _read_by(jobs: Sequence[Job]) -> set[Path]:
    paths = (path for job in jobs for path in (job.source, job.groove, job.bundle))
    return {path for path in paths if path}


def _in_the_way(job: Job, read: Collection[object], *, force: bool) -> str:
    """Why the drums of a job may not be written, or nothing."""
    from engine.storage.outputs import in_the_way

    reasons = (in_the_way(target, read, force=force) for target in job.targets)
    return next((reason for reason in reasons if reason), "")


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
                "ideas": [
                    {
                        "target": str(idea.target),
                        "groove": idea.groove,
                        "parts": idea.parts,
                        "hits": idea.hits,
                    }
                    for idea in outcome.ideas
                ],
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
    for idea in outcome.ideas:
        if idea.groove:
            parts = f"; parts {idea.parts}" if len(idea.parts) > 1 else ""
            text += f"\n  {idea.target.name}: {idea.groove}{parts}"
    return text
