"""Clicks that are heard say the round trip."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from drumd.cli import main
from drumd.cli.calibrate import latencies
from drumd.config import Settings
from drumd.ears.calibration import RoundTrip, round_trip, trips
from drumd.ears.sources.base import Block
from drumd.errors import CalibrationError
from drumd.settings_file import changed, commented, load_settings
from tests.support.jack.harness import jack_server

RATE = 48_000
SENT = [100.5 + 0.6 * k for k in range(12)]


def room(late: list[float], *, noise: float = 0.001, peak: float = 0.3) -> list[Block]:
    """Clicks, each so late, in a room with noise; in blocks from moment 100 on."""
    samples = noise * np.random.default_rng(1).standard_normal(8 * RATE)
    for at, wait in zip(SENT, late, strict=False):
        first = round((at + wait - 100) * RATE)
        ring = np.sin(np.arange(1_000) * 0.2) * np.exp(-np.arange(1_000) / 150)
        samples[first : first + 1_000] += peak * ring
    whole = samples.astype(np.float32)
    return [Block(100 + k / RATE, whole[k : k + 256]) for k in range(0, len(whole), 256)]


@pytest.mark.parametrize("late_s", [0.0, 0.0123, 0.18])
def test_the_round_trip_is_found_to_a_fraction_of_a_millisecond(late_s: float) -> None:
    trip = round_trip(trips(room([late_s] * 12), RATE, SENT))
    assert trip.median_s == pytest.approx(late_s, abs=3e-4)
    assert (trip.heard, trip.sent) == (12, 12) and trip.spread_s < 3e-4


def test_one_slam_of_a_door_does_not_matter() -> None:
    trip = round_trip(trips(room([0.02] * 5 + [0.3] + [0.02] * 6), RATE, SENT))
    assert trip.median_s == pytest.approx(0.02, abs=3e-4) and trip.spread_s < 1e-3


def test_clicks_that_nobody_hears_are_told() -> None:
    for blocks in (room([]), room([0.02] * 12, noise=0.1), []):
        with pytest.raises(CalibrationError, match="none of 12 clicks"):
            round_trip(trips(blocks, RATE, SENT))
    with pytest.raises(CalibrationError, match="only 3 of 12"):
        round_trip(trips(room([0.02] * 3), RATE, SENT))


def test_clicks_that_disagree_are_told() -> None:
    with pytest.raises(CalibrationError, match="do not agree"):
        round_trip(trips(room([0.01 + 0.01 * (k % 3) for k in range(12)]), RATE, SENT))


def test_half_is_taken_off_on_each_way_and_too_much_is_told() -> None:
    assert set(latencies(RoundTrip(0.024, 0.0, 12, 12)).values()) == {12.0}
    assert set(latencies(RoundTrip(-0.0004, 0.0, 12, 12)).values()) == {0.0}
    with pytest.raises(CalibrationError, match="Bluetooth"):
        latencies(RoundTrip(0.25, 0.0, 12, 12))


def test_only_two_lines_of_the_file_change(tmp_path: Path) -> None:
    told = {"latency_ms": 12.5, "input_latency_ms": 12.5}
    text = '# mine\nstyle = "funk"\n  latency_ms=3 # by ear\nseed = 4\n'
    assert changed(text, told) == (
        '# mine\nstyle = "funk"\nlatency_ms = 12.5\nseed = 4\ninput_latency_ms = 12.5\n'
    )
    file = tmp_path / "drumd.toml"
    file.write_text(changed(commented(), told))
    assert load_settings(file, {}) == Settings(latency_ms=12.5, input_latency_ms=12.5)
    assert len(file.read_text().splitlines()) == len(commented().splitlines())
    with pytest.raises(ValueError, match="more than lines"):
        changed("[other]\nx = 1\n", told)


@pytest.mark.parametrize("words", ["--in riff.wav", "--in Guitar", "--out jam.mid"])
def test_what_makes_no_sound_cannot_be_calibrated(words: str) -> None:
    result = CliRunner().invoke(main, ["calibrate", *words.split()])
    assert result.exit_code == 1 and words.split()[-1] in result.output


@pytest.mark.jack
@pytest.mark.slow
def test_sound_that_jack_leads_back_has_no_round_trip(tmp_path: Path) -> None:
    file = tmp_path / "drumd.toml"
    file.write_text('style = "funk"\n')
    words = ["calibrate", "--in", "audio:drumd-sound:left", "--out", "speakers:jack"]
    words += ["--api", "jack", "--config", str(file), "--json"]
    with jack_server():
        result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["heard"] >= 8 and abs(told["round_trip_ms"]) < 5
    assert re.fullmatch(
        r'style = "funk"\nlatency_ms = [\d.]+\ninput_latency_ms = [\d.]+\n', file.read_text()
    )


@pytest.mark.jack
def test_a_midi_port_that_nothing_sounds_from_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drumd.ears.calibration.CLICKS", 2)
    words = ["calibrate", "--in", "audio:nobody", "--out", "AI Drums", "--api", "jack", "--dry-run"]
    with jack_server():
        result = CliRunner().invoke(main, words)
    assert result.exit_code == 1 and "none of 2 clicks" in result.output
