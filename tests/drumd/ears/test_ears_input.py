"""The ears' process seen from the daemon."""

from __future__ import annotations

import os
import signal
import time
import wave
from pathlib import Path

import pytest

from drumd.ears.ears_input import EarsInput
from drumd.errors import PortError
from drumd.timing.clock import MonotonicClock

PATIENCE_S = 60.0


def silence(path: Path, seconds: float) -> str:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(bytes(4 * round(44_100 * seconds)))
    return str(path)


def test_a_file_ends_and_silence_holds_nothing(tmp_path: Path) -> None:
    ears, heard = EarsInput(silence(tmp_path / "a.wav", 0.3), MonotonicClock()), list[object]()
    give_up = time.monotonic() + PATIENCE_S
    while not ears.ended and time.monotonic() < give_up:
        heard += ears.poll()
        time.sleep(0.01)
    ended, lost = ears.ended, ears.lost()
    ears.close()
    assert (ended, lost, heard) == (True, None, [])


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_process_that_is_killed_is_told(tmp_path: Path) -> None:
    ears = EarsInput(silence(tmp_path / "a.wav", 120), MonotonicClock())
    assert ears.pid is not None
    os.kill(ears.pid, signal.SIGKILL)
    give_up = time.monotonic() + PATIENCE_S
    while ears.lost() is None and time.monotonic() < give_up:
        list(ears.poll())
        time.sleep(0.01)
    why = ears.lost()
    ears.close()
    assert why == "the process that hears has died"


def test_what_cannot_be_opened_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PortError, match="not there"):
        EarsInput(str(tmp_path / "none.wav"), MonotonicClock())
