"""How a command prints text that may hold the names of ports, files or bundles."""

from __future__ import annotations

import errno

import click

from drumd.status.plain import harmless


def tell(text: str, *, err: bool = False) -> None:
    """Print text in which nothing acts on the terminal; one that was closed reads it no more."""
    try:
        click.echo(harmless(text), err=err)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
