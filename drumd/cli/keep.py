"""`drumd keep`: write what was just played."""

from __future__ import annotations

import click

from drumd.cli.terminal import tell
from drumd.remote.guest import ask


@click.command()
def command() -> None:
    """Keep the last ten minutes of the running jam, after the fact.

    They are written as MIDI files with the tempo that was found, one for each stretch between
    rests, into the folder of `--keep-in` (else `drumd` in your music folder); a guitar that came in
    as sound is kept as a WAV file beside each.

    A pedal does the same: `drumd listen --keep "cc 82"`.
    """
    tell(ask("keep"))
