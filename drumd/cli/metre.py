"""`drumd metre`: change the metre of the jam that runs."""

from __future__ import annotations

import click

from drumd.cli.terminal import tell
from drumd.remote.guest import ask


@click.command()
@click.argument("metre", metavar="N/D")
def command(metre: str) -> None:
    """Change the metre of the running jam, as in `drumd metre 3/4`.

    It counts from the next bar line that can still be reached; the answer names the bar. A
    controller does the same: `drumd listen --metre-dial "cc 85"`.
    """
    tell(ask("metre", metre))
