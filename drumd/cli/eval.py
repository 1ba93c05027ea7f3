"""`drumd eval`: how near a bundle comes to the drums of songs it has not seen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from drumd.cli.progress import cores, progress_bar

if TYPE_CHECKING:
    from engine.evaluate import SongResult
    from engine.metrics import Mean

Folder = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("bundle", required=False, type=click.Path(path_type=Path))
@click.option("--data", required=True, type=Folder, help="A corpus, or a folder of MIDI songs.")
@click.option("--split", type=click.Choice(["valid", "train"]), default="valid", show_default=True)
@click.option(
    "--part", type=click.Choice(["tune", "last", "all"]), default="tune", show_default=True,
    help="Half of the songs, by their group; keep the last half for the last look.",
)  # fmt: skip
@click.option("--songs", "most", type=click.IntRange(min=1), help="At most so many songs.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--temperature", type=click.FloatRange(0.0, 3.0, min_open=True))
@click.option("--json", "as_json", is_flag=True, help="Print every song's scores as JSON.")
def command(
    bundle: Path | None,
    data: Path,
    split: str,
    part: str,
    most: int | None,
    seed: int,
    temperature: float | None,
    as_json: bool,
) -> None:
    """Measure a bundle (the one that ships if left out) on songs it has not seen.

    Each guitar song is drummed to from start to end without a look at its own drums. Hit F1 (on a
    grid of sixteenths, 9 voices) is shown beside that of a fixed rock beat, and of the same
    bundle when it hears the guitar of another song.

    \b
    drumd eval --data CORPUS
    drumd eval BUNDLE --data songs/ --part last --json > last.json
    """
    from engine.bundle import open_bundle
    from engine.corpus import read_corpus
    from engine.eval_songs import songs_of
    from engine.evaluate import evaluate

    folder = open_bundle(bundle).folder
    with _corpus(data) as corpus:
        songs = songs_of(read_corpus(corpus), split=split, part=part)
    with progress_bar("songs") as progress:
        results = evaluate(
            songs[:most],
            bundle=bundle,
            seed=seed,
            temperature=temperature,
            processes=cores(),
            progress=progress,
        )
    if as_json:
        click.echo(json.dumps(_document(results, folder, split, part)))
    else:
        _show(results, f"{folder.name} on {len(results)} songs, split {split}, part {part}")


@contextmanager
def _corpus(data: Path) -> Iterator[Path]:
    """The folder of a corpus; one is made for a while where `data` holds songs."""
    from engine.prepare import prepare_songs

    if (data / "corpus.json").is_file():
        yield data
        return
    with TemporaryDirectory() as folder:
        with progress_bar("preparing") as progress:
            prepare_songs([data], Path(folder) / "corpus", jobs=cores(), progress=progress)
        yield Path(folder) / "corpus"


def _document(
    results: Sequence[SongResult], bundle: Path, split: str, part: str
) -> dict[str, object]:
    from engine.evaluate import MODEL, gains, means, voice_means
    from engine.metrics import ROWS

    voices = zip(ROWS, voice_means(results, MODEL), strict=True)
    return {
        "bundle": str(bundle),
        "split": split,
        "part": part,
        "means": {
            name: {measure: asdict(mean) for measure, mean in row.items()}
            for name, row in means(results).items()
        },
        "gains": {name: asdict(mean) for name, mean in gains(results).items()},
        "voices": {voice.name.lower(): mean and asdict(mean) for voice, mean in voices},
        "songs": [asdict(result) for result in results],
    }


def _show(results: Sequence[SongResult], title: str) -> None:
    from rich.console import Console
    from rich.table import Table

    from engine.evaluate import MODEL, gains, means, voice_means
    from engine.metrics import ROWS

    console = Console(markup=False, highlight=False)
    columns = ("", "hit F1 [95 %]", "precision", "recall", "any hit", "hits a bar")
    table = Table(*columns, title=title, box=None)
    for name, row in means(results).items():
        others = (f"{row[measure].mean:.3f}" for measure in ("precision", "recall", "jaccard"))
        table.add_row(name, str(row["f1"]), *others, f"{row['hits_per_bar'].mean:.1f}")
    console.print(table)
    console.print(f"\nhits a bar as played: {means(results)[MODEL]['true_hits_per_bar'].mean:.1f}")
    for name, mean in gains(results).items():
        console.print(f"{MODEL} above {name}, song by song: {_signed(mean)}")
    rows = zip(ROWS, voice_means(results, MODEL), strict=True)
    voices = (f"{v.name.lower().replace('_', ' ')} {m.mean:.2f}" for v, m in rows if m)
    console.print(f"F1 by voice: {', '.join(voices)}")


def _signed(mean: Mean) -> str:
    return f"{mean.mean:+.3f} [{mean.low:+.3f}, {mean.high:+.3f}]"
