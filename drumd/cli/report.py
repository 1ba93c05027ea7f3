"""`drumd report`: a page of how a recorded jam went."""

from __future__ import annotations

from pathlib import Path

import click

from drumd.cli.terminal import tell


@click.command()
@click.argument("recording", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o", "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="PAGE",
    help="The page; beside the recording if not given.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Write over a file that is no page of drumd's.")
@click.option("--no-sound", is_flag=True, help="Leave the sound out: the page is then small.")
def command(recording: Path, out: Path | None, force: bool, no_sound: bool) -> None:
    """Show how a jam went: its sound, onsets, beats found, tempo over time, lateness of the hits.

    RECORDING is a MIDI file that `drumd listen --record` (or --out FILE.mid) has written, even one
    of a jam that was cut off. The page is one HTML file that needs nothing else; where it was
    made before it is made again, and any other file that is there is kept.
    """
    from drumd.recording.report import write_session_report
    from engine.storage.outputs import check_outputs

    target = out or recording.with_suffix(".html")
    check_outputs([recording], [target], force=force, pages=True)
    page = write_session_report(recording, target, sound=None if no_sound else _sound(recording))
    tell(f"the report is in {page}")


def _sound(recording: Path) -> str | None:
    from drumd.sound.clip import clip

    try:
        return clip(recording.read_bytes())
    except OSError:
        return None  # the report says what is wrong with it
