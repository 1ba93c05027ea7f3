"""What is fit to learn from, and how the kits of the world map to ours."""

from __future__ import annotations

import pytest

from engine.corpus.clean import DrumStrokes, Unfit, check_tempo, clean_drums, clean_part
from engine.midi.read import parse_song
from engine.music.kit import Voice
from engine.music.notes import Note
from tests.support.midi_files import band, maps, midi, track


def drums_of(*strokes: tuple[float, int], guitar: bool = False) -> DrumStrokes:
    notes = [(beat, 0.1, pitch, 90) for beat, pitch in strokes]
    beside = [track([(0, 1, 52, 90)], program=27)] if guitar else []
    return clean_drums(parse_song(midi(*beside, track(notes, channel=9))))


def test_strokes_become_voices() -> None:
    drums = drums_of((0, 36), (1, 40), (2, 22), (3, 57))
    voices = [Voice.KICK, Voice.SNARE, Voice.CLOSED_HAT, Voice.CRASH]
    assert drums.voice.tolist() == voices
    assert drums.onset.tolist() == [0, 1, 2, 3]


def test_hand_percussion_is_left_out_and_not_held_against_the_kit() -> None:
    congas = [(beat / 4, 63) for beat in range(100)]
    assert len(drums_of((0, 36), (1, 38), *congas).onset) == 2


def test_the_percussion_of_the_kit_becomes_voices() -> None:
    drums = drums_of((0, 36), (1, 38), (2, 54), (3, 56), (4, 70), (5, 82))
    percussion = [Voice.TAMBOURINE, Voice.COWBELL, Voice.SHAKER, Voice.SHAKER]
    assert drums.voice.tolist() == [Voice.KICK, Voice.SNARE, *percussion]


@pytest.mark.parametrize(("pitch", "voice"), [(37, Voice.SIDE_STICK), (39, Voice.CLAP)])
def test_a_side_stick_or_a_clap_keeps_the_backbeat_as_a_snare_does(
    pitch: int, voice: Voice
) -> None:
    assert drums_of((0, 36), (1, pitch)).voice.tolist() == [Voice.KICK, voice]


def test_a_shaker_does_not_make_an_unknown_kit_known() -> None:
    unknown = [(beat / 2, 90) for beat in range(100)]
    shaker = [(beat / 2, 70) for beat in range(100)]
    with pytest.raises(Unfit, match="drum kit not known"):
        drums_of((0, 36), (1, 38), *unknown, *shaker)


def test_soft_drums_of_an_xg_kit_count_where_there_are_no_others() -> None:
    assert drums_of((0, 33), (1, 31)).voice.tolist() == [Voice.KICK, Voice.SNARE]


def test_clicks_do_not_count_where_there_is_a_kick() -> None:
    assert drums_of((0, 36), (0.5, 33), (1, 38)).voice.tolist() == [Voice.KICK, Voice.SNARE]


def test_dynamics_are_seen_in_the_velocities() -> None:
    flat = clean_drums(parse_song(midi(track([(0, 0.1, 36, 90), (1, 0.1, 38, 90)], channel=9))))
    lively = clean_drums(parse_song(midi(track([(0, 0.1, 36, 120), (1, 0.1, 38, 40)], channel=9))))
    assert (flat.has_dynamics, lively.has_dynamics) == (False, True)


@pytest.mark.parametrize(
    ("strokes", "reason"),
    [
        ([(0, 36), (1, 42)], "no kick or no snare"),
        ([(0, 38), (1, 42)], "no kick or no snare"),
        ([(0, 36), (1, 38), (2, 90), (3, 91)], "drum kit not known"),
        ([(beat * 1.117 + 0.04, 36 + beat % 2 * 2) for beat in range(60)], "do not follow"),
    ],
)
def test_drums_that_are_no_use_are_named(strokes: list[tuple[float, int]], reason: str) -> None:
    with pytest.raises(Unfit, match=reason):
        drums_of(*strokes, guitar=True)


def test_a_drummer_alone_may_leave_the_snare_out_and_the_beat() -> None:
    freely = [(beat * 1.117 + 0.04, 36) for beat in range(60)]
    assert len(drums_of(*freely).onset) == 60


def test_a_song_without_drums_is_named() -> None:
    with pytest.raises(Unfit, match="no drums"):
        clean_drums(parse_song(band(2, drums=False)))


@pytest.mark.parametrize("bpm", [10, 500])
def test_a_tempo_that_nobody_plays_is_named(bpm: float) -> None:
    song = parse_song(midi(maps(bpm=[(0, bpm)]), track([(0, 16, 60, 90)])))
    with pytest.raises(Unfit, match="absurd tempo"):
        check_tempo(song)


def test_an_absurd_tempo_for_a_moment_is_borne() -> None:
    check_tempo(parse_song(midi(maps(bpm=[(0, 10), (1, 120)]), track([(0, 16, 60, 90)]))))


def test_doubled_notes_count_once_and_end_where_their_key_is_struck_again() -> None:
    notes = [(0.0, 2.1, 60, 90), (0.0, 1.0, 60, 80), (2.0, 1.0, 60, 70), (1.0, 4.0, 64, 60)]
    part = clean_part(parse_song(midi(track(notes))).parts[0])
    assert [(note.onset, note.duration, note.pitch) for note in part.notes()] == [
        (0.0, 2.0, 60),
        (1.0, 4.0, 64),
        (2.0, 1.0, 60),
    ]


def test_a_clean_part_stays_as_it_is() -> None:
    notes = [(0.0, 1.0, 60, 90), (1.0, 1.0, 60, 80)]
    part = clean_part(parse_song(midi(track(notes))).parts[0])
    assert part.notes() == (Note(0, 1, 60, 90), Note(1, 1, 60, 80))
