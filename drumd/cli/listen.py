"""`drumd listen`: play drums to a live guitar."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click

from drumd.cli.terminal import tell
from drumd.config import CLOCKS, KIT_SOUNDS
from drumd.daemon import Daemon
from drumd.errors import SettingsError
from drumd.jam.given import GivenGroove
from drumd.remote.door import Door
from drumd.settings_file import load_settings, user_file, write_lines
from drumd.song_file import read_songs
from drumd.status.reporter import PlainReporter, reporter_for
from drumd.status.unblocked import unblocked
from engine.music.wishes import FEEL_NAMES, STYLE_NAMES

Command = Callable[..., Any]

HELP = """Play drums to a live guitar.

A port is named in full or by a part of its name; if there is none, a virtual port of that name
is opened. The input may be `demo` or a MIDI file, which plays in real time, or sound: `audio`, or
a recording; the output may be a MIDI file, which is recorded, or `speakers`. A file that is there
is kept: the next jam goes to NAME-2.mid, unless --force is given. Stop with Ctrl-C.

\b
Hear how it goes, without any MIDI:
    drumd listen --in demo --out jam.mid
Drums through this machine's speakers (pip install 'drumd[audio]'; or a card: speakers:usb):
    drumd listen --in "Guitar" --out speakers
    drumd listen --in "Guitar" --out "AI Drums" --sound --kit-sound jazz
Ports for your DAW; its clock (MIDI clock on the same input) gives the tempo. No clock? Count in
with four muted strokes, or just play: the drums join when the beat is sure:
    drumd listen --in "Guitar" --out "AI Drums"
About how fast? Your first note is beat one, and the drums follow you from there:
    drumd listen --in "Guitar" --out "AI Drums" --bpm 112 --record session.mid
Let drumd count you in, four clicks at that tempo, and click on:
    drumd listen --out speakers --bpm 112 --count 4 --click all
A guitar on a cable, heard by ear (one input of several: "audio:Scarlett"; see docs/ears.md):
    drumd listen --in audio --out speakers
In a style, with a pedal for fills and a knob for how hard it plays (docs/controls.md):
    drumd listen --style funk --density 0.6 --fill "cc 80" --intensity-dial "cc 11"
To a groove of yours, from a file or tapped on pads and strings while a pedal is held:
    drumd listen --groove beat.mid
    drumd listen --tap-groove "cc 67"
One pedal for all (tap: next part or fill, hold: ending, twice: start), keys that keep parts:
    drumd listen --pedal "cc 64" --keep-a "note 24" --keep-b "note 25"
Through a song hands-free, its parts in their order (docs/songs.md):
    drumd listen --song configs/song.toml
With a page in the browser, on this machine or on a phone in the same network (docs/page.md):
    drumd listen --page
    drumd listen --page-lan
The same settings every time (keys are the options' names, the command line goes over them);
without --config your own file is read, which `drumd config --write` begins:
    drumd listen --config configs/listen.toml
"""

MidiFile = click.Path(dir_okay=False, path_type=Path)
SongFile = click.Path(exists=True, path_type=Path)


def _for_each_part(option: str, text: str) -> Callable[[Command], Command]:
    """The four options of a pedal that there is for each part."""

    def add(command: Command) -> Command:
        for letter in reversed("ABCD"):
            name = f"{option}-{letter.lower()}"
            command = click.option(name, metavar="CONTROL", help=text.format(letter))(command)
        return command

    return add


@click.command(name="listen", help=HELP)
@click.option("--in", "input", metavar="NAME", help="Guitar: a port, `demo`, `audio` or a file.")
@click.option("--channel", type=int, help="Which channel of an audio input, from 1; else all.")
@click.option("--gain-db", type=float, help="Make an audio input so much louder.")
@click.option("--gate-db", type=float, help="Softer than this on an audio input is no stroke.")
@click.option("--open-mic", is_flag=True, default=None, help="The microphone hears the drums too.")
@click.option("--out", "output", metavar="NAME", help="Drums: a port, `speakers` or a .mid file.")
@click.option("--sound", is_flag=True, default=None, help="Sound from the speakers too.")
@click.option(
    "--kit-sound",
    metavar="KIT",
    help=f"Which kit sounds: {', '.join(KIT_SOUNDS)}, or a folder, .sfz or .sf2 of yours.",
)
@click.option("--kit", metavar="KIT", help="Whose keys the drums go out on: see `drumd kits`.")
@click.option("--api", metavar="API", help="MIDI API: auto, alsa, jack, coremidi or winmm.")
@click.option("--bpm", type=float, help="About how fast you play; exactly, with --clock given.")
@click.option("--clock", metavar="KIND", help=f"Where the time comes from: {', '.join(CLOCKS)}.")
@click.option("--link", is_flag=True, default=None, help="Let `auto` join an Ableton Link session.")
@click.option(
    "--metre", metavar="N/D", help="The time signature; as the host tells, if left out, else 4/4."
)
@click.option("--model", type=click.Path(path_type=Path), help="A bundle made by `drumd export`.")
@click.option("--seed", type=int, help="The drummer's dice; the same seed, the same choices.")
@click.option("--temperature", type=float, help="How freely it plays; 0 is the safest.")
@click.option("--style", metavar="NAME", help=f"What it plays: {', '.join(STYLE_NAMES)}.")
@click.option("--feel", metavar="NAME", help=f"How the beat divides: {', '.join(FEEL_NAMES)}.")
@click.option("--density", type=float, help="How many strokes, 0..1; its own choice if left out.")
@click.option("--intensity", type=float, help="How hard, 0..1; it goes with you if left out.")
@click.option("--humanize", type=float, help="0: on the grid and even; 1: as it has learnt.")
@click.option("--groove", type=MidiFile, help="Keep to its first one to four bars of drums.")
@click.option("--song", type=SongFile, help="A song file (configs/song.toml), or a folder of them.")
@click.option("--record", type=MidiFile, help="Keep guitar and drums (see `drumd report`).")
@click.option("--keep-in", type=click.Path(path_type=Path), help="The folder for `--keep`.")
@click.option(
    "--force", is_flag=True, default=None,
    help="Record over a file that is there; without it, the jam goes to NAME-2.mid.",
)  # fmt: skip
@click.option("--page", is_flag=True, default=None, help="Serve a page that shows and steers it.")
@click.option(
    "--page-lan", is_flag=True, default=None,
    help="Serve it to this network too, with a code that is told here.",
)  # fmt: skip
@click.option("--page-port", type=int, help="Where the page is, if that is free: 8722.")
@click.option("--clock-out", metavar="NAME", help="MIDI clock out, for a DAW that follows you.")
@click.option("--link-lead", is_flag=True, default=None, help="A Link session follows you.")
@click.option("--click", metavar="WHEN", help="drumd clicks: `all` (the whole song) or `count-in`.")
@click.option("--count", type=int, help="drumd counts in with so many clicks, at --bpm.")
@click.option("--latency-ms", type=float, help="Send the drums so much earlier.")
@click.option("--input-latency-ms", type=float, help="Take so much off an audio input's time.")
@click.option("--max-late-ms", type=float, help="Leave out a hit that is later than this.")
@click.option("--tap", metavar="CONTROL", help="Counts in by foot: `cc 64`, `note 36 channel 10`.")
@click.option("--this-is-one", metavar="CONTROL", help="Says that a bar begins now.")
@click.option("--twice", metavar="CONTROL", help="Doubles the beats from the next bar line on.")
@click.option("--half", metavar="CONTROL", help="Halves them.")
@click.option("--keep", metavar="CONTROL", help="Keeps the last ten minutes (`drumd keep`).")
@click.option("--count-off", metavar="CONTROL", help="drumd counts in again: a new song.")
@click.option("--fill", metavar="CONTROL", help="Makes the next bar a fill.")
@click.option("--regenerate", metavar="CONTROL", help="The next idea, from the next bar on.")
@click.option("--hold", metavar="CONTROL", help="While down, repeats the bar that plays.")
@click.option("--mute", metavar="CONTROL", help="While down, silences the drums.")
@click.option("--tap-groove", metavar="CONTROL", help="While down, taps in a groove.")
@click.option("--pedal", metavar="CONTROL", help="Tap: next part or fill; hold: end; twice: start.")
@click.option("--next-part", metavar="CONTROL", help="The next of the parts; else a fill.")
@click.option("--ending", metavar="CONTROL", help="A fill, a last stroke, silence.")
@click.option("--start", metavar="CONTROL", help="The drums come in at the next bar line.")
@_for_each_part("--part", "Calls back what was kept as part {}.")
@_for_each_part("--keep", "Keeps what plays as part {} of the song.")
@click.option("--part-dial", metavar="CONTROL", help="Calls parts back: `program` 0 is A.")
@click.option("--stops/--no-stops", default=None, help="Stop and hit with you; on by default.")
@click.option("--song-dial", metavar="CONTROL", help="Chooses a song of the folder: `program`.")
@click.option(
    "--parts-at", metavar="WHERE", help="Where a part that is called begins: bar or phrase."
)
@click.option("--style-dial", metavar="CONTROL", help="Sets the style: `program` or `cc 20`.")
@click.option("--metre-dial", metavar="CONTROL", help="Changes the metre: `program` or `cc 85`.")
@click.option("--density-dial", metavar="CONTROL", help="Sets the density: `cc 21`.")
@click.option("--intensity-dial", metavar="CONTROL", help="Sets the intensity.")
@click.option("--humanize-dial", metavar="CONTROL", help="Sets how human it plays.")
@click.option(
    "--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A TOML file."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout at the end.")
def command(config: Path | None, as_json: bool, **options: object) -> None:
    own = user_file()
    config = config or (own if own.is_file() else None)
    settings = load_settings(config, options)
    reads = [config] if config else []
    groove = _groove_of(settings.groove) if settings.groove else None
    songs = read_songs(settings.song, _groove_of) if settings.song else ()
    with unblocked(sys.stderr if as_json else sys.stdout) as stream:
        reporter = PlainReporter(stream) if as_json else reporter_for(stream)
        daemon = Daemon(
            settings,
            reporter,
            groove=groove,
            songs=songs,
            reads=reads,
            open_door=Door,
            remember=partial(_remember, config or own),
        )
        summary = daemon.run()
    if as_json:
        click.echo(json.dumps(summary.as_dict(), indent=2))
    else:
        tell(summary.text())
    sys.exit(daemon.ending.status if daemon.ending else 0)


def _remember(file: Path, controls: Mapping[str, str | None]) -> str:
    """Write controls that were learnt into the settings, for the next time."""
    try:
        write_lines(file, controls)
    except SettingsError as error:
        return str(error)
    return f"written to {file}"


def _groove_of(file: Path) -> GivenGroove:
    """The groove of a file, as plain values."""
    from engine.grooves.given import groove_of_file  # loads numpy

    groove = groove_of_file(file)
    return GivenGroove(groove.pattern, groove.metre, f"{file.name}, {groove.name}")
