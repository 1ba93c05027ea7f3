"""`drumd export`: make a bundle of a trained drummer."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import click

from drumd.cli.terminal import tell


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", "bundle", required=True, type=click.Path(path_type=Path), help="The bundle."
)
@click.option(
    "--temperature",
    type=click.FloatRange(0.0, 2.0),
    help="How daring the drummer plays unless told otherwise.",
)
@click.option(
    "--takes",
    type=click.IntRange(1, 64),
    help="So many takes are tried for each bar, and the best is kept.",
)
@click.option(
    "--floor",
    type=click.FloatRange(0.0, 1.0, max_open=True),
    help="No stroke is drawn that is less likely than this share of the likeliest.",
)
@click.option(
    "--guidance",
    type=click.FloatRange(0.0, 5.0),
    help="How far to lean towards what the groove makes likelier than none.",
)
@click.option(
    "--listening",
    type=click.FloatRange(0.0, 5.0),
    help="Likewise towards what the guitar makes likelier than none; in files, not live.",
)
@click.option(
    "--grip",
    type=click.FloatRange(0.0, 1.0),
    help="How firmly grooves of the book are told in files: 0.5 to one who was taught with a book.",
)
@click.option(
    "--velocity-spread",
    type=click.FloatRange(0.0, 1.0),
    help="How far velocities stray from the likely middle: 0 not at all, 1 as in the songs learnt.",
)
@click.option(
    "--timing-spread",
    type=click.FloatRange(0.0, 1.0),
    help="Likewise how early or late strokes come.",
)
@click.option(
    "--grooves",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder that `drumd grooves` made, or a bundle to take them from: the one that ships.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def command(
    run: Path, bundle: Path, grooves: Path | None, as_json: bool, **given: float | None
) -> None:
    """Make a bundle of the best checkpoint of RUN: ONNX files, bundle.json and checksums.

    RUN may be a bundle: it then gets other grooves, or is played otherwise.

    \b
    drumd export runs/mine -o my-bundle
    drumd export my-bundle --grooves my-grooves --guidance 2 -o my-other-bundle
    drumd generate riff.mid -o drums.mid --model my-bundle
    """
    from engine.errors import needs
    from engine.inference.bundle import ABOUT, Playing, open_bundle

    told = {name: value for name, value in given.items() if value is not None}
    if (run / ABOUT).exists():
        from engine.training.redress import redress

        redress(run, bundle, told, grooves=grooves)
    else:
        with needs("train", "drumd export"):
            import_module("onnxscript")  # torch asks for it once it has begun
            from engine.training.export import export

        playing = replace(Playing(), **told)  # type: ignore[arg-type]
        export(run, bundle, playing=playing, grooves=grooves)
    opened = open_bundle(bundle)
    size = sum(entry["bytes"] for entry in opened.about["files"].values())
    if as_json:
        click.echo(json.dumps({"bundle": str(bundle), "bytes": size, **opened.about}))
    else:
        tell(f"{bundle}: {size / 1e6:.1f} MB, checksums written")
