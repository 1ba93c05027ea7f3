"""The live mixer, driven by hand: no sound card, no waiting."""

from __future__ import annotations

import numpy as np
import pytest

from drumd.config import KIT_PROGRAMS
from drumd.sound.kits.kit import Kit
from drumd.sound.kits.pieces import Piece
from drumd.sound.live_drums import LiveDrums
from drumd.sound.mixer import VOLUME, Ringing
from drumd.sound.orders import CANCEL, GUITAR, KIT, ORDER, SILENCE, STRIKE
from drumd.sound.synthesis.modes import Audio
from drumd.timing.clock import ManualClock
from tests.drumd.sound.conftest import tiny_kit

BLOCK = 10  # frames, at 1000 a second: 10 ms
KICK, SNARE = 36, 38


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(5.0)


@pytest.fixture
def drums(tiny: Kit, clock: ManualClock) -> LiveDrums:
    return LiveDrums(tiny, clock)


def strike(number: int, at: float, key: int = KICK) -> bytes:
    return ORDER.pack(STRIKE, number, at, key, 127)


def play(drums: LiveDrums, clock: ManualClock, blocks: int) -> Audio:
    """As a driver does: a block each 10 ms."""
    out = []
    for _ in range(blocks):
        out.append(drums.fill(BLOCK))
        clock.advance(BLOCK / 1000)
    return np.concatenate(out)[:, 0]


def test_a_stroke_sounds_on_its_frame(drums: LiveDrums, clock: ManualClock) -> None:
    play(drums, clock, 5)
    drums.put(strike(1, at=5.123))
    out = play(drums, clock, 10)
    assert np.nonzero(out)[0][0] == 73  # 5.050 + 73 ms
    assert drums.counts.strokes == 1 and drums.counts.late == 0


def test_strokes_keep_their_distance_to_the_frame(drums: LiveDrums, clock: ManualClock) -> None:
    play(drums, clock, 1)
    for number in range(8):
        drums.put(strike(number, at=5.1 + number * 0.0625, key=(KICK, SNARE)[number % 2]))
    steps = np.nonzero(np.abs(np.diff(play(drums, clock, 60))) > 1e-3)[0]
    assert set(np.diff(steps)) <= {62, 63}


def test_a_driver_that_comes_late_moves_no_stroke(drums: LiveDrums, clock: ManualClock) -> None:
    play(drums, clock, 40)
    clock.advance(0.004)  # one block is asked for 4 ms late, the next in time again
    drums.put(strike(1, at=5.45))
    first = play(drums, clock, 1)
    clock.advance(-0.004)
    out = np.concatenate([first, play(drums, clock, 9)])
    assert np.nonzero(out)[0][0] == 50


def test_a_stroke_that_was_taken_back_is_silent(drums: LiveDrums, clock: ManualClock) -> None:
    play(drums, clock, 1)
    drums.put(strike(1, at=5.05))
    drums.put(strike(2, at=5.06))
    drums.put(ORDER.pack(CANCEL, 1, 0.0, 0, 0))
    assert np.nonzero(play(drums, clock, 10))[0][0] == 50
    assert drums.counts.strokes == 1


def test_a_late_stroke_sounds_at_once_and_is_counted(drums: LiveDrums, clock: ManualClock) -> None:
    play(drums, clock, 5)
    drums.put(strike(1, at=5.02))
    assert play(drums, clock, 1)[0] != 0 and drums.counts.late == 1


def test_silence_ends_what_sounds_and_what_is_to_come(drums: LiveDrums, clock: ManualClock) -> None:
    play(drums, clock, 1)
    drums.put(strike(1, at=5.02))
    drums.put(strike(2, at=5.5))
    assert play(drums, clock, 5).any()
    drums.put(ORDER.pack(SILENCE, 0, 0.0, 0, 0))
    play(drums, clock, 10)
    assert drums.silent and not play(drums, clock, 60).any()


def test_a_wall_of_strokes_does_not_clip(drums: LiveDrums, clock: ManualClock) -> None:
    play(drums, clock, 1)
    for number in range(200):
        drums.put(strike(number, at=5.02, key=35 + number % 20))
    assert np.abs(play(drums, clock, 10)).max() < 1


def test_another_kit_sounds_from_its_moment_on_and_the_old_one_rings_out(
    tiny: Kit, clock: ManualClock
) -> None:
    other = tiny_kit()
    snares = dict.fromkeys(Piece, other.pieces[Piece.SNARE])
    drums = LiveDrums(tiny, clock, kits={"jazz": Kit("snares", other.rate, snares)})
    play(drums, clock, 1)
    drums.put(ORDER.pack(KIT, 0, 5.05, KIT_PROGRAMS["jazz"], 0))
    drums.put(strike(1, at=5.02))
    drums.put(strike(2, at=5.06))
    out = play(drums, clock, 8)
    old, both = out[15], out[55]  # 5.025 and 5.065
    kick, snare = (VOLUME * other.sound(piece, 127)[0, 0] for piece in (Piece.KICK, Piece.SNARE))
    assert (old, both) == (pytest.approx(kick), pytest.approx(kick + snare))


def test_the_guitar_begins_on_its_frame_when_it_is_told(tiny: Kit, clock: ManualClock) -> None:
    guitar = Ringing(np.full((50, 2), 32_767, np.int16), 0, np.float32(0.1 / 32_767))
    drums = LiveDrums(tiny, clock, guitar)
    assert not play(drums, clock, 5).any()
    drums.put(ORDER.pack(GUITAR, 0, 5.123, 0, 0))
    out = play(drums, clock, 20)
    assert (np.nonzero(out)[0][[0, -1]] == (73, 122)).all()
    assert out[80] == pytest.approx(0.1 * VOLUME)


def test_blocks_that_the_driver_came_too_late_for_are_counted(
    drums: LiveDrums, clock: ManualClock
) -> None:
    play(drums, clock, 5)
    clock.advance(0.05)
    play(drums, clock, 5)
    assert drums.counts.gaps == 1 and drums.counts.blocks == 10
