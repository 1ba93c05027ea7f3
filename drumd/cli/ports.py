"""`drumd ports`: the MIDI ports and audio inputs that are there."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from drumd.cli.terminal import tell
from drumd.doctor.findings import how_to_get_ports
from drumd.doctor.system import ApiFacts, gather
from drumd.ears.listing import AudioInputs, list_audio


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(as_json: bool) -> None:
    """List the MIDI ports, by the API that shows them, and the audio inputs."""
    facts, audio = gather(), list_audio()
    if as_json:
        apis = [document(api) for api in facts.apis]
        click.echo(json.dumps({"apis": apis, "audio": list(map(asdict, audio))}, indent=2))
        return
    for api in facts.apis:
        tell("\n".join(lines(api)))
    for inputs in filter(AudioInputs.worth_telling, audio):
        tell("\n".join(audio_lines(inputs)))
    if not any(api.ports and (api.ports.inputs or api.ports.outputs) for api in facts.apis):
        tell(f"\nNo ports. {how_to_get_ports(facts)}")


def lines(api: ApiFacts) -> list[str]:
    """What to print of one API."""
    if api.ports is None:
        return [f"{api.api}: {api.problem}"]
    return [
        f"{api.api}:",
        "  inputs (--in)",
        *(f"    {name}" for name in api.ports.inputs or ("(none)",)),
        "  outputs (--out)",
        *(f"    {name}" for name in api.ports.outputs or ("(none)",)),
    ]


def audio_lines(inputs: AudioInputs) -> list[str]:
    """What to print of audio inputs."""
    if inputs.problem:
        return [f"audio, {inputs.where}: {inputs.problem}"]
    return [f"audio, {inputs.where}:", "  inputs (--in)", *map(quoted, inputs.names)]


def quoted(name: str) -> str:
    return f'    "audio:{name}"'


def document(api: ApiFacts) -> dict[str, object]:
    """One API for programs to read."""
    return {
        "api": api.api,
        "problem": api.problem or None,
        "inputs": list(api.ports.inputs) if api.ports else [],
        "outputs": list(api.ports.outputs) if api.ports else [],
    }
