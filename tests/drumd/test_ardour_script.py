"""The script for Ardour that ships: it joins a session with a running drumd."""

from __future__ import annotations

import os
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from drumd.ports.jack.client import JackInput, JackOutput
from drumd.timing.clock import MonotonicClock
from tests.support.ardour import PROGRAM, require_ardour
from tests.support.jack.harness import jack_server

WIRE = Path(__file__).parent.parent / "support" / "ardour_wire.lua"


@pytest.mark.ardour
def test_the_script_joins_guitar_and_drums_with_drumd(tmp_path: Path) -> None:
    require_ardour()
    home = tmp_path / "home"
    home.mkdir()
    with jack_server() as server:
        clock = MonotonicClock()
        guitar, drums = JackInput("Guitar", clock), JackOutput("AI Drums", clock)
        environment = os.environ | {"HOME": str(home), "JACK_DEFAULT_SERVER": server.name}
        for name in ("CONFIG", "CACHE", "DATA", "STATE"):
            environment[f"XDG_{name}_HOME"] = str(home / name.lower())
        script = str(files("drumd").joinpath("data", "drumd-ardour.lua"))
        line = [PROGRAM, str(WIRE), str(tmp_path / "session"), script, str(server.rate)]
        done = subprocess.run(
            [*line, f"ardour-{os.getpid()}"],
            env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        guitar.close()
        drums.close()
    said = done.stdout.splitlines()
    assert "track Guitar plays drumd true hears drumd false" in said, done.stdout + done.stderr
    assert "track AI Drums plays drumd false hears drumd true" in said
