"""`drumd report` from the outside."""

import mido
from click.testing import CliRunner

from drumd.cli import main
from drumd.recording.moment import Moment
from drumd.recording.recorder import GUITAR, Recorder
from engine.music.notes import Metre


def test_the_page_lies_beside_the_recording_or_where_it_is_wanted(tmp_path):
    recording = tmp_path / "session.mid"
    recorder = Recorder([recording], Metre())
    recorder.hear(1.0, GUITAR, mido.Message("note_on", note=40))
    recorder.follow(1.1, None, 0)
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
    assert result.exit_code == 1 and "cannot be read" in result.output
    assert "Traceback" not in result.output
