"""`drumd report` from the outside."""

import mido
import pytest
from click.testing import CliRunner

from drumd.cli import main
from drumd.recording.moment import Moment
from drumd.recording.recorder import GUITAR, Recorder
from drumd.timing.song_state import SongState
from engine.music.notes import Metre


@pytest.fixture(autouse=True)
def clips(monkeypatch):
    monkeypatch.setattr("drumd.sound.clip.clip", lambda _: "data:audio/ogg;base64,T2dnUw==")


def test_the_page_lets_the_jam_be_heard_unless_told_not_to(recording):
    page = recording.with_suffix(".html")
    assert report(recording).exit_code == 0 and "data:audio/ogg" in page.read_text()
    assert report(recording, "--no-sound").exit_code == 0 and "<audio" not in page.read_text()


def test_the_page_lies_beside_the_recording_or_where_it_is_wanted(tmp_path):
    recording = tmp_path / "session.mid"
    recorder = Recorder([recording], Metre())
    recorder.hear(1.0, GUITAR, mido.Message("note_on", note=40))
    recorder.follow(1.1, SongState())
    recorder.tell(1.2, Moment("none", 0.0).to_text())
    recorder.close(2.0)
    assert CliRunner().invoke(main, ["report", str(recording)]).exit_code == 0
    assert "<svg" in (tmp_path / "session.html").read_text()
    other = tmp_path / "there" / "page.html"
    result = CliRunner().invoke(main, ["report", str(recording), "-o", str(other)])
    assert str(other) in result.output and "<svg" in other.read_text()


def test_what_is_no_recording_is_one_sentence_and_status_1(tmp_path):
    other = tmp_path / "other.mid"
    other.write_bytes(b"not MIDI")
    result = CliRunner().invoke(main, ["report", str(other)])
    assert result.exit_code == 1 and "not a MIDI file" in result.output
    assert "Traceback" not in result.output


HOSTILE = b'\xff\x01\x33drumd {"clock":1,"sure":1e999,"late_ms":[Infinity]}'


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "jam.mid"
    recorder = Recorder([path], Metre())
    recorder.hear(1.0, GUITAR, mido.Message("note_on", note=40))
    recorder.follow(1.1, SongState())
    recorder.tell(1.2, Moment("none", 0.0).to_text())
    recorder.close(2.0)
    return path


def report(*args):
    return CliRunner().invoke(main, ["report", *map(str, args)])


def test_a_page_is_made_again_but_no_other_file_is_written_over(recording, tmp_path):
    assert report(recording).exit_code == report(recording).exit_code == 0
    letter = tmp_path / "letter.html"
    letter.write_text("dear all")
    assert "--force" in report(recording, "-o", letter).output
    assert letter.read_text() == "dear all"
    before = recording.read_bytes()
    assert report(recording, "-o", recording, "--force").exit_code == 1
    assert recording.read_bytes() == before


@pytest.mark.parametrize(
    "events",
    [
        b"\xff\x58\x04\x01\x09\x18\x08",
        b"\xff\x51\x03\x00\x00\x00",
        HOSTILE,
        HOSTILE + b"\xff\xff\xff\x7f\xb0\x07\x01",
    ],
    ids=["metre", "tempo", "moment", "for ever"],
)
def test_a_hostile_recording_is_one_sentence(tmp_path, events):
    body = b"\x00" + events + b"\x00\xff\x2f\x00"
    head = b"MThd\0\0\0\6\0\1\0\1\0\2MTrk"
    path = tmp_path / "hostile.mid"
    path.write_bytes(head + len(body).to_bytes(4, "big") + body)
    result = report(path)
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    assert [one.name for one in tmp_path.iterdir()] == ["hostile.mid"]
