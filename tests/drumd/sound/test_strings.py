"""Plucked strings: in tune, dying away, and louder through the amplifier."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from drumd.ports.midi_file_host import read_host_file
from drumd.sound.strings.cabinet import Cabinet, minimum_phase
from drumd.sound.strings.guitar import Guitar, amplify
from drumd.sound.strings.plucks import ACOUSTIC, BASS, CLEAN, DRIVEN, Plucks, hz_of, voice_of
from drumd.sound.strings.track import guitar_track
from tests.support.guitar_file import guitar_file
from tests.support.sound_measures import measure

RATE = 48_000


def lowest_partial(sound: np.ndarray, near: float) -> float:
    """The frequency of the strongest partial within a semitone of `near`."""
    part = sound[2000 : 2000 + RATE]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 19))
    hz = np.fft.rfftfreq(1 << 19, 1 / RATE)
    inside = (hz > near * 0.944) & (hz < near * 1.059)
    return float(hz[inside][spectrum[inside].argmax()])


@pytest.mark.parametrize("pitch", [40, 52, 64, 76])
def test_a_string_is_in_tune(pitch: int) -> None:
    sound = Plucks(CLEAN, RATE).sound(pitch, 90, 2.0)[:, 0]
    cents = 1200 * np.log2(lowest_partial(sound, hz_of(pitch)) / hz_of(pitch))
    assert abs(cents) < 3


def test_high_harmonics_die_first_and_a_soft_pluck_has_fewer() -> None:
    hard, soft = (Plucks(CLEAN, RATE).sound(45, v, 3.0) for v in (120, 20))
    assert measure(hard[RATE:], RATE).brightness_hz < 0.7 * measure(hard, RATE).brightness_hz
    assert measure(soft, RATE).brightness_hz < 0.8 * measure(hard, RATE).brightness_hz


def test_a_note_is_computed_once_unless_a_longer_one_is_asked_for() -> None:
    plucks = Plucks(replace(CLEAN), RATE)
    first, _, again = (plucks.sound(45, 90, 0.3) for _ in range(3))
    assert again is first
    assert len(plucks.sound(45, 90, 2.0)) >= 2 * RATE > len(first)


def test_a_note_that_is_held_for_ever_ends_without_a_click() -> None:
    sound = Plucks(BASS, RATE).sound(28, 100, 60.0)
    assert len(sound) == 5 * RATE and np.abs(sound[-100:]).max() < 1e-3


def test_a_note_begins_on_its_frame_and_ends_soon_after_it_is_let_go() -> None:
    guitar = Guitar(CLEAN, RATE)
    guitar.pluck(45, 100, 4800, 24_000)
    out = np.abs(guitar.block(2 * RATE)).max(axis=1)
    assert out[:4800].max() < 1e-7 and out[4800:5000].max() > 1e-3
    let_go = 4800 + 24_000
    assert out[let_go + 9600 :].max() < 0.02 * out[let_go - 4800 : let_go].max()


def test_the_guitar_of_a_file_sounds_where_its_notes_are(tmp_path: Path) -> None:
    guitar_file(tmp_path / "song.mid", 1)
    file = read_host_file(tmp_path / "song.mid")
    rate = 8_000
    track = guitar_track(file, rate)
    begins = [seconds for seconds, message in file if message.type == "note_on"]
    out = np.abs(track.gain * track.sound).max(axis=1)
    for seconds in begins:
        frame = round(seconds * rate)
        assert out[frame : frame + 80].max() > 2 * out[max(0, frame - 80) : frame].max(initial=0)
    assert 0.01 < out.max() < 1 and len(out) > begins[-1] * rate


def test_programs_choose_their_strings() -> None:
    assert [voice_of(p) for p in (25, 27, 29, 30, 33, 0)] == [
        ACOUSTIC, CLEAN, DRIVEN, DRIVEN, BASS, ACOUSTIC,
    ]  # fmt: skip


def test_the_amplifier_adds_harmonics_and_holds_the_level() -> None:
    time = np.arange(RATE) / RATE
    sine = np.sin(2 * np.pi * 200 * time).astype(np.float32)
    loud, quiet = (np.abs(np.fft.rfft(amplify(g * sine, 9.0))) for g in (1.0, 0.25))
    assert loud[600] > 0.1 * loud[200] and loud[400] > 0.01 * loud[200]
    assert loud[200] < 2 * quiet[200]


@pytest.mark.parametrize("sizes", [(9000,), (100,) * 90, (4000, 1, 4999)])
def test_the_cabinet_filters_alike_in_blocks_of_any_size(sizes: tuple[int, ...]) -> None:
    noise = np.random.default_rng(0).standard_normal(9000).astype(np.float32)
    cabinet, whole = (Cabinet(CLEAN.response, -0.3, 0.4, RATE) for _ in range(2))
    parts = np.split(noise, np.cumsum(sizes)[:-1])
    found = np.concatenate([cabinet(part) for part in parts])
    assert np.abs(found - whole(noise)).max() < 1e-4


def test_the_cabinet_answers_at_once_with_the_response_that_was_asked_for() -> None:
    taps = minimum_phase(((100.0, 0.0), (1000.0, -12.0), (10_000.0, -24.0)), RATE)
    response = 20 * np.log10(np.abs(np.fft.rfft(taps, RATE)))
    assert response[[1000, 10_000]] == pytest.approx([-12, -24], abs=1)
    assert np.abs(taps).argmax() < 10
