"""The doctor hears what is wrong with a guitar's cable, its gain and the mains."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from drumd.cli import main
from drumd.doctor.audio_findings import examine_audio
from drumd.doctor.audio_input import facts_of, hum_and_rest, listen
from drumd.doctor.findings import Finding, State
from drumd.ears.sources.base import Block, SourceError
from tests.support.plucked import plucked

RATE = 48_000
NOTES = [(0.1 + 0.5 * k, pitch, 100, 0.45) for k, pitch in enumerate((40, 47, 52, 45))]


def guitar(*, rate: int = RATE, mains: int = 0, level: float = 0.01) -> np.ndarray:
    """Two seconds of playing and one of rest, with hum all through."""
    samples = np.concatenate([plucked(NOTES, 2.2, rate), np.zeros(rate, np.float32)])
    at = 2 * np.pi * mains * np.arange(len(samples)) / rate
    hum = np.sin(at) + 0.5 * np.sin(2 * at) + 0.3 * np.sin(3 * at)
    hiss = 1e-4 * np.random.default_rng(2).standard_normal(len(samples))
    return (samples + hiss + (level * hum if mains else 0)).astype(np.float32)


def found(samples: np.ndarray, rate: int = RATE, buffer_s: float = 0.005) -> dict[str, Finding]:
    findings = examine_audio(facts_of("usb", samples, rate, buffer_s))
    return {one.subject: one for one in findings}


def complaints(samples: np.ndarray, rate: int = RATE, buffer_s: float = 0.005) -> dict[str, str]:
    told = found(samples, rate, buffer_s)
    bad = {subject: one for subject, one in told.items() if one.state is not State.GOOD}
    assert all(one.advice for one in bad.values())
    return {subject: one.text for subject, one in bad.items()}


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_a_good_guitar_needs_nothing(rate: int) -> None:
    assert complaints(guitar(rate=rate), rate) == {}


def test_silence_is_broken_and_a_soft_signal_is_noted() -> None:
    assert found(np.zeros(RATE, np.float32))["audio input"].state is State.BROKEN
    assert "soft" in complaints(guitar() / 50)["audio input"]


def test_clipping_is_counted() -> None:
    loud = np.clip(guitar() * 6, -1, 1)
    assert int(complaints(loud)["clipping"].split()[0]) > 20
    assert "nearly at the top" in complaints(guitar() * 1.95)["audio input"]


@pytest.mark.parametrize("mains", [50, 60])
@pytest.mark.parametrize("rate", [44_100, 96_000])
def test_hum_is_told_by_the_mains_it_comes_from(mains: int, rate: int) -> None:
    assert complaints(guitar(rate=rate, mains=mains), rate)["hum"].startswith(f"{mains} Hz")
    assert "hum" not in complaints(guitar(rate=rate, mains=mains, level=2e-4), rate)


def test_hum_and_the_rest_are_measured_apart() -> None:
    at = 2 * np.pi * np.arange(RATE) / RATE
    both = (0.1 * np.sin(50 * at) + 0.02 * np.sin(1_234 * at)).astype(np.float32)
    hum, rest = hum_and_rest(both, RATE, 50)
    assert hum == pytest.approx(0.1 / np.sqrt(2), rel=0.02)
    assert rest == pytest.approx(0.02 / np.sqrt(2), rel=0.02)


def test_a_note_that_rings_on_is_no_hum() -> None:
    for pitch in (40, 43, 45, 47):  # 82, 98, 110 and 123 Hz
        assert "hum" not in complaints(plucked([(0.0, pitch, 100, 3.0)], 3.0))


def test_a_headset_and_a_long_buffer_are_noted() -> None:
    assert "sample rate" in complaints(guitar(rate=16_000), 16_000)
    assert "buffer" in complaints(guitar(), buffer_s=0.02)


class Dead:
    """A source from which nothing comes."""

    name, other, rate = "usb", None, RATE

    def read(self, patience_s: float) -> Block | None:  # noqa: ARG002
        return None

    def lost(self) -> str | None:
        return None

    def close(self) -> None:
        """Nothing to close."""


def test_an_input_that_gives_nothing_is_told() -> None:
    with pytest.raises(SourceError, match="nothing comes"):
        listen(Dead())


def test_the_command_hears_an_input_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drumd.cli.doctor.try_live_path", lambda: "")
    with wave.open(str(tmp_path / "riff.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(guitar()[:RATE] * 9, -1, 1) * 32_767).astype("<i2").tobytes())
    result = CliRunner().invoke(main, ["doctor", "--json", "--in", str(tmp_path / "riff.wav")])
    told = {one["subject"]: one for one in json.loads(result.stdout)["findings"]}
    assert "riff.wav" in told["audio input"]["text"] and told["clipping"]["state"] == "note"
    gone = CliRunner().invoke(main, ["doctor", "--in", str(tmp_path / "none.wav")])
    assert gone.exit_code == 1 and "is not there" in gone.output
    midi = CliRunner().invoke(main, ["doctor", "--in", "Guitar"])
    assert midi.exit_code == 1 and "--in audio" in midi.output
