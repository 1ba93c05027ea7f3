"""The kits that ship, measured: they sound like drums, and each piece like itself."""

from __future__ import annotations

import numpy as np
import pytest

from drumd.config import KIT_SOUNDS
from drumd.sound.kits.build import loudness_db, record
from drumd.sound.kits.kit import Kit, gain_of
from drumd.sound.kits.pieces import PIECE_OF, Piece, silenced_by
from drumd.sound.kits.tables import KITS
from drumd.sound.synthesis.noise import NoiseBank
from engine.music.kit import VOICE_OF
from tests.benches.bench_sound import HARD, misses, strokes, told_apart
from tests.support.sound_measures import measure


@pytest.fixture(params=["rock", "jazz"])
def kit(request: pytest.FixtureRequest) -> Kit:
    found: Kit = request.getfixturevalue(request.param)
    return found


def test_the_command_offers_the_kits_there_are() -> None:
    assert tuple(KITS) == KIT_SOUNDS


def test_both_kits_have_every_piece(kit: Kit) -> None:
    assert set(kit.pieces) == set(Piece)


def test_every_key_that_the_drummer_may_play_sounds() -> None:
    assert set(VOICE_OF) <= set(PIECE_OF)


@pytest.mark.parametrize(
    ("key", "piece"),
    [
        (26, Piece.HALF_OPEN_HAT),
        (37, Piece.SIDE_STICK),
        (39, Piece.CLAP),
        (53, Piece.RIDE_BELL),
        (54, Piece.TAMBOURINE),
        (56, Piece.COWBELL),
        (70, Piece.SHAKER),
    ],
)
def test_what_is_beside_the_ten_voices_has_a_sound_of_its_own(key: int, piece: Piece) -> None:
    assert PIECE_OF[key] is piece
    assert all(piece in timbres for timbres in KITS.values())


def test_every_piece_measures_as_real_ones_do(kit: Kit) -> None:
    found = strokes(kit, HARD)
    assert {p: misses(p, m) for p, m in found.items() if misses(p, m)} == {}


def test_strokes_are_told_apart_by_their_spectrum(rock: Kit) -> None:
    assert told_apart(rock) > 0.95


def test_ghost_notes_are_soft_and_dark(kit: Kit) -> None:
    for piece in (Piece.KICK, Piece.SNARE, Piece.CLOSED_HAT, Piece.LOW_TOM, Piece.RIDE):
        ghost, accent = kit.sound(piece, 30), kit.sound(piece, 120)
        soft, hard = measure(ghost * gain_of(30), kit.rate), measure(accent, kit.rate)
        assert soft.loudness_db < hard.loudness_db - 15, piece
        assert soft.centroid_hz < 0.97 * hard.centroid_hz, piece


def test_harder_is_louder_all_the_way(kit: Kit) -> None:
    for piece in Piece:
        levels = [
            loudness_db(kit.sound(piece, v) * gain_of(v), kit.rate) for v in range(10, 128, 13)
        ]
        assert levels == sorted(levels), piece


def test_kick_and_snare_are_in_front_and_hats_behind(kit: Kit) -> None:
    found = strokes(kit, HARD)
    snare, hat = found[Piece.SNARE], found[Piece.CLOSED_HAT]
    assert snare.loudness_db > hat.loudness_db + 8
    assert found[Piece.KICK].peak_db > hat.peak_db + 6
    assert snare.loudness_db > found[Piece.RIDE].loudness_db + 4


def test_repeated_strokes_are_not_the_same(kit: Kit) -> None:
    for piece in Piece:
        first, second = kit.sound(piece, 100), kit.sound(piece, 100)
        frames = min(len(first), len(second), 4800)
        assert np.abs(first[:frames] - second[:frames]).max() > 1e-3, piece


def test_a_piece_sounds_at_once_and_ends_in_silence(kit: Kit) -> None:
    for piece in Piece:
        sound = np.abs(kit.sound(piece, 110)).max(axis=1)
        swells = 0.12 if piece in (Piece.SHAKER, Piece.SECOND_SNARE) else 0.04
        assert np.argmax(sound > 0.3 * sound.max()) < swells * kit.rate, piece
        assert sound[-1] < 1e-3 * sound.max(), piece


def test_the_kit_stands_as_the_audience_sees_it(rock: Kit) -> None:
    def right(piece: Piece) -> float:
        left_power, right_power = (rock.sound(piece, 110) ** 2).sum(axis=0)
        return float(right_power / (left_power + right_power))

    assert right(Piece.CLOSED_HAT) > 0.6 > 0.55 > right(Piece.KICK) > 0.45
    assert right(Piece.RIDE) < 0.4 and right(Piece.LOW_TOM) < right(Piece.HIGH_TOM)


def test_a_kit_is_computed_the_same_each_time(rock: Kit) -> None:
    again = record(Piece.SNARE, KITS["rock"][Piece.SNARE], NoiseBank(rock.rate))
    assert np.array_equal(again.takes[0][0], rock.pieces[Piece.SNARE].takes[0][0])


def test_only_hats_silence_hats() -> None:
    assert Piece.OPEN_HAT in silenced_by(Piece.PEDAL_HAT) & silenced_by(Piece.CLOSED_HAT)
    assert not silenced_by(Piece.CRASH) and not silenced_by(Piece.KICK)
