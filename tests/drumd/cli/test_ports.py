"""`drumd ports` on machines with and without ports."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner, Result

from drumd.cli import main
from drumd.doctor.system import ApiFacts, Facts
from drumd.ears.listing import AudioInputs
from drumd.ports.base import PortList
from tests.support.jack.harness import JackGuitarist, jack_server

ALSA = ApiFacts("alsa", PortList(("TriplePlay:0",), ("Synth:0", "AI Drums:1"), "alsa"))
NO_JACK = ApiFacts("jack", None, "no JACK server runs")


def ports(
    monkeypatch: pytest.MonkeyPatch, *apis: ApiFacts, system: str = "Linux", options: str = ""
) -> Result:
    facts = Facts(system, (3, 11, 7), apis, servers=(), realtime="", missing=())
    monkeypatch.setattr("drumd.cli.ports.gather", lambda: facts)
    monkeypatch.setattr("drumd.cli.ports.list_audio", list)
    result = CliRunner().invoke(main, ["ports", *options.split()])
    assert result.exit_code == 0, result.output
    return result


def test_ports_are_listed_by_api_and_direction(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ports(monkeypatch, ALSA, NO_JACK).output.splitlines() == [
        "alsa:",
        "  inputs (--in)",
        "    TriplePlay:0",
        "  outputs (--out)",
        "    Synth:0",
        "    AI Drums:1",
        "jack: no JACK server runs",
    ]


def test_a_machine_without_ports_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = ApiFacts("winmm", PortList((), (), "winmm"))
    assert "loopMIDI" in ports(monkeypatch, empty, system="Windows").output
    assert "modprobe snd-seq" in ports(monkeypatch, NO_JACK).output


@pytest.mark.jack
def test_a_port_on_jack_is_listed() -> None:
    with jack_server() as server, JackGuitarist(server, "triple") as player:
        source, destination = player.out_name, player.in_name
        done = subprocess.run(
            [sys.executable, "-m", "drumd", "ports", "--json"],
            capture_output=True,
            text=True,
            check=True,
        )
    apis = {one["api"]: one for one in json.loads(done.stdout)["apis"]}
    assert apis["jack"]["problem"] is None
    assert apis["jack"]["inputs"] == [source]
    assert apis["jack"]["outputs"] == [destination]


def test_programs_get_one_json_document(monkeypatch: pytest.MonkeyPatch) -> None:
    document = json.loads(ports(monkeypatch, ALSA, NO_JACK, options="--json").stdout)
    assert document["apis"] == [
        {
            "api": "alsa",
            "problem": None,
            "inputs": ["TriplePlay:0"],
            "outputs": ["Synth:0", "AI Drums:1"],
        },
        {"api": "jack", "problem": "no JACK server runs", "inputs": [], "outputs": []},
    ]


def test_audio_inputs_are_listed_as_they_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = Facts("Linux", (3, 11, 7), (ALSA,), servers=(), realtime="", missing=())
    monkeypatch.setattr("drumd.cli.ports.gather", lambda: facts)
    monkeypatch.setattr(
        "drumd.cli.ports.list_audio", lambda: [AudioInputs("cards", ("Scarlett 2i2",))]
    )
    assert '"audio:Scarlett 2i2"' in CliRunner().invoke(main, ["ports"]).output
