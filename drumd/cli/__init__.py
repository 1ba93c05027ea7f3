"""The `drumd` command: a group that imports a command only when it is asked for."""

from __future__ import annotations

import importlib
from typing import Any

import click

from drumd import __version__
from drumd.errors import DrumdError
from drumd.status.plain import harmless
from drumd.status.streams import lenient_streams
from engine.errors import EngineError

__all__ = [
    "beats",
    "calibrate",
    "config",
    "doctor",
    "eval",
    "eval_tables",
    "export",
    "generate",
    "grooves",
    "keep",
    "kits",
    "listen",
    "main",
    "man",
    "metre",
    "page",
    "panic",
    "ports",
    "prepare",
    "progress",
    "render",
    "report",
    "service",
    "terminal",
    "train",
    "transcribe",
]

INTERRUPTED = 130
COMMANDS = {
    "listen": "Play drums to a live guitar.",
    "page": "Show and steer a running jam in a browser.",
    "keep": "Keep what was just played.",
    "metre": "Change the metre of a running jam.",
    "generate": "Write drums for a guitar file.",
    "render": "Make a MIDI file sound.",
    "transcribe": "Write what is heard in a recording as MIDI.",
    "prepare": "Turn folders of MIDI songs into a corpus to train on.",
    "grooves": "Make a book of grooves from a corpus.",
    "train": "Teach a drummer from a corpus.",
    "export": "Make a bundle of a trained drummer.",
    "eval": "Measure a bundle on songs it has not seen.",
    "report": "Show how a recorded jam went.",
    "beats": "Find the beat of recorded onsets.",
    "ports": "List the MIDI ports.",
    "calibrate": "Measure the delay of sound and take it off.",
    "kits": "List the kits whose keys drumd knows.",
    "config": "Show the settings that hold, or write a file of them.",
    "service": "Let drumd listen from login on.",
    "man": "Print the manual page, or completion for a shell.",
    "doctor": "Find what is wrong and say how to mend it.",
    "panic": "End every note on a MIDI output.",
}


class LazyGroup(click.Group):
    """Loads each command's module on first use; shows our errors as one sentence, status 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"drumd.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def main(self, *args: Any, **options: Any) -> Any:
        with lenient_streams():
            return super().main(*args, **options)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (DrumdError, EngineError) as error:
            raise click.ClickException(harmless(str(error))) from error
        except click.UsageError as error:  # which names the wrong word
            told = error.format_message()
            if harmless(told) == told:
                raise
            raise click.UsageError(harmless(told), error.ctx) from error
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="drumd")
def main() -> None:
    """The drummer that a guitarist can jam with.

    \b
    Hear it at once:     drumd listen --in demo --out jam.mid
    Jam with your DAW:   drumd listen --in "Guitar" --out "AI Drums"
    Drums for a file:    drumd generate riff.mid -o drums.mid
    Make a file sound:   drumd render jam.mid
    """
