"""The script for Reaper that ships, run in a stand-in: it was never run in Reaper itself."""

from __future__ import annotations

import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

LUA = next(filter(None, map(shutil.which, ("lua5.4", "lua5.3", "lua", "ardour7-lua"))), None)
STAND_IN = Path(__file__).parent.parent / "support" / "reaper_wire.lua"
MIDI, DEVICE = 4096, 32
OUTPUTS = "Synth,Guitar"

pytestmark = pytest.mark.skipif(LUA is None, reason="needs lua (apt-get install lua5.4)")


def wire(inputs: str, outputs: str = OUTPUTS) -> list[str]:
    script = str(files("drumd").joinpath("data", "drumd-reaper.lua"))
    line = [str(LUA), str(STAND_IN), script, inputs, outputs]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_both_tracks_are_armed_and_joined_with_drumds_ports() -> None:
    assert wire("off,Fishman,AI Drums") == [
        f"track Guitar input {MIDI + DEVICE} output {DEVICE} armed 1",
        f"track AI Drums input {MIDI + 2 * DEVICE} output -1 armed 1",
    ]


def test_the_guitar_is_left_to_choose_where_there_are_several() -> None:
    said, guitar, drums = wire("Fishman,Keys,drumd:AI Drums")
    assert said.startswith("said Choose your guitar")
    assert guitar.startswith("track Guitar input -1 ")
    assert drums.startswith(f"track AI Drums input {MIDI + 2 * DEVICE} ")


def test_without_drumd_it_changes_nothing_and_says_what_to_do() -> None:
    (said,) = wire("Fishman")
    assert said.startswith('said Reaper has no MIDI input "AI Drums": start drumd listen')
