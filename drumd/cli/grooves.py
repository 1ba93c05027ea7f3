"""`drumd grooves`: a book of grooves and the network that ranks it, from a corpus."""

from __future__ import annotations

import json
from pathlib import Path

import click

from drumd.cli.terminal import tell


@click.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", "folder", required=True, type=click.Path(path_type=Path), help="Their folder."
)
@click.option("--steps", type=click.IntRange(1), help="Batches to learn from (4,500 unless told).")
@click.option("--seed", type=int, help="Another seed makes another network.")
@click.option("--json", "as_json", is_flag=True, help="Print what was made as JSON.")
def command(corpus: Path, folder: Path, steps: int | None, seed: int | None, as_json: bool) -> None:
    """Make a book of grooves from CORPUS, and the network that ranks it by the guitar.

    A groove is in the book because several songs share it bar by bar, because a human drummer of
    the Groove MIDI Dataset plays it, or because it was written for drumd: never one song's own.

    \b
    drumd prepare my-songs -o corpus
    drumd grooves corpus -o my-grooves
    drumd export runs/mine --grooves my-grooves -o my-bundle
    """
    from drumd.cli.progress import progress_bar
    from engine.corpus.store import read_corpus
    from engine.errors import needs

    with needs("train", "drumd grooves"):
        from engine.grooves.training.train_fit import GrooveSettings, make_grooves

    given = {key: value for key, value in (("steps", steps), ("seed", seed)) if value is not None}
    songs = read_corpus(corpus)
    with progress_bar("grooves") as progress:
        about = make_grooves(
            songs, folder, GrooveSettings(**given), lambda at: progress(at.step, at.steps)
        )
    if as_json:
        click.echo(json.dumps({"folder": str(folder), **about}))
        return
    made = ", ".join(f"{count} {source}" for source, count in about["sources"].items())
    scores = about["scores"]
    tell(f"{folder}: {sum(about['sources'].values())} grooves ({made})")
    if not scores:
        tell("no held-out song is long enough to measure them on")
        return
    tell(
        f"held-out songs: the first idea agrees {scores['first_64']:.3f} with their drums, the"
        f" best of five {scores['best_64']:.3f}; after one bar {scores['first_1']:.3f}"
    )
