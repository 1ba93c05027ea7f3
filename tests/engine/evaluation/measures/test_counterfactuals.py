"""The guitar changed, and what is told of the drums."""

import pytest

from engine.evaluation.measures.counterfactuals import (
    LOUD,
    REST,
    SOFT,
    THIN,
    Response,
    response,
    rest_of,
    variants,
)
from engine.music.notes import Note
from tests.support.made import bars_of, groove, hit

NOTES = [Note(beat / 2, 0.4, 50, 80) for beat in range(80)]


def test_velocity_is_halved_and_doubled_inside_its_range():
    found = variants([Note(0.0, 1.0, 50, 1), *NOTES], bars_of(10))
    assert [note.velocity for note in found[SOFT].notes[:2]] == [1, 40]
    assert [note.velocity for note in found[LOUD].notes[:2]] == [2, 127]


def test_every_second_attack_is_dropped_with_all_its_notes():
    chords = [Note(beat + n / 100, 0.5, 50 + n) for beat in range(6) for n in range(3)]
    kept = variants(chords, bars_of(2))[THIN].notes
    assert sorted({int(note.onset) for note in kept}) == [0, 2, 4] and len(kept) == 9


def test_two_bars_in_the_middle_fall_silent():
    found = variants([*NOTES[:31], Note(15.5, 3.0, 40)], bars_of(10))[REST]
    start, end = found.bars[0].start, found.bars[-1].start + 4
    assert end - start == 8
    assert not [note for note in found.notes if note.end > start and note.onset < end]


def test_only_the_start_of_a_long_song_is_played_again():
    found = variants([Note(beat / 2, 0.4, 50) for beat in range(400)], bars_of(50))
    assert all(note.onset < 128 for note in found[SOFT].notes)
    assert len(found[SOFT].bars) == 32


def test_without_two_bars_in_a_row_there_is_no_rest():
    bars = bars_of(6)[::2]
    assert rest_of(bars) == () and REST not in variants(NOTES, bars)


def test_the_same_drums_did_nothing():
    assert response(groove(), groove(), bars_of(8)) == Response(0, 0)


def test_a_response_as_counted_by_hand_and_backwards():
    four = [hit(float(beat), velocity=100) for beat in range(4)]
    two = [hit(0.0, velocity=50), hit(1.0, velocity=50)]
    found, back = response(four, two, bars_of(1)), response(two, four, bars_of(1))
    assert (found.density, back.density) == (-0.5, 1.0)
    assert found.loudness == pytest.approx(-50 / 127) == pytest.approx(-back.loudness)


def test_silence_before_or_after_is_told_as_far_as_it_can_be():
    assert response([], groove(), bars_of(8)) == Response(None, None)
    assert response(groove(), [], bars_of(8)) == Response(-1, None)


def test_no_bars_are_refused():
    with pytest.raises(ValueError, match="a bar to compare"):
        variants(NOTES, [])
