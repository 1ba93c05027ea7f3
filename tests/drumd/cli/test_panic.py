"""`drumd panic` ends every note, on one output or on all of them."""

from __future__ import annotations

import subprocess
import sys
from itertools import product

import pytest
from click.testing import CliRunner, Result

from drumd.cli import main
from drumd.ports.base import PortList
from drumd.ports.fakes import RecordingPort
from drumd.timing.clock import Clock, ManualClock
from tests.support.jack.harness import JackGuitarist, jack_server


class Machine:
    """Two outputs that remember what they were sent."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *outputs: str) -> None:
        self.ports: dict[str, RecordingPort] = {}
        listed = PortList((), outputs, "alsa")
        monkeypatch.setattr("drumd.cli.panic.list_ports", lambda _api: listed)
        monkeypatch.setattr("drumd.cli.panic.open_output", self.open)
        monkeypatch.setattr("drumd.cli.panic.PAUSE_S", 0)

    def open(self, name: str, _clock: Clock, *, api: str) -> RecordingPort:
        assert api == "alsa"
        self.ports[name] = RecordingPort(ManualClock(), name)
        return self.ports[name]


def panic(*options: str) -> Result:
    return CliRunner().invoke(main, ["panic", *options])


def test_panic_silences_every_output(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, "Synth", "AI Drums")
    result = panic()
    assert result.exit_code == 0, result.output
    assert set(machine.ports) == {"Synth", "AI Drums"}
    assert all(port.closed for port in machine.ports.values())


def test_panic_ends_every_note_of_every_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, "Synth")
    panic()
    sent = [message for _time, message in machine.ports["Synth"].sent]
    controls = {(m.channel, m.control, m.value) for m in sent if m.type == "control_change"}
    ended = {(m.channel, m.note) for m in sent if m.type == "note_off"}
    assert controls == set(product(range(16), (120, 123), (0,)))
    assert ended == set(product(range(16), range(128)))


def test_panic_takes_a_part_of_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, "Synth", "AI Drums")
    assert panic("--out", "drums").exit_code == 0
    assert list(machine.ports) == ["AI Drums"]


def test_panic_on_an_output_that_is_not_there_lists_those_that_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Machine(monkeypatch, "Synth")
    result = panic("--out", "Piano")
    assert result.exit_code == 1
    assert "'Piano'" in result.output
    assert "Synth" in result.output


def test_panic_with_no_output_at_all_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    Machine(monkeypatch)
    result = panic()
    assert result.exit_code == 1
    assert "no MIDI output to silence" in result.output


@pytest.mark.jack
def test_a_synth_on_jack_hears_every_word_of_the_panic() -> None:
    with jack_server() as server, JackGuitarist(server, "synth") as synth:
        synth.play([])
        done = subprocess.run(
            [sys.executable, "-m", "drumd", "panic", "--out", "synth"],
            capture_output=True,
            text=True,
            check=False,
        )
        synth.wait(tail=0.1)
    assert done.returncode == 0, done.stderr
    heard = {data for _time, data in synth.received}
    assert len(heard) == len(synth.received) == 16 * (128 + 2)
