"""Strokes are heard as they sound, whatever the sound comes through."""

from __future__ import annotations

import numpy as np
import pytest

from drumd.sound.strings.plucks import ACOUSTIC
from engine.hearing import onsets
from engine.hearing.onsets import OnsetDetector, Stroke
from tests.support.plucked import muted, plucked

RATE = 48_000
RIFF = [
    (0.5 + 0.25 * k, pitch, 76 + 8 * (k % 3), 0.24) for k, pitch in enumerate((40, 47, 52, 55) * 4)
]


def heard(samples: np.ndarray, rate: int = RATE, block: int = 256) -> list[Stroke]:
    detector = OnsetDetector(rate)
    return [
        stroke
        for begin in range(0, len(samples), block)
        for stroke in detector.hear(samples[begin : begin + block])
    ]


def near(strokes: list[Stroke], times: list[float], within: float) -> int:
    return sum(any(abs(one.time - time) < within for one in strokes) for time in times)


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_each_stroke_is_heard_and_stamped_when_it_sounded(rate: int) -> None:
    times = [time for time, *_ in RIFF]
    strokes = heard(plucked(RIFF, 5.0, rate), rate)
    assert near(strokes, times, 0.012) >= len(times) - 2
    assert len(strokes) <= len(times) + 1


def test_a_stroke_is_known_within_30_ms_of_its_sound() -> None:
    samples, detector = plucked([(1.0, 45, 90, 1.0)], 2.0), OnsetDetector(RATE)
    known = next(
        (begin + 64) / RATE
        for begin in range(0, len(samples), 64)
        if detector.hear(samples[begin : begin + 64])
    )
    assert 1.0 < known < 1.03


def test_blocks_of_any_size_give_the_same_strokes() -> None:
    samples = plucked(RIFF, 5.0)
    assert heard(samples, block=64) == heard(samples, block=5_000)


def test_a_strum_is_one_stroke() -> None:
    chord = [(1.0 + 0.008 * k, pitch, 90, 1.0) for k, pitch in enumerate((40, 47, 52, 56, 59, 64))]
    assert len(heard(plucked(chord, 2.5, voice=ACOUSTIC))) == 1


def test_muted_strokes_are_heard() -> None:
    times = [0.5, 1.0, 1.5, 2.0]
    assert near(heard(muted(times, 2.5)), times, 0.01) == 4


@pytest.mark.parametrize("hum", [0.0, 0.01])
def test_silence_and_hum_are_no_strokes(hum: float) -> None:
    time = np.arange(4 * RATE) / RATE
    quiet = hum * np.sin(2 * np.pi * 50 * time) + hum / 3 * np.sin(2 * np.pi * 150 * time)
    assert len(heard(quiet.astype(np.float32))) <= 1  # its beginning may be one


def test_steady_noise_is_no_strokes() -> None:
    noise = 0.02 * np.random.default_rng(1).standard_normal(5 * RATE)
    assert len(heard(noise.astype(np.float32))) <= 2


def test_a_harder_stroke_has_a_higher_velocity() -> None:
    notes = [(0.5 + 0.5 * k, 45, 110 if k % 2 else 50, 0.4) for k in range(10)]
    velocities = [one.velocity for one in heard(plucked(notes, 6.0))]
    assert len(velocities) == 10
    assert np.mean(velocities[3::2]) > np.mean(velocities[2::2]) + 10


def test_loudness_of_the_input_does_not_matter() -> None:
    samples = plucked(RIFF, 5.0)
    loud, quiet = heard(samples), heard(samples / 8)
    assert [round(one.time, 3) for one in loud] == [round(one.time, 3) for one in quiet]


def test_a_slow_strum_is_one_stroke_that_began_with_its_first_strings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shapes = ((40, 47, 52, 56, 59, 64), (43, 47, 50, 55, 59, 67), (41, 48, 53, 57, 60, 65))
    times = [0.5 + 0.3 * k for k in range(18)]
    notes = [
        (at + 0.012 * string, pitch, 80, 0.25)
        for k, at in enumerate(times)
        for string, pitch in enumerate(shapes[k // 6][:: (1, -1)[k % 2]])
    ]
    samples = plucked(notes, times[-1] + 1, RATE, ACOUSTIC)

    def late() -> np.ndarray:
        heard = np.array([stroke.time for stroke in OnsetDetector(RATE).hear(samples)])
        assert len(heard) <= len(times) + 2
        return np.abs(np.array(times)[:, None] - heard).min(1)

    gathered = late()
    assert (gathered > 0.05).sum() <= 2
    monkeypatch.setattr(onsets, "GATHERED_S", 0.0)  # each string for itself
    assert late().mean() > gathered.mean()
