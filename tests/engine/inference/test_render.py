"""A guitar file to its drums on disk, with a drummer that needs no model."""

import io

import mido
import pytest

from engine.errors import EngineError, MidiError
from engine.inference.render import Job, drum
from engine.midi.read import parse_song
from tests.support.fakes import RockDrummer
from tests.support.midi_files import band, maps, midi, track

RIFF = [(beat / 2, 0.4, 45 + beat % 7, 90) for beat in range(32)]


@pytest.fixture
def job(tmp_path):
    """A job on a file of four bars with a guitar, a bass and drums."""
    source = tmp_path / "riff.mid"
    source.write_bytes(band(4))
    return Job(source, tmp_path / "drums.mid")


def tracks_of(path):
    return mido.MidiFile(path).tracks


def test_the_drums_are_written_and_the_guitar_and_counts_are_told(job):
    outcome = drum(job, RockDrummer())
    assert (outcome.bars, outcome.hits, outcome.error) == (4, 4 * 12 + 1, "")
    assert outcome.guitar.endswith("Guitar (guitar, 32 notes)")
    song = parse_song(job.target.read_bytes())
    assert [(part.name, part.is_drum, len(part)) for part in song.parts] == [("AI Drums", True, 49)]


def test_the_seed_and_temperature_reach_the_drummer(job):
    drummer = RockDrummer()
    drum(Job(job.source, job.target, temperature=0.5), drummer)
    assert {request.temperature for request in drummer.requests} == {0.5}


def test_with_the_guitar_the_other_instruments_and_old_drums_are_left_out(job):
    drum(Job(job.source, job.target, with_guitar=True), RockDrummer())
    assert [track.name for track in tracks_of(job.target)] == ["", "Guitar", "AI Drums"]


def test_another_track_is_drummed_to_where_it_is_named(job):
    assert "(bass," in drum(Job(job.source, job.target, track="2"), RockDrummer()).guitar


def test_an_unknown_track_is_told_with_the_file_and_the_tracks_there_are(job):
    with pytest.raises(MidiError, match=r"(?s)riff.mid: 'oboe' is no track.*Guitar"):
        drum(Job(job.source, job.target, track="oboe"), RockDrummer())
    assert not job.target.exists()


def test_tempo_and_metre_reach_the_drummer_from_the_file(job):
    job.source.write_bytes(
        midi(maps(bpm=[(0, 90), (3, 140)], metres=[(0, 3, 4), (3, 4, 4)]), track(RIFF, program=27))
    )
    drummer = RockDrummer()
    drum(job, drummer)
    asked = [
        (request.start, str(request.metre), round(request.bpm)) for request in drummer.requests
    ]
    assert asked[:3] == [(0, "3/4", 90), (3, "4/4", 140), (7, "4/4", 140)]


def test_bars_that_do_not_fit_the_grid_are_counted(job):
    metres = [(0, 4, 4), (4, 7, 16), (5.75, 4, 4)]
    job.source.write_bytes(midi(maps(metres=metres), track(RIFF, program=27)))
    outcome = drum(job, RockDrummer())
    assert (outcome.bars, outcome.bars_rested) == (4, 1)


def test_a_file_with_no_bar_to_play_is_refused(job):
    job.source.write_bytes(midi(maps(metres=[(0, 7, 16)]), track(RIFF, program=27)))
    with pytest.raises(MidiError, match="no bar of it can be drummed"):
        drum(job, RockDrummer())


def test_a_picture_and_a_score_are_made_where_they_are_asked_for(job, tmp_path):
    picture, score = tmp_path / "drums.png", tmp_path / "drums.musicxml"
    drum(Job(job.source, job.target, plot=picture, score=score), RockDrummer())
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert b"<score-partwise" in score.read_bytes()


def test_drums_that_cannot_be_written_leave_nothing_behind(job, tmp_path):
    with pytest.raises(EngineError, match="cannot be written"):
        drum(Job(job.source, tmp_path / "no" / "drums.mid"), RockDrummer())
    assert [path.name for path in tmp_path.iterdir()] == ["riff.mid"]


def test_drums_start_no_earlier_than_the_file_and_every_note_ends(job):
    drum(job, RockDrummer())
    file = mido.MidiFile(file=io.BytesIO(job.target.read_bytes()))
    notes = [message for message in file.tracks[-1] if message.type.startswith("note_")]
    ons = [message.note for message in notes if message.type == "note_on"]
    offs = [message.note for message in notes if message.type == "note_off"]
    assert sorted(ons) == sorted(offs) and len(ons) == 48 + 1


@pytest.mark.parametrize("off", [-5, -1, 1, 3])
def test_drums_go_on_through_a_change_of_metre_some_ticks_off_its_bar_line(job, off):
    metres = [(0, 4, 4), (8 + off / 480, 3, 4), (14 + off / 480, 4, 4)]
    riff = [(beat / 2, 0.4, 45 + beat % 7, 90) for beat in range(44)]
    job.source.write_bytes(midi(maps(metres=metres), track(riff, program=27)))
    outcome = drum(job, RockDrummer())
    assert (outcome.bars, outcome.bars_rested) == (6, 0)


def test_the_drums_end_where_the_last_chord_begins_however_long_it_rings(job):
    ringing = [*RIFF, (16, 12, 45, 90), (16, 12, 52, 90)]
    job.source.write_bytes(midi(track(ringing, program=27)))
    drum(job, RockDrummer())
    assert last_stroke(job.target) == 16


def test_a_note_whose_end_was_lost_does_not_play_through_the_rest(job):
    again = [(beat + 32, length, pitch, loud) for beat, length, pitch, loud in RIFF]
    lost = [(15.5, 28.9, 52, 90)]  # ended only where the same note comes again
    job.source.write_bytes(midi(track([*RIFF, *lost, *again, (42, 0.5, 52, 90)], program=27)))
    drummer = RockDrummer()
    drum(job, drummer)
    assert not [request for request in drummer.requests if 20 <= request.start < 32]


def test_all_strings_are_kept_with_the_guitar_and_none_on_the_channel_of_the_drums(job):
    one = [
        track([(beat, 0.5, 40 + beat, 90)], channel=channel, program=27, name="Guitar")
        for beat, channel in enumerate((8, 9, 10))
    ]
    job.source.write_bytes(midi(mido.MidiTrack([m for each in one for m in each])))
    drum(Job(job.source, job.target, with_guitar=True), RockDrummer())
    guitar = [m for m in tracks_of(job.target)[1] if m.type == "note_on" and m.velocity]
    assert len(guitar) == 3 and 9 not in {m.channel for m in guitar}


def test_odd_events_are_passed_over_and_not_copied(job):
    packets = b"\x00\xf0\x03\x43\x12\x00\x14\xf7\x03\x01\x02\xf7\x00\xff\x59\x00"
    notes = b"".join(b"\x00\x90\x34\x40\x60\x34\x00" for _ in range(16))
    body = packets + b"\x00\xc0\x1b" + notes + b"\x00\xff\x2f\x00"
    head = b"MThd\0\0\0\6\0\0\0\x09\0\x60MTrk"  # and it tells a wrong number of tracks
    job.source.write_bytes(b"XFIH\0\0\0\2ab" + head + len(body).to_bytes(4, "big") + body)
    drum(Job(job.source, job.target, with_guitar=True), RockDrummer())
    guitar = tracks_of(job.target)[1]
    assert [m.type for m in guitar if not m.type.startswith("note")] == [
        "program_change", "end_of_track"
    ]  # fmt: skip
    assert sum(m.time for m in guitar) == 16 * 96 + 20


def test_when_a_picture_cannot_be_drawn_no_drums_are_written_either(job, tmp_path):
    with pytest.raises(EngineError, match=r"drums\.xyz"):
        drum(Job(job.source, job.target, plot=tmp_path / "drums.xyz"), RockDrummer())
    assert [path.name for path in tmp_path.iterdir()] == ["riff.mid"]


def last_stroke(path):
    now, last = 0, 0
    for message in tracks_of(path)[-1]:
        now += message.time
        if message.type == "note_on":
            last = now
    return last / mido.MidiFile(path).ticks_per_beat
