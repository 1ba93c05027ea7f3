"""`drumd transcribe`: what is heard in a recording of a guitar, as a MIDI file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drumd.cli.terminal import tell
from drumd.errors import DrumdError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.inference.recording import Recording

AnyPath = click.Path(path_type=Path)
Bpm = click.FloatRange(20, 400)
LONGEST_S = 3600.0  # of a recording
Seconds = click.FloatRange(0, LONGEST_S)
ONE_HELP = "About when a bar of a recording begins, in seconds, where it hears another beat as one."


@click.command(no_args_is_help=True)
@click.argument("recording", metavar="RIFF.wav", type=AnyPath)
@click.option(
    "-o", "--out", type=AnyPath,
    help="The MIDI file. If left out: NAME.mid beside the recording.",
)  # fmt: skip
@click.option("--bpm", type=Bpm, help="About how fast it is played, within some 8 %.")
@click.option("--one", type=Seconds, help=ONE_HELP)
@click.option("--force", is_flag=True, help="Overwrite a file that is there already.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def command(
    recording: Path,
    out: Path | None,
    bpm: float | None,
    one: float | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write the notes of a recorded guitar (.wav, .flac, .mp3, .ogg) as MIDI, in its own time.

    \b
    What was heard:       drumd transcribe riff.wav -o riff.mid
    Told about how fast:  drumd transcribe riff.wav --bpm 96

    Beats and bars are found over the whole recording; the file has a tempo for every beat, so that
    each note sounds when it was played. Strums are written string by string, as they were heard.
    """
    from engine.storage.atomic import new_file
    from engine.storage.outputs import check_outputs

    target = out or recording.with_suffix(".mid")
    check_outputs([recording], [target], force=force)
    heard = hear(recording, bpm, one)
    try:
        with new_file(target) as beside:
            beside.write_bytes(heard.midi(for_drummer=False))
    except OSError as error:
        raise DrumdError(f"{target} cannot be written: {error.strerror or error}") from error
    _report(recording, target, heard, as_json=as_json)


def hear(path: Path, bpm: float | None, one: float | None = None) -> Recording:
    """A recording as it is heard; an error names the file."""
    from drumd.ears.sources.base import SourceError
    from engine.errors import HearingError
    from engine.inference.recording import hear_recording

    try:
        return hear_recording(*_read(path), bpm=bpm, one=one)
    except SourceError as error:
        raise DrumdError(str(error)) from error
    except HearingError as error:
        raise HearingError(f"{path}: {error}") from error


def beats_told(heard: Recording) -> str:
    """Its tempo, its metre, when its first whole bar begins, and what puts that right."""
    first = next((one for one in heard.beats.ones.tolist() if one >= 0), 0.0)
    bars = f"{heard.beats.metre} beats in a bar, a bar from {first:.2f} s on"
    return f"at about {heard.bpm:.0f} bpm, {bars} (if that is wrong: --bpm, --one)"


def _read(path: Path) -> tuple[NDArray[np.float32], int]:
    """The samples of one channel, (samples,), and their rate."""
    import numpy as np

    from drumd.ears.sources.file import Recording as Sound

    sound, blocks, left = Sound(path), [np.zeros(0, np.float32)], LONGEST_S
    for block in sound:
        blocks.append(block)
        left -= len(block) / sound.rate
        if left < 0:
            raise DrumdError(f"{path} lasts over {LONGEST_S / 60:.0f} minutes; cut it into pieces")
    return np.concatenate(blocks), sound.rate


def _report(source: Path, target: Path, heard: Recording, *, as_json: bool) -> None:
    if as_json:
        document = {
            "source": str(source),
            "target": str(target),
            "notes": len(heard.transcript.notes),
            "strokes": len(heard.transcript.strokes),
            "bpm": round(heard.bpm, 2),
            "beats_in_a_bar": heard.beats.metre,
            "first_bar_s": round(float(heard.beats.times[0]), 3),
        }
        click.echo(json.dumps(document))
        return
    tell(f"{target}: {len(heard.transcript.notes)} notes {beats_told(heard)}")
