"""`drumd doctor`: its exit status and its two ways of telling."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drumd.cli import main
from drumd.cli.doctor import bundle
from drumd.doctor.findings import Finding, State
from drumd.doctor.system import ApiFacts, Facts
from drumd.ports.base import PortList
from engine.inference.bundle import PLAY, SHIPPED

HEALTHY = Facts(
    system="Linux",
    python=(3, 11, 7),
    apis=(ApiFacts("alsa", PortList(("Guitar",), ("Synth",), "alsa")),),
    servers=("ALSA sequencer",),
    realtime="",
    missing=("music21",),
)


def doctor(monkeypatch: pytest.MonkeyPatch, *options: str, fault: str = "") -> Result:
    monkeypatch.setattr("drumd.cli.doctor.gather", lambda: HEALTHY)
    monkeypatch.setattr("drumd.cli.doctor.try_live_path", lambda: fault)
    whole = Finding("drummer", State.GOOD, "bundle is intact")
    monkeypatch.setattr("drumd.cli.doctor.bundle", lambda: whole)
    return CliRunner().invoke(main, ["doctor", *options])


def test_notes_alone_are_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    result = doctor(monkeypatch)
    assert result.exit_code == 0, result.output
    assert "music21: not installed" in result.output
    assert "drumd[notation]" in result.output


def test_something_broken_is_exit_status_one(monkeypatch: pytest.MonkeyPatch) -> None:
    result = doctor(monkeypatch, fault="no drums came")
    assert result.exit_code == 1
    assert "self-test: no drums came" in result.output


def test_programs_get_every_finding_as_one_json_document(monkeypatch: pytest.MonkeyPatch) -> None:
    result = doctor(monkeypatch, "--json", fault="no drums came")
    assert result.exit_code == 1
    findings = json.loads(result.stdout)["findings"]
    assert {one["subject"]: one["state"] for one in findings} == {
        "Python": "good",
        "MIDI": "good",
        "servers": "good",
        "ports": "good",
        "virtual ports": "good",
        "priority": "good",
        "music21": "note",
        "drummer": "good",
        "self-test": "broken",
    }


def test_a_drummer_that_was_tampered_with_is_broken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert bundle().state is State.GOOD
    copy = tmp_path / "copy"
    shutil.copytree(SHIPPED, copy)
    (copy / PLAY).write_bytes((copy / PLAY).read_bytes()[:-1])
    monkeypatch.setattr("engine.inference.bundle.SHIPPED", copy)
    found = bundle()
    assert found.state is State.BROKEN
    assert PLAY in found.text
    assert found.advice
