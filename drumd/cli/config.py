"""`drumd config`: what holds, where it comes from, and a commented file to begin with."""

from __future__ import annotations

import json
from pathlib import Path

import click

from drumd.cli.terminal import tell
from drumd.settings_file import commented, key_of, load_settings, origin_of, user_file
from engine.storage.atomic import write_file
from engine.storage.outputs import check_outputs

TomlFile = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--config", type=TomlFile, help="The file to look at; the user's own if left out.")
@click.option("--write", is_flag=True, help="Write a file that holds every setting, commented out.")
@click.option("--force", is_flag=True, help="Write it over a file that is there.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(config: Path | None, write: bool, force: bool, as_json: bool) -> None:
    """Show the settings of `drumd listen` that hold here, and which file they come from.

    \b
    What holds:                 drumd config
    A file to begin with:       drumd config --write
    Another file's settings:    drumd config --config jam.toml

    `drumd listen` reads the user's own file unless `--config` names another; the command line
    goes over either.
    """
    file = config or user_file()
    if write:
        check_outputs([], [file], force=force)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_file(file, commented().encode())
        tell(f"written: {file}")
        return
    found = file if file.exists() or config else None
    settings = load_settings(found, {})
    given = origin_of(found)
    rows = {
        key_of(name): (_plain(getattr(settings, name)), name in given)
        for name in settings.__slots__
    }
    if as_json:
        document = {
            "file": str(found) if found else None,
            "settings": {key: {"value": v, "from_file": told} for key, (v, told) in rows.items()},
        }
        click.echo(json.dumps(document, indent=2))
        return
    tell(f"settings from {found}" if found else f"no file at {file}: every setting is the default")
    for key, (value, told) in rows.items():
        if value is not None or told:
            tell(f"  {key:<16} {value!s:<24} {'file' if told else 'default'}")


def _plain(value: object) -> object:
    """A setting as JSON and people read it."""
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
