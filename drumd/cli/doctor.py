"""`drumd doctor`: look at everything that live drums need, and say what to do."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict

import click
from rich.console import Console
from rich.markup import escape

from drumd.cli.terminal import tell
from drumd.config import Settings, is_audio
from drumd.doctor.findings import Finding, State, examine
from drumd.doctor.selftest import try_live_path
from drumd.doctor.system import gather
from drumd.errors import SettingsError
from drumd.status.plain import harmless
from drumd.timing.clock import MonotonicClock
from engine.errors import EngineError

COLOURS = {State.GOOD: "green", State.NOTE: "yellow", State.BROKEN: "red"}
MARKS = {State.GOOD: "✓", State.NOTE: "•", State.BROKEN: "✗"}
WORDS = {State.GOOD: "ok", State.NOTE: "note", State.BROKEN: "BROKEN"}  # where such marks lack


@click.command()
@click.option("--in", "input", metavar="NAME", help="Hear an audio input too: `audio:NAME`.")
@click.option("--channel", type=int, help="Which channel of it, from 1; else all.")
@click.option("--api", metavar="API", default="auto", help="As for `drumd listen`.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(input: str | None, channel: int | None, api: str, as_json: bool) -> None:  # noqa: A002
    """Find what is wrong and say how to mend it. Exits with 1 if anything is broken.

    With `--in audio` it also hears the guitar for five seconds: level, clipping, hum, buffer.
    """
    findings = [*examine(gather()), bundle()]
    if input is not None:
        settings = Settings(input=input, channel=channel, api=api)
        findings += audio(settings)
    if not as_json:
        show(findings)
    tried = live_path()
    if as_json:
        document = {
            "findings": [asdict(one) | {"state": one.state.value} for one in [*findings, tried]]
        }
        click.echo(json.dumps(document, indent=2))
    else:
        show([tried])
    if any(one.state is State.BROKEN for one in [*findings, tried]):
        raise SystemExit(1)


def show(findings: list[Finding]) -> None:
    """A line for each finding, with the advice below it."""
    console = Console(highlight=False)
    loose = not console.is_terminal  # nobody wants lines broken in a pipe
    marks = MARKS if can_write("".join(MARKS.values()), console.encoding) else WORDS
    for one in findings:
        mark = f"[{COLOURS[one.state]}]{marks[one.state]}[/]"
        console.print(
            f"{mark} [bold]{escape(one.subject)}[/]: {escape(harmless(one.text))}", soft_wrap=loose
        )
        if one.advice:
            console.print(f"    {escape(harmless(one.advice))}", style="dim", soft_wrap=loose)


def can_write(text: str, encoding: str) -> bool:
    """Whether an encoding has all letters of a text."""
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def audio(settings: Settings) -> list[Finding]:
    """Some seconds of an audio input."""
    from drumd.doctor.audio_findings import SUBJECT, examine_audio
    from drumd.doctor.audio_input import SECONDS, listen
    from drumd.ears.sources.base import SourceError
    from drumd.ears.sources.opening import Wanted, open_source

    if not is_audio(settings.input):
        raise SettingsError(f"the doctor hears audio: --in audio, not {settings.input!r}")
    try:
        wanted = Wanted(settings.input, settings.api, settings.hearing)
        with closing(open_source(wanted, MonotonicClock())) as source:
            tell(f"{SECONDS:.0f} s of {source.name}: play hard, then rest a little", err=True)
            return examine_audio(listen(source))
    except SourceError as error:
        advice = "`drumd ports` lists the audio inputs that are there."
        return [Finding(SUBJECT, State.BROKEN, str(error), advice)]


def bundle() -> Finding:
    """Whether the drummer that ships is whole, by its checksums."""
    from engine.inference.bundle import open_bundle

    try:
        found = open_bundle()
    except EngineError as error:
        return Finding("drummer", State.BROKEN, str(error), "Install drumd again.")
    return Finding("drummer", State.GOOD, f"bundle {found.folder.name!r} is intact")


def live_path() -> Finding:
    """A few seconds of guitar through the whole live path."""
    fault = try_live_path()
    if fault:
        return Finding(
            "self-test",
            State.BROKEN,
            fault,
            "Mend what is broken above; if nothing is, report this with the output of "
            "drumd doctor --json.",
        )
    return Finding(
        "self-test", State.GOOD, "a riff went in, drums came out, every one of them ended"
    )
