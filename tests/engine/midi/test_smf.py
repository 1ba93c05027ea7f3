"""Raw MIDI files: nothing is lost on the way, and no input breaks the parser."""

import io

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import MidiError
from engine.midi.smf import Event, RawFile, Track, build, parse

TRACK = b"\x00\x90\x3c\x40\x10\x3c\x00\x00\xff\x01\x02hi\x05\x3e\x40\x81\x00\x80\x3e\x00"


def file_of(track: bytes, size: int | None = None) -> bytes:
    head = b"MThd\0\0\0\6\0\1\0\1\0\x60MTrk"
    return head + (len(track) if size is None else size).to_bytes(4, "big") + track


def test_running_status_goes_on_after_a_text():
    events = parse(file_of(TRACK + b"\x07\xff\x2f\x00")).tracks[0]
    assert [(event.tick, event.data) for event in events.events] == [
        (0, b"\x90\x3c\x40"),
        (16, b"\x90\x3c\x00"),
        (16, b"\xff\x01\x02hi"),
        (21, b"\x90\x3e\x40"),
        (149, b"\x80\x3e\x00"),
    ]
    assert events.end == 156


def test_a_track_that_breaks_off_keeps_what_came_before():
    whole = parse(file_of(TRACK)).tracks[0].events
    for length in range(len(TRACK)):
        part = parse(file_of(TRACK[:length], size=4000)).tracks[0].events
        assert part == whole[: len(part)]


def test_what_is_built_is_read_back_by_others_as_it_was():
    file = parse(file_of(TRACK))
    read = mido.MidiFile(file=io.BytesIO(build(file)))
    assert read.ticks_per_beat == 96
    assert [m.type for m in read.tracks[0]] == [
        "note_on", "note_on", "text", "note_on", "note_off", "end_of_track"
    ]  # fmt: skip
    assert parse(build(file)) == file


def test_a_midi_file_wrapped_in_riff_is_read():
    assert parse(b"RIFF\x40\0\0\0RMIDdata\x30\0\0\0" + file_of(TRACK)) == parse(file_of(TRACK))


def test_gaps_longer_than_a_file_can_tell_are_refused_in_a_sentence():
    far = RawFile(96, (Track((Event(1 << 28, b"\x90\x3c\x40"),), 1 << 28),))
    with pytest.raises(MidiError, match="further apart"):
        build(far)


@given(st.binary(max_size=400))
def test_no_track_breaks_the_parser_and_what_it_reads_survives_writing(track):
    file = parse(file_of(track))
    assert parse(build(file)) == file


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    for whole in (data, b"MThd" + data, file_of(data)[:30] + data):
        try:
            parse(whole)
        except MidiError as error:
            assert str(error)
