import subprocess
import sys

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drumd.errors import RecordError
from drumd.recording.recorder import DRUMS, GUITAR, EncodedTrack, Recorder
from drumd.timing.bars import Bars
from drumd.timing.song_state import SongState
from drumd.timing.timeline import Timeline
from engine.music.notes import COMMON_TIME, Metre


def on(pitch, channel=0, velocity=90):
    return mido.Message("note_on", note=pitch, channel=channel, velocity=velocity)


def off(pitch, channel=0):
    return mido.Message("note_off", note=pitch, channel=channel)


def events(track):
    """(tick, message) of the notes of a track."""
    tick, found = 0, []
    for message in track:
        tick += message.time
        if message.type in ("note_on", "note_off"):
            found.append((tick, message))
    return found


def ons(file, track):
    """(beat, pitch) of each stroke of a track."""
    return [
        (tick / file.ticks_per_beat, message.note)
        for tick, message in events(file.tracks[track])
        if message.type == "note_on"
    ]


def seconds(file):
    """When each stroke of the file sounds, counted from the first."""
    now, found = 0.0, []
    for message in file:
        now += message.time
        if message.type == "note_on":
            found.append(now)
    return [time - found[0] for time in found]


class Session:
    """A recorder that is led through a song step by step, as the main loop does."""

    def __init__(self, path, metre=None):
        self.path, self.now, self.jumps = path, 0.0, 0
        self.song, self.bars = None, Bars.of(metre or Metre())
        self.recorder = Recorder([path], metre or Metre())

    @property
    def state(self):
        return SongState(self.song, self.song is not None, self.jumps, bars=self.bars)

    def until(self, now):
        while self.now < now - 1e-9:
            self.now = min(now, self.now + 0.005)
            self.recorder.follow(self.now, self.state)

    def note(self, time, pitch=40, track=GUITAR, length=0.1):
        self.until(time)
        self.recorder.hear(time, track, on(pitch))
        self.until(time + length)
        self.recorder.hear(time + length, track, off(pitch))

    def close(self):
        self.recorder.close(self.now)
        return mido.MidiFile(self.path)


@pytest.fixture
def session(tmp_path):
    return Session(tmp_path / "session.mid")


def test_guitar_and_drums_are_on_named_tracks_under_a_tempo_track(session):
    session.song = Timeline(0.0, 0.0, 120.0)
    session.note(0.5, 40)
    session.recorder.hear(0.75, DRUMS, on(36, channel=9))
    session.until(1.0)
    file = session.close()
    assert file.type == 1
    assert [track.name for track in file.tracks] == ["drumd", "Guitar", "AI Drums"]
    assert ons(file, 1) == [(1.0, 40)] and ons(file, 2) == [(1.5, 36)]
    assert {m.channel for _, m in events(file.tracks[2])} == {9}


def test_a_recording_is_there_and_valid_before_anything_was_played(session):
    file = mido.MidiFile(session.path)
    assert [len(events(track)) for track in file.tracks] == [0, 0, 0]


def test_the_metre_is_written(tmp_path):
    file = Session(tmp_path / "waltz.mid", Metre(3, 4)).close()
    (metre,) = [m for m in file.tracks[0] if m.type == "time_signature"]
    assert (metre.numerator, metre.denominator) == (3, 4)


def test_beats_stay_beats_when_the_tempo_changes_at_a_bar_line(session):
    session.song = Timeline(0.0, 0.0, 120.0)
    session.note(1.0)
    session.until(2.0)
    session.song = Timeline(2.0, 4.0, 60.0)
    session.note(3.0)
    session.note(7.0)
    file = session.close()
    assert ons(file, 1) == [(2.0, 40), (5.0, 40), (9.0, 40)]
    assert seconds(file) == pytest.approx([0, 2, 6], abs=0.001)


def test_a_tempo_that_wanders_is_played_back_at_the_right_seconds(session):
    times = []
    for bar in range(20):
        bpm = 100 + 7 * (bar % 5)
        session.song = Timeline(session.now, session.song.beat_at(session.now) if bar else 0.0, bpm)
        for _ in range(4):
            times.append(session.now + 0.3)
            session.note(session.now + 0.3)
    file = session.close()
    assert seconds(file) == pytest.approx([time - times[0] for time in times], abs=0.001)


def test_what_is_played_before_the_clock_rolls_keeps_its_seconds(session):
    session.note(3.0)
    session.note(4.3)
    session.until(5.1)
    session.song = Timeline(5.1, 0.0, 90.0)
    session.note(5.1 + 60 / 90)
    file = session.close()
    assert seconds(file) == pytest.approx([0, 1.3, 2.1 + 60 / 90], abs=0.001)
    assert ons(file, 1)[-1][0] % 4 == pytest.approx(1.0, abs=0.002)


@pytest.mark.parametrize("target", [0.0, 2.5, 33.0])
def test_over_a_jump_the_seconds_go_on_and_beats_stay_in_their_place_in_the_bar(session, target):
    session.song = Timeline(0.0, 0.0, 120.0)
    session.note(1.0)
    session.until(3.4)
    session.song, session.jumps = Timeline(3.4, target, 120.0), 1
    session.note(4.4)  # two beats on
    file = session.close()
    assert seconds(file) == pytest.approx([0, 3.4], abs=0.001)
    assert ons(file, 1)[-1][0] % 4 == pytest.approx((target + 2) % 4, abs=0.01)


def signatures(file):
    """(beat, beats in a bar) of each time signature."""
    tick, found = 0, []
    for message in file.tracks[0]:
        tick += message.time
        if message.type == "time_signature":
            found.append((tick / file.ticks_per_beat, message.numerator))
    return found


@pytest.mark.parametrize("told_s", [2.0, 4.0, 4.1])  # ahead, on the line, just behind it
def test_another_metre_begins_on_its_bar_line(session, told_s):
    session.song = Timeline(0.0, 0.0, 120.0)
    session.note(1.0)
    session.until(told_s)
    session.bars = Bars.of(COMMON_TIME).changed(Metre(3, 4), 8.0)
    session.note(5.5)
    session.until(5.7)
    session.bars = session.bars.changed(COMMON_TIME, 14.0)
    session.note(8.0)
    file = session.close()
    assert signatures(file) == [(0.0, 4), (8.0, 3), (14.0, 4)]
    assert ons(file, 1) == [(2.0, 40), (11.0, 40), (16.0, 40)]
    assert seconds(file) == pytest.approx([0, 4.5, 7.0], abs=0.001)


def test_a_metre_that_cuts_a_bar_short_begins_there(session):
    session.song = Timeline(0.0, 0.0, 120.0)
    session.bars = Bars.of(COMMON_TIME).changed(Metre(3, 4), 6.0)
    session.note(1.0)
    session.note(4.5)
    file = session.close()
    assert signatures(file) == [(0.0, 4), (6.0, 3)] and ons(file, 1)[-1] == (9.0, 40)


@pytest.mark.parametrize("inside", [0.0, 1.5])
def test_a_jump_into_another_metre_begins_a_bar_of_it_where_the_song_is(session, inside):
    session.song = Timeline(0.0, 0.0, 120.0)
    session.note(1.0)
    session.until(3.4)
    session.song, session.jumps = Timeline(3.4, 30.0 + inside, 120.0), 1
    session.bars = Bars.of(Metre(3, 4))
    session.note(4.4)  # two beats on
    file = session.close()
    (_, before), (begins, metre) = signatures(file)
    assert (before, metre) == (4, 3) and begins >= 4
    assert (ons(file, 1)[-1][0] - begins) == pytest.approx(inside + 2, abs=0.01)
    assert seconds(file) == pytest.approx([0, 3.4], abs=0.001)


def test_a_metre_that_is_chosen_before_the_song_begins_is_that_of_its_first_bar(session):
    session.song, session.bars = Timeline(0.0, 0.0, 120.0), Bars.of(Metre(3, 4))
    session.note(1.0)
    assert signatures(session.close())[-1] == (0.0, 3)


def test_a_stop_and_a_start_go_on_in_the_same_file(session):
    session.song = Timeline(0.0, 0.0, 120.0)
    session.note(1.0)
    session.until(2.7)
    session.song = None
    session.until(60.0)
    session.song, session.jumps = Timeline(60.0, 0.0, 120.0), 1
    session.note(60.5)
    file = session.close()
    assert seconds(file) == pytest.approx([0, 59.5], abs=0.001)
    assert ons(file, 1)[-1][0] % 4 == pytest.approx(1.0, abs=0.01)


def test_every_note_is_ended_even_one_that_still_sounds(session):
    session.song = Timeline(0.0, 0.0, 120.0)
    session.recorder.hear(0.5, GUITAR, on(40))
    session.recorder.hear(0.6, GUITAR, on(40))
    session.recorder.hear(0.7, DRUMS, on(36, channel=9))
    session.until(1.0)
    for track in session.close().tracks[1:]:
        kinds = [message.type for _, message in events(track)]
        assert kinds == ["note_on", "note_off"] * (len(kinds) // 2) and kinds


def test_the_strings_of_a_guitar_keep_their_channels_and_get_its_sound(session):
    session.song = Timeline(0.0, 0.0, 120.0)
    for channel in range(6):
        session.recorder.hear(0.5, GUITAR, on(40 + channel, channel))
    session.until(1.0)
    guitar = session.close().tracks[1]
    assert {m.channel for _, m in events(guitar)} == set(range(6))
    assert [m.channel for m in guitar if m.type == "program_change"] == list(range(6))


def test_clock_messages_are_not_kept(session):
    session.song = Timeline(0.0, 0.0, 120.0)
    session.recorder.hear(0.5, GUITAR, mido.Message("clock"))
    session.until(1.0)
    assert [m.type for m in session.close().tracks[1]] == ["track_name", "end_of_track"]


def test_a_folder_that_does_not_exist_is_said_at_once(tmp_path):
    with pytest.raises(RecordError, match=r"missing.session\.mid cannot be written"):
        Recorder([tmp_path / "missing" / "session.mid"], Metre())


def test_a_recording_that_fails_under_way_is_said_at_the_end(session):
    session.song = Timeline(0.0, 0.0, 120.0)
    session.note(0.5)
    (session.path.parent / ".session.part.mid").mkdir()
    with pytest.raises(RecordError, match="cannot be written"):
        session.close()


def test_on_a_full_disk_the_jam_goes_on_and_what_was_recorded_is_whole(session, monkeypatch):
    session.song = Timeline(0.0, 0.0, 120.0)
    session.note(0.5, 40)
    session.until(2.0)
    with monkeypatch.context() as disk:
        disk.setattr("engine.storage.atomic._write", full_disk)
        session.note(3.0, 41)
        session.until(5.0)
        assert (
            "No space left" in session.recorder.problem and "is whole" in session.recorder.problem
        )
        assert ons(mido.MidiFile(session.path), 1) == [(1.0, 40)]
        assert list(session.path.parent.iterdir()) == [session.path]
    session.until(7.0)
    assert session.recorder.problem is None  # there is room again: nothing is lost
    assert ons(session.close(), 1) == [(1.0, 40), (6.0, 41)]


def full_disk(*_args, **_kwargs):
    raise OSError(28, "No space left on device")


def test_a_recording_that_is_to_begin_later_leaves_a_file_alone_until_then(tmp_path):
    path = tmp_path / "session.mid"
    path.write_bytes(b"precious")
    recorder = Recorder([path], Metre(), at_once=False)
    recorder.close(1.0)
    assert path.read_bytes() == b"precious"
    recorder.begin()
    assert path.read_bytes().startswith(b"MThd")


@given(
    st.lists(
        st.tuples(
            st.integers(0, 500),
            st.builds(on, st.integers(0, 127), st.integers(0, 15), st.integers(0, 127))
            | st.builds(off, st.integers(0, 127), st.integers(0, 15)),
        ),
        max_size=200,
    )
)
def test_any_notes_give_a_track_that_reads_back_with_every_note_ended(moves):
    track, tick = EncodedTrack("any"), 0
    for wait, message in moves:
        tick += wait
        track.add(tick, message)
    sounding, end = set(), 0
    chunk = track.ended(tick)
    for message in _read(chunk):
        end += message.time
        if message.type == "note_on":
            assert (message.channel, message.note) not in sounding
            sounding.add((message.channel, message.note))
        elif message.type == "note_off":
            sounding.remove((message.channel, message.note))
    assert not sounding and end == tick


def _read(chunk):
    from io import BytesIO

    head = b"MThd\x00\x00\x00\x06\x00\x01\x00\x01\x03\xc0"
    return mido.MidiFile(file=BytesIO(head + chunk)).tracks[0]


KILLED = """
import sys, time
from pathlib import Path
import mido
from drumd.recording.recorder import DRUMS, Recorder
from drumd.timing.song_state import SongState
from drumd.timing.timeline import Timeline
from engine.music.notes import Metre

recorder, song = Recorder([Path(sys.argv[1])], Metre()), Timeline(0.0, 0.0, 120.0)
for stroke in range(100_000):
    now = stroke * 0.02
    recorder.hear(now, DRUMS, mido.Message("note_on", note=36, channel=9))
    recorder.follow(now, SongState(song, rolling=True))
    print(now, flush=True)
    time.sleep(0.002)
"""


def test_a_recording_loses_at_most_two_seconds_when_its_process_is_killed(tmp_path):
    path = tmp_path / "session.mid"
    command = [sys.executable, "-c", KILLED, str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    while float(process.stdout.readline()) < 3.5:
        pass
    process.kill()  # between two of its writes, or within one
    told, _ = process.communicate()
    played = float([3.5, *told.split()][-1])
    file = mido.MidiFile(path)
    assert played - file.length <= 2.0
    assert len(ons(file, 2)) > 50
    assert sum(m.type == "note_off" for _, m in events(file.tracks[2])) == len(ons(file, 2))
