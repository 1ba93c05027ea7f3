"""`drumd beats`: the beat tracker alone, on recorded onsets."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import click

from drumd.cli.terminal import tell
from engine.beats.records import (
    TrackedRecord,
    checked_bpm,
    checked_taps,
    read_records,
    track_all,
)
from engine.storage.outputs import check_outputs


def _option(check: Callable[[Any], Any]) -> Callable[..., Any]:
    def callback(_context: click.Context, _option: click.Parameter, value: Any) -> Any:
        if value is None:
            return None
        try:
            return check(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error

    return callback


@click.command()
@click.argument("onsets", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--bpm", type=float, callback=_option(checked_bpm), help="About how fast it is.")
@click.option(
    "--count-in",
    metavar="T1,T2,T3,T4",
    callback=_option(lambda text: checked_taps(text.split(","))),
    help='Seconds of four taps; the next beat is "one".',
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw onsets and beats to this picture.",
)
@click.option("--force", is_flag=True, help="Draw over a file that is there already.")
def command(
    onsets: Path,
    bpm: float | None,
    count_in: tuple[float, ...] | None,
    as_json: bool,
    plot: Path | None,
    force: bool,
) -> None:
    """Find the beat of recorded onsets as if they were played now.

    ONSETS is a JSON list of records, each with `onsets`: [[seconds, MIDI pitch, velocity], ...].
    A record's own `bpm` or `count_in` goes before the options.
    """
    if plot is not None:
        check_outputs([onsets], [plot], force=force)
    tracked = track_all([record.told(bpm, count_in) for record in read_records(onsets)])
    if plot is not None:
        from engine.beats.plot import plot_beats

        plot_beats(plot, [(one.record.name, one.record.onsets, one.beats) for one in tracked])
    if as_json:
        click.echo(json.dumps({"records": [document(one) for one in tracked]}))
        return
    for one in tracked:
        tell(line(one))


def document(tracked: TrackedRecord) -> dict[str, Any]:
    """One record for programs to read."""
    return {"name": tracked.record.name, "beats": [asdict(beat) for beat in tracked.beats]}


def line(tracked: TrackedRecord) -> str:
    """One record for people to read."""
    name, beats = tracked.record.name, tracked.beats
    if len(beats) < 2:
        return f"{name}: no beat found"
    gaps = [b.time - a.time for a, b in pairwise(beats)]
    return (
        f"{name}: {len(beats)} beats from {beats[0].time:.2f} s to {beats[-1].time:.2f} s, "
        f"{60 / median(gaps):.1f} bpm, bars of {max(beat.beat for beat in beats[-8:])}, "
        f"confidence {beats[-1].confidence:.2f}"
    )
