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


def square(path: Path, seconds: float) -> str:
    """A tone at half of full scale."""
    wave_length = (b"\x00\x40" * 2) * 50 + (b"\x00\xc0" * 2) * 50
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(wave_length * round(seconds * 441))
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


def test_the_level_is_told_and_what_sounded_becomes_a_file(tmp_path: Path) -> None:
    clock, kept = MonotonicClock(), tmp_path / "kept.wav"
    ears = EarsInput(square(tmp_path / "a.wav", 120), clock)
    give_up = time.monotonic() + PATIENCE_S
    asked = False
    while not (ears.said or ears.lost()) and time.monotonic() < give_up:
        list(ears.poll())
        if ears.level and ears.level.peak > 0.4 and not asked:
            asked = True
            ears.save(kept, clock.now() - 1.0, clock.now())
        time.sleep(0.01)
    level, said = ears.level, ears.said
    ears.close()
    assert said == ["the sound too: kept.wav"]
    assert level and level.db == pytest.approx(-6, abs=0.1) and not level.clips
    with wave.open(str(kept), "rb") as file:
        frames = file.readframes(file.getnframes())
        assert file.getframerate() == 44_100
    assert max(memoryview(frames).cast("h")) == pytest.approx(16_384, abs=200)


def test_what_cannot_be_opened_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PortError, match="not there"):
        EarsInput(str(tmp_path / "none.wav"), MonotonicClock())


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs SIGSTOP")
def test_nobody_waits_for_ears_that_stand_still(tmp_path: Path) -> None:
    ears = EarsInput(silence(tmp_path / "a.wav", 120), MonotonicClock())
    ears._hears_drums = True  # as a microphone does that is open to them
    assert ears.pid is not None
    os.kill(ears.pid, signal.SIGSTOP)
    try:
        for number in range(30_000):  # more than a pipe holds
            ears.drum(number / 10, 38, 90)
    finally:
        os.kill(ears.pid, signal.SIGCONT)
        ears.close()
    assert ears.lost() == "the ears are closed"
