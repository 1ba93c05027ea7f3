"""The script for Ardour that ships: it joins a session with a running drumd."""

from __future__ import annotations

import os
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from drumd.ports.jack.client import JackInput, JackOutput
from drumd.timing.clock import MonotonicClock
from tests.support.ardour import LOST, PROGRAM, ServerLostError, require_ardour, with_ardour
from tests.support.jack.harness import jack_server

WIRE = Path(__file__).parent.parent / "support" / "ardour_wire.lua"


def said_in_ardour(folder: Path) -> list[str]:
    """What the script said to a session beside a guitar and drums of drumd's."""
    home = folder / "home"
    home.mkdir()
    with jack_server() as server:
        clock = MonotonicClock()
        guitar, drums = JackInput("Guitar", clock), JackOutput("AI Drums", clock)
        environment = os.environ | {"HOME": str(home), "JACK_DEFAULT_SERVER": server.name}
        for name in ("CONFIG", "CACHE", "DATA", "STATE"):
            environment[f"XDG_{name}_HOME"] = str(home / name.lower())
        script = str(files("drumd").joinpath("data", "drumd-ardour.lua"))
        line = [PROGRAM, str(WIRE), str(folder / "session"), script, str(server.rate)]
        done = subprocess.run(
            [*line, f"ardour-{os.getpid()}"],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=120, check=False,
        )  # fmt: skip
        guitar.close()
        drums.close()
    if LOST in done.stdout:
        raise ServerLostError(done.stdout)
    return done.stdout.splitlines()


@pytest.mark.ardour
def test_the_script_joins_guitar_and_drums_with_drumd(tmp_path: Path) -> None:
    require_ardour()
    said = with_ardour(said_in_ardour, tmp_path)
    assert "track Guitar plays drumd true hears drumd false" in said
    assert "track AI Drums plays drumd false hears drumd true" in said
