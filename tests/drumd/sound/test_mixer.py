"""The mixer and the kit on it, frame by frame."""

from __future__ import annotations

import numpy as np
import pytest

from drumd.sound.drums import CHOKE_S, Drums
from drumd.sound.kits.kit import Kit, gain_of
from drumd.sound.kits.pieces import Piece
from drumd.sound.mixer import MOST_ALIKE, ROOM_S, Mixer, Ringing, fade_out, limit
from drumd.sound.synthesis.modes import Audio

KICK, CLOSED, PEDAL, OPEN, CRASH = 36, 42, 44, 46, 49
ONE = np.float32(1.0)


def steady(frames: int = 100) -> Audio:
    return np.ones((frames, 2), np.float32)


def mixed(mixer: Mixer, *sizes: int) -> Audio:
    return np.concatenate([mixer.block(size) for size in sizes])


def test_a_sound_begins_on_its_frame_and_ends_with_its_last() -> None:
    mixer = Mixer(1000)
    mixer.add(Ringing(steady(), 37, np.float32(0.5)))
    out = mixed(mixer, 200)[:, 0]
    assert np.nonzero(out)[0].tolist() == list(range(37, 137))
    assert set(out[37:137].tolist()) == {0.5} and mixer.silent


@pytest.mark.parametrize("sizes", [(300,), (1,) * 300, (37, 63, 128, 72), (36, 1, 99, 1, 163)])
def test_the_size_of_the_blocks_changes_nothing(sizes: tuple[int, ...]) -> None:
    def band() -> Mixer:
        mixer = Mixer(1000)
        mixer.add(Ringing(steady(), 37, ONE, "open"))
        mixer.add(Ringing(steady(), 100, ONE, "closed"), stops={"open"})
        mixer.add(Ringing(steady(50), 0, np.float32(0.25)))
        return mixer

    assert np.array_equal(mixed(band(), *sizes), mixed(band(), 300))


def test_sounds_may_be_told_in_any_order() -> None:
    sounds = [(5, "a", ()), (50, "b", ("a",)), (20, "a", ()), (80, "c", ("b",))]

    def mix(order: list[tuple[int, str, tuple[str, ...]]]) -> Audio:
        mixer = Mixer(1000)
        for start, tag, stops in order:
            mixer.add(Ringing(steady(), start, ONE, tag), stops=stops)
        return mixed(mixer, 300)

    assert np.array_equal(mix(sounds), mix(sounds[::-1]))


def test_what_comes_late_begins_at_once_and_is_counted() -> None:
    mixer = Mixer(1000)
    mixer.block(64)
    mixer.add(Ringing(steady(10), 60, ONE))
    out = mixer.block(64)
    assert mixer.late == 1 and np.nonzero(out[:, 0])[0].tolist() == list(range(10))


def test_a_stopped_sound_dies_away_from_that_frame_on() -> None:
    mixer = Mixer(1000)
    mixer.add(Ringing(steady(500), 0, ONE, "open"))
    mixer.add(Ringing(steady(1), 100, np.float32(0), "closed"), stops={"open"})
    out = mixed(mixer, 500)[:, 0]
    faded = fade_out(ROOM_S, 1000)
    assert (out[:100] == 1).all()
    assert np.allclose(out[100 : 100 + len(faded)], faded)
    assert not out[100 + len(faded) :].any()


def test_stop_all_forgets_what_is_to_come() -> None:
    mixer = Mixer(1000)
    mixer.add(Ringing(steady(5000), 0, ONE))
    mixer.add(Ringing(steady(5000), 300, ONE))
    mixer.block(10)
    mixer.stop_all()
    assert not mixed(mixer, 500)[100:].any() and mixer.silent


def test_of_one_piece_no_more_than_a_few_ring_at_once() -> None:
    mixer = Mixer(1000)
    for start in range(20):
        mixer.add(Ringing(steady(5000), start, ONE, "crash"))
    assert mixed(mixer, 20, 1000)[-1, 0] == MOST_ALIKE


def test_the_limiter_leaves_what_fits_and_bends_the_rest_below_full_scale() -> None:
    quiet = np.linspace(-0.7, 0.7, 101, dtype=np.float32)[:, None].repeat(2, axis=1)
    assert np.array_equal(limit(quiet), quiet)
    loud = np.linspace(-9, 9, 1001, dtype=np.float32)[:, None].repeat(2, axis=1)
    bent = limit(loud)
    assert np.abs(bent).max() < 1 and (np.diff(bent[:, 0]) >= 0).all()
    assert np.array_equal(bent, -bent[::-1])


def test_a_closed_or_pedal_hat_chokes_the_open_one(tiny: Kit) -> None:
    for closing in (CLOSED, PEDAL):
        drums = Drums(tiny)
        drums.strike(OPEN, 127, 0)
        drums.strike(closing, 1, 100)
        out = drums.block(900)[:, 0]
        alone = np.float32(0.01 * (1 + list(Piece).index(Piece.OPEN_HAT)))
        assert out[99] == alone
        assert out[100 + int(CHOKE_S * tiny.rate) + 1] < 0.001


def test_a_crash_rings_on_whatever_else_is_struck(tiny: Kit) -> None:
    drums = Drums(tiny)
    drums.strike(CRASH, 127, 0)
    drums.strike(CLOSED, 1, 100)
    drums.strike(CRASH, 127, 200)
    out = drums.block(999)[:, 0]
    assert out[999 - 1] >= 2 * out[99] - 1e-6


def test_velocity_sets_the_gain(tiny: Kit) -> None:
    loud, soft = Drums(tiny), Drums(tiny)
    loud.strike(KICK, 127, 0)
    soft.strike(KICK, 64, 0)
    ratio = soft.block(10)[0, 0] / loud.block(10)[0, 0]
    assert ratio == pytest.approx(gain_of(64)) and ratio < 0.35


def test_a_key_that_the_kit_does_not_have_is_counted_and_silent(tiny: Kit) -> None:
    drums = Drums(tiny)
    assert drums.strike(0, 100, 0) is None
    assert drums.unknown == 1 and not drums.block(100).any()
