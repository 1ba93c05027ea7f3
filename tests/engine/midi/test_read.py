"""Reading MIDI files: what is found, the same by either reader, and nothing that crashes it."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import MidiError
from engine.midi.read import MOST_NOTES, parse_song, read_song
from engine.music.notes import Metre, Note
from engine.music.song import Song, bars
from tests.support.midi_files import band, maps, midi, track

READERS = ("symusic", "mido")


def raw(*tracks: bytes, division: int = 480, form: int = 1) -> bytes:
    """A file of tracks given byte by byte."""
    head = b"MThd" + struct.pack(">IHHH", 6, form, len(tracks), division)
    return head + b"".join(b"MTrk" + struct.pack(">I", len(each)) + each for each in tracks)


def assert_same(one: Song, other: Song) -> None:
    assert (one.tempos, one.metres) == (other.tempos, other.metres)
    assert len(one.parts) == len(other.parts)
    for a, b in zip(one.parts, other.parts, strict=True):
        assert (a.name, a.program, a.is_drum) == (b.name, b.program, b.is_drum)
        for column in ("onset", "duration", "pitch", "velocity"):
            assert np.array_equal(getattr(a, column), getattr(b, column))


@pytest.mark.parametrize("reader", READERS)
def test_a_band_is_read_as_its_parts_in_beats(reader: str) -> None:
    song = parse_song(band(4), reader=reader)
    assert [(part.name, part.program, part.is_drum) for part in song.parts] == [
        ("Guitar", 27, False),
        ("", 33, False),
        ("Drums", 0, True),
    ]
    assert [part.is_guitar for part in song.parts] == [True, False, False]
    assert song.parts[0].notes()[:2] == (Note(0.0, 0.4, 52, 60), Note(0.5, 0.4, 53, 61))
    assert song.length == pytest.approx(15.9)


@pytest.mark.parametrize("reader", READERS)
def test_each_program_of_a_track_is_a_part_and_channel_ten_is_drums(reader: str) -> None:
    mixed = track([(0, 1, 60, 90)], program=25, name="All")
    mixed += track([(0, 1, 62, 90)], program=30)
    mixed += track([(0, 1, 36, 90)], channel=9)
    song = parse_song(midi(mixed, form=0), reader=reader)
    assert [(part.program, part.is_drum, len(part)) for part in song.parts] == [
        (25, False, 1),
        (30, False, 1),
        (0, True, 1),
    ]


@pytest.mark.parametrize("reader", READERS)
def test_struck_again_while_it_sounds_the_oldest_note_ends_first(reader: str) -> None:
    data = midi(track([(0, 2, 60, 10), (1, 2, 60, 20)]))
    assert parse_song(data, reader=reader).parts[0].notes() == (
        Note(0, 2, 60, 10),
        Note(1, 2, 60, 20),
    )


@pytest.mark.parametrize("reader", READERS)
def test_a_note_that_never_ends_is_left_out(reader: str) -> None:
    hanging = track([(0, 1, 60, 90)])
    hanging.insert(0, mido.Message("note_on", note=64, velocity=90))
    assert [note.pitch for note in parse_song(midi(hanging), reader=reader).parts[0].notes()] == [
        60
    ]


def test_a_file_without_maps_goes_at_120_in_common_time() -> None:
    song = parse_song(midi(track([(0, 1, 60, 90)])))
    assert song.tempos == ((0.0, 120.0),)
    assert song.metres == ((0.0, Metre(4, 4)),)


def test_of_two_changes_on_one_beat_the_last_counts() -> None:
    changes = maps(bpm=[(0, 100), (0, 90)], metres=[(0, 3, 4), (0, 6, 8)])
    song = parse_song(midi(changes, track([(0, 1, 60, 90)])))
    assert song.tempos == ((0.0, pytest.approx(90, abs=0.01)),)
    assert song.metres == ((0.0, Metre(6, 8)),)


def test_bars_follow_the_changes_of_metre_and_tempo() -> None:
    changes = maps(bpm=[(0, 100), (8, 150)], metres=[(0, 4, 4), (6, 3, 4)])
    song = parse_song(midi(changes, track([(0, 11.5, 60, 90)])))
    found = list(bars(song))
    assert [bar.start for bar in found] == [0, 4, 6, 9]
    assert [bar.beats for bar in found] == [4, 2, 3, 3]
    assert [bar.is_whole for bar in found] == [True, False, True, True]
    assert [round(bar.bpm) for bar in found] == [100, 100, 100, 150]


def test_bars_go_on_to_the_beat_asked_for() -> None:
    song = parse_song(midi(track([(0, 1, 60, 90)])))
    assert len(list(bars(song, until=16))) == 4


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 8), st.integers(0, 127), st.integers(1, 127)),
        max_size=40,
    ),
    st.lists(st.tuples(st.integers(0, 40), st.integers(30, 300)), max_size=4),
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(1, 12), st.sampled_from([2, 4, 8, 16])),
        max_size=4,
    ),
    st.integers(0, 15),
    st.sampled_from([24, 96, 480, 960]),
)
def test_both_readers_find_the_same(
    notes: list[tuple[int, int, int, int]],
    tempos: list[tuple[int, int]],
    metres: list[tuple[int, int, int]],
    channel: int,
    ticks: int,
) -> None:
    strokes = [(at / 4, length / 4, pitch, velocity) for at, length, pitch, velocity in notes]
    part = track(strokes, channel=channel, program=25, name="Gïtar")
    data = midi(maps(bpm=tempos, metres=metres), part, ticks=ticks)
    assert_same(parse_song(data, reader="symusic"), parse_song(data, reader="mido"))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "not a MIDI file"),
        (b"hello, this is some text", "not a MIDI file"),
        (raw(), "holds no track"),
        (raw(b"", division=0), "so it has no beats"),
        (raw(b"", division=0xE728), "so it has no beats"),
        (raw(b"", form=2), "separate sequences"),
        (raw(b"\x00\xff\x2f\x00")[:-2], "ends in the middle of a track"),
        (raw(b"\x00\x90\x3c"), "broken inside a track"),
        (raw(b"\x00\x90\x3c\xff\x00\xff\x2f\x00"), "broken inside a track"),
        (raw(b"\x00\xff\x51\x03\x00\x00\x00\x00\xff\x2f\x00"), "tempo of no time"),
        (raw(b"\x00\xff\x58\x04\x00\x02\x18\x08\x00\xff\x2f\x00"), "metre of 0/4"),
        (raw(b"\x00\xff\x58\x04\x04\xff\x18\x08\x00\xff\x2f\x00"), "metre of 4/"),
        (
            raw(b"\x00\x90\x3c\x40\xff\xff\xff\x7f\x80\x3c\x40\x00\xff\x2f\x00", division=1),
            "longer",
        ),
    ],
)
@pytest.mark.parametrize("reader", READERS)
def test_a_file_that_cannot_be_used_is_told_in_a_sentence(
    data: bytes, sentence: str, reader: str
) -> None:
    with pytest.raises(MidiError, match=sentence):
        parse_song(data, reader=reader)


def test_more_notes_than_a_song_can_have_are_refused() -> None:
    flood = b"\x00\x90\x3c\x40" + b"\x00\x3c\x00\x00\x3c\x40" * (MOST_NOTES + 1)
    with pytest.raises(MidiError, match="more than 500,000 notes"):
        parse_song(raw(flood + b"\x00\xff\x2f\x00"))


def test_more_tracks_than_a_song_can_have_are_refused() -> None:
    with pytest.raises(MidiError, match="more than 1,000 tracks"):
        parse_song(raw() + b"MTrk\0\0\0\0" * 100_000)


def test_waits_too_long_to_count_are_refused() -> None:
    wait = b"\xff\xff\xff\x7f\x90\x3c\x40\xff\xff\xff\x7f\x80\x3c\x40"
    with pytest.raises(MidiError):
        parse_song(raw(wait * 40 + b"\x00\xff\x2f\x00"))


def test_a_missing_file_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(MidiError, match=r"nowhere\.mid: cannot be read"):
        read_song(tmp_path / "nowhere.mid")


@pytest.mark.parametrize("reader", READERS)
@given(st.binary(max_size=200))
def test_random_bytes_give_a_song_or_a_sentence(reader: str, data: bytes) -> None:
    parse_or_refuse(data, reader)
    parse_or_refuse(raw(data), reader)


@pytest.mark.parametrize("reader", READERS)
@given(st.integers(0, 2**32), st.integers(1, 8))
def test_a_damaged_file_gives_a_song_or_a_sentence(reader: str, seed: int, wounds: int) -> None:
    parse_or_refuse(damaged(band(2), random.Random(seed), wounds), reader)


def parse_or_refuse(data: bytes, reader: str) -> None:
    try:
        song = parse_song(data, reader=reader)
    except MidiError as error:
        assert "\n" not in str(error)
    else:
        assert all(bar.beats > 0 for bar in bars(song))
        assert all(len(part.notes()) for part in song.parts)


def damaged(data: bytes, chance: random.Random, wounds: int) -> bytes:
    """The file with bytes changed, cut out or put in."""
    broken = bytearray(data)
    for _ in range(wounds):
        at = chance.randrange(len(broken))
        kind = chance.randrange(3)
        if kind == 0:
            broken[at] = chance.randrange(256)
        elif kind == 1:
            del broken[at : at + chance.randrange(8)]
        else:
            broken[at:at] = chance.randbytes(chance.randrange(8))
    return bytes(broken)
