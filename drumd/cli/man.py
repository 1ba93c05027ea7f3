"""`drumd man`: the manual page of all commands, and completion for the shell."""

from __future__ import annotations

from collections.abc import Iterator

import click

from drumd import __version__

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.option(
    "--completion", type=click.Choice(SHELLS), help="Print what completes drumd in that shell."
)
def command(completion: str | None) -> None:
    """Print the manual page (roff), or the completion of a shell.

    \b
    Read it:          drumd man | man -l -
    Keep it:          drumd man > ~/.local/share/man/man1/drumd.1
    Tab completes:    drumd man --completion bash >> ~/.bashrc
    """
    if completion:
        click.echo(_completion(completion), nl=False)
    else:
        click.echo("\n".join(page()))


def page() -> Iterator[str]:
    """The page, line by line."""
    from drumd.cli import COMMANDS, main

    context = click.Context(main, info_name="drumd")
    yield f'.TH DRUMD 1 "" "drumd {__version__}"'
    yield ".SH NAME\ndrumd \\- the drummer that a guitarist can jam with"
    yield ".SH SYNOPSIS\n.B drumd\nCOMMAND [OPTIONS] [ARGUMENTS]"
    yield ".SH DESCRIPTION\n" + _roff((main.help or "").replace("\b\n", "\n"))
    yield ".SH COMMANDS"
    for name, about in COMMANDS.items():
        found = main.get_command(context, name)
        assert found is not None
        yield f".SS drumd {name}\n{_roff(about)}"
        for option in found.params:
            if isinstance(option, click.Option) and not option.hidden:
                names = ", ".join(option.opts)
                yield f".TP\n\\fB{_roff(names)}\\fR\n{_roff(option.help or '')}"
    yield ".SH FILES\n.TP\n~/.config/drumd/drumd.toml\nThe user's settings: see drumd config."
    yield ".SH EXIT STATUS\n0 done, 1 a problem that was told, 2 wrong usage, 130 interrupted."


def _roff(text: str) -> str:
    lines = text.replace("\\", "\\e").replace("-", "\\-").splitlines()
    return "\n".join(f"\\&{line}" if line.startswith((".", "'")) else line for line in lines)


def _completion(shell: str) -> str:
    from click.shell_completion import get_completion_class

    from drumd.cli import main

    found = get_completion_class(shell)
    assert found is not None
    return found(main, {}, "drumd", "_DRUMD_COMPLETE").source() + "\n"
