"""`drumd report`: a page of how a recorded jam went."""

from __future__ import annotations

from pathlib import Path

import click

from drumd.cli.terminal import tell


@click.command()
@click.argument("recording", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="PAGE",
    help="The page; beside the recording if not given.",
)  # fmt: skip
def command(recording: Path, output: Path | None) -> None:
    """Show how a jam went: onsets, beats found, tempo over time, lateness of the hits.

    RECORDING is a MIDI file that `drumd listen --record` (or --out FILE.mid) has written, even one
    of a jam that was cut off. The page is one HTML file that needs nothing else.
    """
    from drumd.recording.report import write_session_report

    page = write_session_report(recording, output or recording.with_suffix(".html"))
    tell(f"the report is in {page}")
