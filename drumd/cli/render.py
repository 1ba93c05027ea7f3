"""`drumd render`: a MIDI file as sound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drumd.cli.terminal import tell
from drumd.config import KIT_SOUNDS

if TYPE_CHECKING:
    from drumd.sound.render import Rendered

AnyPath = click.Path(path_type=Path)


@click.command(no_args_is_help=True)
@click.argument("song", metavar="SONG.mid", type=AnyPath)
@click.option(
    "-o", "--out", type=AnyPath,
    help="The audio file: .wav, or .flac, .ogg or .mp3 where soundfile is installed."
    " If left out: SONG.wav beside the song.",
)  # fmt: skip
@click.option(
    "--kit-sound", "kit", metavar="KIT", default=KIT_SOUNDS[0], show_default=True,
    help="rock (sticks), jazz (brushes), or yours: a folder of sounds, an .sfz or an .sf2.",
)  # fmt: skip
@click.option("--drums-only", is_flag=True, help="Leave out everything that is not on channel 10.")
@click.option("--force", is_flag=True, help="Overwrite an audio file that is there already.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def command(
    song: Path, out: Path | None, kit: str, drums_only: bool, force: bool, as_json: bool
) -> None:
    """Make a MIDI file sound: drums by drumd's own kit, all other parts by plucked strings.

    \b
    Hear a jam:          drumd render jam.mid
    The drums alone:     drumd render jam.mid -o drums.wav --drums-only
    With brushes:        drumd render jam.mid -o jam.flac --kit-sound jazz
    """
    from drumd.sound.audio_file import check_kind
    from drumd.sound.kits.store import load_kit
    from drumd.sound.render import render
    from drumd.sound.score import score_of
    from engine.midi.read import read_song
    from engine.storage.outputs import check_outputs

    target = out or song.with_suffix(".wav")
    check_kind(target)
    check_outputs([song], [target], force=force)
    score = score_of(read_song(song), drums_only=drums_only)
    rendered = render(score, load_kit(kit), target)
    _report(song, target, kit, rendered, as_json=as_json)


def _report(song: Path, target: Path, kit: str, done: Rendered, *, as_json: bool) -> None:
    if as_json:
        document = {
            "source": str(song),
            "target": str(target),
            "kit": kit,
            "seconds": round(done.seconds, 3),
            "strokes": done.strokes,
            "notes": done.notes,
            "unknown_strokes": done.unknown,
            "peak": round(done.peak, 4),
            "blocks_limited": round(done.limited, 4),
        }
        click.echo(json.dumps(document))
        return
    tell(f"hear it: {target} ({done.seconds:.0f} s, {done.strokes} strokes, {kit} kit)")
    if done.unknown:
        tell(f"{done.unknown} strokes are silent: the kit has nothing on their keys", err=True)
