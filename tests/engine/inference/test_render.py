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
