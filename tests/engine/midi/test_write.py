"""Drums on the time line of the guitar's file."""

import io

import mido
import pytest

from engine.errors import MidiError
from engine.midi.smf import parse
from engine.midi.write import drum_file
from engine.music.notes import Hit

DIVISION = 220
MAP_TYPES = ("set_tempo", "time_signature", "key_signature")
HITS = [Hit(0.0, 36, 100), Hit(0.0, 42, 70), Hit(1.01, 38, 90), Hit(1.05, 42, 60), Hit(9.5, 49)]


def as_bytes(file: mido.MidiFile) -> bytes:
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def song(kind: int = 1) -> bytes:
    """A guitar file that changes tempo, metre and key, with a bass beside the guitar."""
    tracks = [
        [
            (0, mido.MetaMessage("track_name", name="song")),
            (0, mido.MetaMessage("set_tempo", tempo=512_345)),
            (0, mido.MetaMessage("time_signature", numerator=7, denominator=8)),
            (0, mido.MetaMessage("key_signature", key="F#m")),
            (770, mido.MetaMessage("time_signature", numerator=4, denominator=4)),
            (801, mido.MetaMessage("set_tempo", tempo=400_001)),
        ],
        [
            (0, mido.MetaMessage("track_name", name="Gitarre ü")),
            (0, mido.Message("program_change", channel=2, program=27)),
            (0, mido.Message("note_on", channel=2, note=52, velocity=80)),
            (215, mido.Message("pitchwheel", channel=2, pitch=100)),
            (440, mido.Message("note_on", channel=2, note=52, velocity=0)),
        ],
        [
            (0, mido.Message("program_change", channel=1, program=33)),
            (0, mido.Message("note_on", channel=1, note=40)),
            (1000, mido.Message("note_off", channel=1, note=40)),
        ],
    ]
    if kind == 0:
        tracks = [sorted((e for t in tracks for e in t), key=lambda event: event[0])]
    file = mido.MidiFile(type=kind, ticks_per_beat=DIVISION)
    for events in tracks:
        track, now = mido.MidiTrack(), 0
        for tick, message in events:
            track.append(message.copy(time=tick - now))
            now = tick
        file.tracks.append(track)
    return as_bytes(file)


def timed(track: mido.MidiTrack) -> list[tuple[int, mido.Message]]:
    now, out = 0, []
    for message in track:
        now += message.time
        out.append((now, message.copy(time=0)))
    return out


def maps(data: bytes) -> list[tuple[int, mido.MetaMessage]]:
    file = mido.MidiFile(file=io.BytesIO(data))
    return [e for track in file.tracks for e in timed(track) if e[1].type in MAP_TYPES]


@pytest.mark.parametrize("kind", [0, 1])
def test_ticks_tempo_metre_and_key_are_the_inputs_own(kind):
    made = drum_file(song(kind), HITS)
    assert mido.MidiFile(file=io.BytesIO(made)).ticks_per_beat == DIVISION
    assert maps(made) == maps(song(kind))
    assert len(maps(made)) == 5


def test_map_events_are_copied_byte_for_byte_even_where_they_make_no_sense():
    odd_key = b"\x00\xff\x59\x02\x63\x07"  # 99 sharps
    track = odd_key + b"\x00\xff\x2f\x00"
    data = b"MThd\0\0\0\6\0\0\0\1\0\x60MTrk" + len(track).to_bytes(4, "big") + track
    assert odd_key in drum_file(data, HITS)


def test_drums_stand_on_channel_10_in_a_track_named_ai_drums_and_every_note_ends():
    track = mido.MidiFile(file=io.BytesIO(drum_file(song(), HITS))).tracks[-1]
    assert track.name == "AI Drums"
    notes = [m for m in track if m.type in ("note_on", "note_off")]
    assert {m.channel for m in notes} == {9}
    sounding: set[int] = set()
    for message in notes:
        if message.type == "note_on":
            assert message.note not in sounding
            sounding.add(message.note)
        else:
            sounding.remove(message.note)
    assert not sounding


def test_hits_keep_their_place_to_the_tick_and_their_velocity():
    track = mido.MidiFile(file=io.BytesIO(drum_file(song(), HITS))).tracks[-1]
    found = [(at, m.note, m.velocity) for at, m in timed(track) if m.type == "note_on"]
    assert sorted(found) == sorted(
        (round(hit.beat * DIVISION), hit.drum, hit.velocity) for hit in HITS
    )


def test_a_drum_struck_again_soon_ends_just_before():
    hits = [Hit(1.0, 38), Hit(1.02, 38, 50), Hit(1.02, 38, 60)]
    track = mido.MidiFile(file=io.BytesIO(drum_file(song(), hits))).tracks[-1]
    notes = [(at, m.type, m.velocity) for at, m in timed(track) if m.type.startswith("note_")]
    assert notes[:4] == [
        (220, "note_on", 100), (224, "note_off", 0), (224, "note_on", 60), (246, "note_off", 0)
    ]  # fmt: skip


def test_a_hit_that_leans_forward_over_the_start_of_the_song_is_played_at_its_start():
    track = mido.MidiFile(file=io.BytesIO(drum_file(song(), [Hit(-0.02, 36)]))).tracks[-1]
    assert (0, mido.Message("note_on", channel=9, note=36, velocity=100)) in timed(track)


def test_drums_that_never_play_are_an_empty_track():
    file = parse(drum_file(song(), []))
    assert [event.channel for event in file.tracks[-1].events] == [None]


def test_the_same_hits_make_the_same_bytes_in_any_order():
    assert drum_file(song(), HITS) == drum_file(song(), HITS[::-1])


def test_with_the_guitar_its_track_is_kept_unchanged():
    made = drum_file(song(), HITS, guitar=[(1, 2)])
    assert len(parse(made).tracks) == 3
    assert parse(made).tracks[1] == parse(song()).tracks[1]


def test_in_a_file_of_one_track_only_the_guitar_is_kept():
    made = mido.MidiFile(file=io.BytesIO(drum_file(song(0), HITS, guitar=[(0, 2)])))
    notes = [m for m in made.tracks[1] if m.type.startswith("note_")]
    assert len(notes) == 2 and {m.channel for m in notes} == {2}
    assert not [m for m in made.tracks[1] if m.type in MAP_TYPES]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a MIDI file"),
        (b"RIFF1234", "not a MIDI file"),
        (b"MThd\0\0\0\6\0\1\0\0\0\x60", "no tracks"),
        (b"MThd\0\0\0\6\0\1\0\1\xe7\x28", "film frames"),
    ],
)
def test_what_is_no_midi_file_is_refused_in_a_sentence(data, reason):
    with pytest.raises(MidiError, match=reason):
        drum_file(data, HITS)
