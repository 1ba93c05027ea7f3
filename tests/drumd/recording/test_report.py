"""The page of a recorded jam, made from what the recording itself tells."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from drumd.recording.moment import Moment
from drumd.recording.recorded import read_session
from drumd.recording.recorder import Recorder
from drumd.recording.report import session_page, write_session_report
from drumd.timing.bars import Bars
from drumd.timing.song_state import SongState
from drumd.timing.timeline import Timeline
from engine.errors import EngineError
from engine.music.notes import Metre
from engine.pages.html import write_page
from tests.support.drummers import Rock
from tests.support.offline_jam import OfflineJam
from tests.support.player import groove, host, steady

BPM = 112.0
START = 1.0


@pytest.fixture
def jam(tmp_path):
    """A jam of some bars with a host; the recording is never closed, as after a kill."""
    recorder = Recorder([tmp_path / "jam.mid"], Metre())
    jam = OfflineJam(Rock(), recorder=recorder)
    jam.hear([*host(BPM, START, 24), *groove(steady(BPM, START), 0, 24)])
    jam.until(START + 26 * 60 / BPM)
    return jam


def test_an_unclosed_recording_tells_of_its_clock_and_of_the_lateness_of_its_hits(jam, tmp_path):
    session = read_session(tmp_path / "jam.mid")
    assert {moment.clock for _, moment in session.moments} == {"none", "host"}
    assert 0 < len(session.late_ms) <= jam.jam.hits
    jam.jam.finish()
    jam.jam._recorder.close(jam.clock.now())
    assert len(read_session(tmp_path / "jam.mid").late_ms) == jam.jam.hits


@pytest.mark.usefixtures("jam")
def test_the_beats_and_the_tempo_are_those_of_the_jam(tmp_path):
    session = read_session(tmp_path / "jam.mid")
    assert session.tempo[1][1] == pytest.approx(BPM, abs=0.2)
    gaps = [b[0] - a[0] for a, b in pairwise(session.beats)]
    assert gaps and all(gap == pytest.approx(60 / BPM, abs=0.01) for gap in gaps[1:])
    ones = [place for place, (_, one) in enumerate(session.beats) if one]
    assert all(b - a == 4 for a, b in pairwise(ones))


@pytest.mark.usefixtures("jam")
def test_the_page_shows_every_onset_and_loads_nothing(tmp_path):
    target = write_session_report(tmp_path / "jam.mid", tmp_path / "new" / "jam.html")
    page, session = target.read_text(), read_session(tmp_path / "jam.mid")
    onsets = re.findall(r"<title>[\d.]+ s, note \d+</title>", page)
    assert len(onsets) == len(session.guitar) + len(session.drums) > 50
    assert not re.search(r"(src|href)=|https?://|@import", page)
    assert "tempo over time" in page and "lateness of the hits" in page


def test_a_file_that_is_no_recording_is_answered_in_one_sentence(tmp_path):
    other = tmp_path / "other.mid"
    other.write_bytes(b"not MIDI")
    with pytest.raises(EngineError, match="not a MIDI file"):
        read_session(other)
    Recorder([other], Metre()).close(0.0)
    with pytest.raises(EngineError, match="listen --record"):
        read_session(other)


def test_a_moment_is_what_it_was_after_a_journey_through_text():
    moment = Moment("free", 0.75, (0.1, 12.5))
    assert Moment.of_text(moment.to_text()) == moment
    assert Moment.of_text("Verse 1") is None and Moment.of_text("drumd {}") is None


def test_a_jam_without_a_clock_or_drums_has_a_page_too(tmp_path):
    recorder = Recorder([tmp_path / "jam.mid"], Metre())
    jam = OfflineJam(Rock(), recorder=recorder)
    jam.hear(groove(steady(BPM, START), 0, 1))
    jam.until(4.0)
    assert "No drum was played" in session_page(read_session(tmp_path / "jam.mid"))


@pytest.mark.usefixtures("jam")
def test_nothing_in_the_name_of_a_file_or_of_a_clock_acts_on_the_page(tmp_path):
    session = read_session(tmp_path / "jam.mid")
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    moments = tuple((at, replace(moment, clock=hostile)) for at, moment in session.moments)
    session = replace(session, name=hostile + "\udce9", moments=moments)  # and no UTF-8
    write_page(tmp_path / "page.html", session_page(session))
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "<script" not in page and "<img" not in page and "&lt;script&gt;" in page


def test_the_beats_of_each_metre_are_told(tmp_path):
    recorder = Recorder([tmp_path / "turns.mid"], Metre())
    bars = Bars.of(Metre()).changed(Metre(6, 8), 8.0)
    song = SongState(Timeline(0.0, 0.0, 120.0), rolling=True, bars=bars)
    recorder.tell(0.0, Moment("given", 1.0).to_text())
    for step in range(150):
        recorder.follow(step / 20, song)
    recorder.close(7.0)
    beats = read_session(tmp_path / "turns.mid").beats
    ones = [round(time * 2, 1) for time, one in beats if one]
    assert ones[:5] == [0.0, 4.0, 8.0, 11.0, 14.0]
    assert [round(time * 2, 1) for time, _ in beats][8:11] == [8.0, 8.5, 9.0]
