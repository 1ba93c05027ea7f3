"""`drumd prepare`: folders of MIDI songs, or the seed's arrays, to a corpus."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drumd.cli.progress import cores, progress_bar
from drumd.status.plain import harmless

if TYPE_CHECKING:
    from engine.corpus.store import Report

Folder = click.Path(exists=True, path_type=Path)


@click.command()
@click.argument("folders", metavar="DIR...", nargs=-1, required=True, type=Folder)
@click.option(
    "-o", "--out", "target", required=True, type=click.Path(path_type=Path),
    help="The corpus, a folder.",
)  # fmt: skip
@click.option("--jobs", type=click.IntRange(min=1), help="Processes; all cores if not given.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(folders: tuple[Path, ...], target: Path, jobs: int | None, as_json: bool) -> None:
    """Turn folders of MIDI songs into a corpus to train on.

    \b
    drumd prepare my-songs more-songs -o corpus

    A manifest.csv in a folder tells each song's split, group and licence; without one, songs are
    split by name. A file that cannot be used is left out, and the reason is counted. A human
    drummer alone teaches touch; the info.csv of the Groove MIDI Dataset is read as a manifest.
    Folders of note-name arrays (*.jsonl.gz, *.npz) make a corpus for configs/seed.toml.
    """
    if all(_holds_tokens(folder) for folder in folders):
        from engine.seed.token_corpus import prepare_tokens

        report = prepare_tokens(folders, target)
    else:
        from engine.corpus.prepare import prepare_songs

        with progress_bar("songs") as progress:
            report = prepare_songs(folders, target, jobs=jobs or cores(), progress=progress)
    if as_json:
        click.echo(json.dumps(asdict(report)))
    else:
        _show(report, target)


def _holds_tokens(place: Path) -> bool:
    """Whether a place holds note-name arrays and no MIDI songs."""
    from engine.corpus.manifest import holds_songs
    from engine.seed.token_files import find_token_files

    return not holds_songs(place) and bool(find_token_files(place))


def _show(report: Report, target: Path) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(
        "", "number", title=escape(harmless(f"corpus {target}")), box=None, pad_edge=False
    )
    table.columns[1].justify = "right"
    table.add_row("found", str(report.files))
    table.add_row("used", str(report.used))
    for reason, count in sorted(report.dropped.items(), key=lambda entry: (-entry[1], entry[0])):
        table.add_row(escape(harmless(f"dropped: {reason}")), str(count))
    Console().print(table)
