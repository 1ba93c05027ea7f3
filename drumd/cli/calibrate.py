"""`drumd calibrate`: how late sound is on its way out and in again, and the settings against it."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drumd.cli.terminal import tell
from drumd.config import (
    AUDIO,
    LATEST_MS,
    SPEAKERS,
    Settings,
    is_audio,
    is_audio_file,
    is_midi_file,
    is_speakers,
)
from drumd.errors import CalibrationError, DrumdError, SettingsError
from drumd.settings_file import load_settings, origin_of, user_file, write_lines

if TYPE_CHECKING:
    from drumd.ears.calibration import RoundTrip

SNARE = 38  # what a synthesiser has in any kit


@click.command()
@click.option("--in", "input", metavar="NAME", help="Where it is heard: `audio`, `audio:NAME`.")
@click.option("--channel", type=int, help="Which channel of it, from 1; else all.")
@click.option("--gain-db", type=float, help="Make it so much louder.")
@click.option("--out", "output", metavar="NAME", help="Where it clicks: `speakers` or a MIDI port.")
@click.option("--api", metavar="API", help="As for `drumd listen`.")
@click.option(
    "--config", type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write it to; the user's own if left out.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Measure only.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(config: Path | None, dry_run: bool, as_json: bool, **options: object) -> None:
    """Measure the delay of this machine's sound and take it off.

    \b
    Headphones on the microphone, or a cable:  drumd calibrate
    Another input, a synthesiser:              drumd calibrate --in "audio:usb" --out "AI Drums"

    It clicks twelve times, hears them, and says the round trip. Half of it becomes latency_ms,
    which sends drums earlier, half input_latency_ms, which is taken off what is heard: while you
    play with the drums only the sum matters. Both lines are written to the settings' file if there
    is one, and nothing else of it is changed.
    """
    file = config or user_file()
    found = file if file.exists() or config else None
    trip = hear_clicks(both_ways(found, options))
    lines = latencies(trip)
    write = found is not None and not dry_run
    if found and write:
        write_lines(found, lines)
    if as_json:
        times = {"round_trip_ms": trip.median_s * 1e3, "spread_ms": trip.spread_s * 1e3}
        told = {key: round(value, 2) for key, value in times.items()}
        counts = {"heard": trip.heard, "sent": trip.sent}
        place = str(found) if write else None
        click.echo(json.dumps(told | counts | {"settings": lines, "written": place}))
        return
    tell(
        f"round trip {trip.median_s * 1e3:.1f} ms, within {trip.spread_s * 1e3:.1f} ms"
        f" ({trip.heard} of {trip.sent} clicks heard)"
    )
    if not write and not dry_run:
        tell(f"no file at {file} (`drumd config --write` begins one); its lines would be:")
    tell("\n".join(f"  {key} = {value}" for key, value in lines.items()))
    if write:
        tell(f"written: {file}")


def both_ways(file: Path | None, options: dict[str, object]) -> Settings:
    """The settings for what is measured: the file's ways if it has such, else the usual ones."""
    settings = load_settings(file, options)
    if options["input"] is None and not is_audio(settings.input):
        settings = replace(settings, input=AUDIO)
    if options["output"] is None and "output" not in origin_of(file):
        settings = replace(settings, output=SPEAKERS)
    if not is_audio(settings.input) or is_audio_file(settings.input):
        raise SettingsError(f"calibrate hears its clicks: --in audio, not {settings.input!r}")
    if is_midi_file(settings.output):
        raise SettingsError(f"calibrate clicks aloud: --out speakers, not {settings.output!r}")
    return settings


def hear_clicks(settings: Settings) -> RoundTrip:
    """Open both ways and measure."""
    from drumd.ears.calibration import measure
    from drumd.ears.sources.base import SourceError
    from drumd.ears.sources.opening import Wanted, open_source
    from drumd.ports.open import open_output
    from drumd.process import quick_threads
    from drumd.timing.clock import MonotonicClock
    from engine.music.kit import CLICK_KEY

    clock = MonotonicClock()
    wanted = Wanted(settings.input, settings.api, settings.hearing)
    key = CLICK_KEY if is_speakers(settings.output) else SNARE
    try:
        with ExitStack() as opened:
            output = open_output(settings.output, clock, api=settings.api, kit=settings.kit_heard)
            opened.callback(output.close)
            source = open_source(wanted, clock)
            opened.callback(source.close)
            with quick_threads():
                return measure(output, source, clock, key=key)
    except SourceError as error:
        raise DrumdError(str(error)) from error


def latencies(trip: RoundTrip) -> dict[str, float]:
    """The settings that take a round trip off, half on the way out, half on the way in."""
    half = round(max(0.0, trip.median_s * 1e3) / 2, 1)
    if half > LATEST_MS:
        raise CalibrationError(
            f"a round trip of {trip.median_s * 1e3:.0f} ms is more than can be taken off"
            f" ({2 * LATEST_MS:g} ms): use a cable in place of Bluetooth, or smaller buffers"
        )
    return {"latency_ms": half, "input_latency_ms": half}
