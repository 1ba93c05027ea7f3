"""`drumd export`: make a bundle of a trained drummer."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", "bundle", required=True, type=click.Path(path_type=Path), help="The bundle."
)
@click.option(
    "--temperature",
    type=click.FloatRange(0.05, 2),
    default=None,
    help="How daring the drummer plays unless told otherwise.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def command(run: Path, bundle: Path, temperature: float | None, as_json: bool) -> None:
    """Make a bundle of the best checkpoint of RUN: ONNX files, bundle.json and checksums.

    \b
    drumd export runs/mine -o my-bundle
    drumd generate riff.mid -o drums.mid --model my-bundle
    """
    from engine.bundle import open_bundle
    from engine.export import TEMPERATURE, export

    export(run, bundle, temperature=TEMPERATURE if temperature is None else temperature)
    opened = open_bundle(bundle)
    size = sum(entry["bytes"] for entry in opened.about["files"].values())
    if as_json:
        click.echo(json.dumps({"bundle": str(bundle), "bytes": size, **opened.about}))
    else:
        click.echo(f"{bundle}: {size / 1e6:.1f} MB, checksums written")
