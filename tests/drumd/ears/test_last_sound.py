"""The last minutes of sound: what becomes a file, and where on the clock it lies."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from drumd.ears.last_sound import LastSound
from drumd.ears.sources.base import Block

RATE, BEGAN = 8_000, 50.0


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drumd.ears.last_sound.PAUSE_S", 0.0)


def tone(seconds: float, hz: float = 300.0, rate: float = RATE) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / rate)).astype("f4")


def heard(samples: np.ndarray, *, memory_s: float = 60.0, rate: float = RATE) -> LastSound:
    """By a sound card that says that it has RATE and has `rate`."""
    sound = LastSound(RATE, memory_s)
    for first in range(0, len(samples), 100):
        sound.add(Block(BEGAN + first / rate, samples[first : first + 100]))
    return sound


def saved(sound: LastSound, path: Path, start: float, end: float) -> np.ndarray:
    assert sound.save(path, start, end)
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32767


def test_a_stretch_is_what_was_heard_then(tmp_path: Path) -> None:
    samples = tone(5)
    out = saved(heard(samples), tmp_path / "a.wav", BEGAN + 1, BEGAN + 3)
    np.testing.assert_allclose(out, samples[RATE : 3 * RATE], atol=1e-4)


def test_what_lies_before_the_first_sound_is_silence(tmp_path: Path) -> None:
    samples = tone(2)
    out = saved(heard(samples), tmp_path / "a.wav", BEGAN - 1, BEGAN + 1)
    assert not out[:RATE].any()
    np.testing.assert_allclose(out[RATE:], samples[:RATE], atol=1e-4)


def test_it_ends_where_nothing_was_heard_yet(tmp_path: Path) -> None:
    assert len(saved(heard(tone(2)), tmp_path / "a.wav", BEGAN, BEGAN + 9)) == 2 * RATE


def test_lost_blocks_are_silence_and_move_nothing(tmp_path: Path) -> None:
    sound, samples = LastSound(RATE, 60.0), tone(4)
    for first in range(0, len(samples), 100):
        if not 1.0 <= first / RATE < 1.5:
            sound.add(Block(BEGAN + first / RATE, samples[first : first + 100]))
    out = saved(sound, tmp_path / "a.wav", BEGAN, BEGAN + 4)
    assert not out[RATE + 5 : 3 * RATE // 2 - 5].any()
    np.testing.assert_allclose(out[3 * RATE // 2 + 5 :], samples[3 * RATE // 2 + 5 :], atol=1e-3)


def test_a_sound_card_that_runs_fast_lies_on_the_clock_to_the_end(tmp_path: Path) -> None:
    fast = RATE * 1.001  # 20 ms in these 20 s
    out = saved(heard(tone(20, rate=fast), rate=fast), tmp_path / "a.wav", BEGAN, BEGAN + 19.5)
    np.testing.assert_allclose(out, tone(19.5), atol=2e-3)


def test_the_oldest_makes_room(tmp_path: Path) -> None:
    samples = tone(5, hz=310.7)
    sound = heard(samples, memory_s=2.0)
    out = saved(sound, tmp_path / "a.wav", BEGAN + 3.5, BEGAN + 5)
    np.testing.assert_allclose(out, samples[round(3.5 * RATE) :], atol=1e-4)


def test_of_what_is_long_past_there_is_no_file(tmp_path: Path) -> None:
    sound = heard(tone(9), memory_s=2.0)
    assert not sound.save(tmp_path / "a.wav", BEGAN, BEGAN + 3)
    assert not LastSound(RATE, 2.0).save(tmp_path / "a.wav", BEGAN, BEGAN + 3)
    assert not list(tmp_path.iterdir())
