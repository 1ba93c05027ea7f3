"""What the parts of a timbre sound like, against formulas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from drumd.sound.synthesis.modes import Modes, cloud, damped_sines, membrane, ring
from drumd.sound.synthesis.noise import Noise, NoiseBank
from drumd.sound.synthesis.room import add_reflections, first_reflections
from drumd.sound.synthesis.timbre import Timbre, cut, strike
from tests.support.sound_measures import measure, t60

RATE = 48_000


@pytest.fixture(scope="module")
def bank() -> NoiseBank:
    return NoiseBank(RATE)


def test_damped_sines_are_the_sum_that_the_formula_says() -> None:
    hz, t60_s = np.array([100.0, 333.3, 4000.0]), np.array([0.5, 0.2, 0.1])
    gains = np.array([[1.0, 0.5, 0.25], [0.2, 0.0, 1.0]], np.complex128)
    found = damped_sines(hz, t60_s, gains, 5000, RATE)
    time = np.arange(5000)[:, None] / RATE
    sines = np.sin(2 * np.pi * hz * time) * 1000.0 ** (-time / t60_s)
    assert found.shape == (5000, 2)
    assert np.abs(found - sines @ gains.real.T).max() < 1e-4


def test_a_mode_falls_by_60_db_in_its_time() -> None:
    found = damped_sines(np.array([200.0]), np.array([0.4]), np.ones((1, 1), complex), RATE, RATE)
    assert t60(found[:, 0].astype(float), RATE) == pytest.approx(0.4, rel=0.03)


@pytest.mark.parametrize("bend", [0.0, 0.5])
def test_a_skin_comes_to_rest_on_its_pitch(bend: float) -> None:
    skin = replace(membrane(100.0, 0.0, 1.5), bend=bend, bend_s=0.01)
    found = ring(skin, np.ones(len(skin.hz)), np.random.default_rng(0), RATE, RATE)
    assert measure(found, RATE).pitch_hz == pytest.approx(100, abs=1)


def test_a_bent_skin_starts_sharp() -> None:
    skin = Modes(hz=(100.0,), db=(0.0,), t60_s=(2.0,), bend=1.0, bend_s=0.05)
    found = ring(skin, np.ones(1), np.random.default_rng(0), RATE, RATE)[:, 0]
    turns = np.nonzero((found[:-1] < 0) & (found[1:] >= 0))[0]
    periods = np.diff(turns) / RATE
    assert periods[0] < 0.007 < 0.0095 < periods[20]


def test_a_cloud_is_the_same_each_time_and_lies_between_its_ends() -> None:
    level = ((300.0, -10.0), (9000.0, -20.0))
    plate = cloud(1, 80, level, ((300.0, 1.0),))
    assert plate == cloud(1, 80, level, ((300.0, 1.0),))
    assert plate != cloud(2, 80, level, ((300.0, 1.0),))
    assert min(plate.hz) > 300 and max(plate.hz) < 9000


def test_noise_stays_in_its_bands_and_decays_in_their_times(bank: NoiseBank) -> None:
    noise = Noise(((1000.0, 0.0), (4000.0, 0.0)), ((1000.0, 0.5),))
    found = bank.shape(noise, np.ones(len(bank.centres)), np.random.default_rng(0), RATE)
    spectrum = np.abs(np.fft.rfft(found[:4800, 0])) ** 2
    hz = np.fft.rfftfreq(4800, 1 / RATE)
    inside = spectrum[(hz > 800) & (hz < 5000)].sum() / spectrum.sum()
    assert inside > 0.97
    assert t60(found[:, 0].astype(float), RATE) == pytest.approx(0.5, rel=0.1)


def test_wide_noise_differs_left_and_right_and_narrow_noise_does_not(bank: NoiseBank) -> None:
    def likeness(width: float) -> float:
        noise = Noise(((500.0, 0.0), (8000.0, 0.0)), ((500.0, 1.0),), width=width)
        found = bank.shape(noise, np.ones(len(bank.centres)), np.random.default_rng(0), RATE)
        return float(np.corrcoef(found.T)[0, 1])

    assert likeness(0.0) == pytest.approx(1.0)
    assert abs(likeness(1.0)) < 0.1


def test_a_long_sound_reads_the_bank_round_its_end(bank: NoiseBank) -> None:
    noise = Noise(((1000.0, 0.0), (4000.0, 0.0)), ((1000.0, 60.0),))
    found = bank.shape(noise, np.ones(len(bank.centres)), np.random.default_rng(0), 4 * RATE)
    assert np.abs(found[-RATE:]).max() > 0.5


def test_the_nearer_wall_answers_first_on_its_side() -> None:
    left, right = first_reflections(-1.0)
    sound = np.zeros((4800, 2), np.float32)
    sound[0] = 1.0
    add_reflections(sound, -1.0, 1.0, RATE)
    assert sound[1:, 0].any() and sound[1:, 1].any()
    assert min(tap[1] for tap in left) != min(tap[1] for tap in right)
    assert (np.abs(sound[1:]) < 1).all()


def test_a_soft_stroke_is_darker_than_a_hard_one(bank: NoiseBank) -> None:
    plain = Timbre((membrane(200.0, 0.0, 0.3),), 0.5, -30, dark_db=6.0)
    soft, hard = (strike(plain, h, bank, np.random.default_rng(1)) for h in (0.0, 1.0))
    assert measure(soft, RATE).centroid_hz < 0.92 * measure(hard, RATE).centroid_hz


def test_a_sound_ends_where_it_cannot_be_heard_and_without_a_click() -> None:
    sound = np.zeros((RATE, 2), np.float32)
    sound[:100] = 1.0
    sound[100:5000] = 0.01
    short = cut(sound, RATE)
    assert len(short) == 5000 and np.abs(short[-1]).max() == 0.0
