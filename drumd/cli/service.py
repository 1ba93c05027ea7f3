"""`drumd service`: drumd as a service of this user, ready whenever the guitar is plugged in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from drumd.cli.terminal import tell
from drumd.service import Service, service_here


@click.group()
def command() -> None:
    """Let drumd listen from login on, as a service of this user.

    It runs `drumd listen` with the settings of `drumd config` and is started again should it
    die: by systemd on Linux, by launchd on macOS.
    """


@command.command()
@click.option(
    "--config", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A TOML file of settings; the user's own if left out.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show the file, and do nothing.")
def install(config: Path | None, dry_run: bool) -> None:
    """Install the service and start it."""
    service = service_here()
    text = service.text(sys.executable, config)
    if dry_run:
        click.echo(text, nl=False)
        return
    service.file.parent.mkdir(parents=True, exist_ok=True)
    service.file.write_text(text)
    tell(f"written: {service.file}")
    _run(service, service.install)


@command.command()
def uninstall() -> None:
    """Stop the service and remove it."""
    service = service_here()
    if not service.file.exists():
        tell("no service of drumd is installed")
        return
    _run(service, service.uninstall)
    service.file.unlink()
    tell(f"removed: {service.file}")


@command.command()
def status() -> None:
    """Say whether the service is there and runs."""
    service = service_here()
    if not service.file.exists():
        tell("no service of drumd is installed: drumd service install")
        return
    _run(service, service.status)


def _run(service: Service, commands: tuple[tuple[str, ...], ...]) -> None:
    for line in commands:
        try:
            done = subprocess.run(line, capture_output=True, text=True, check=False)
        except OSError as error:
            raise click.ClickException(f"{line[0]} does not run: {error.strerror}") from error
        if said := (done.stdout + done.stderr).strip():
            tell(said)
        if done.returncode and line in service.needed:
            raise click.ClickException(f"{' '.join(line)} failed")
