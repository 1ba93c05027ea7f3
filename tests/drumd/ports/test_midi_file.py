"""A MIDI file as an input."""

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drumd.errors import PortError
from drumd.ports.midi_file_host import read_host_file
from drumd.ports.open import open_input, same_port
from drumd.timing.bars import Bars
from drumd.timing.clock import ManualClock
from drumd.timing.musical import MusicalClock
from drumd.timing.sources.midi_clock import HostClock
from engine.music.notes import Metre

TICKS = 480


def write(path, *tracks, ticks=TICKS):
    midi = mido.MidiFile(ticks_per_beat=ticks)
    for track in tracks:
        midi.tracks.append(mido.MidiTrack(track))
    midi.save(path)
    return path


def tempo(bpm, time=0):
    return mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm), time=time)


def note(pitch, time=0, *, length=TICKS, channel=0):
    return [
        mido.Message("note_on", note=pitch, time=time, channel=channel),
        mido.Message("note_off", note=pitch, time=length, channel=channel),
    ]


def strokes(events):
    return [(round(at, 6), m.note) for at, m in events if m.type == "note_on"]


def test_a_file_is_played_with_start_clock_and_stop(tmp_path):
    path = write(tmp_path / "a.mid", [tempo(120), *note(40), *note(43)])
    events = list(read_host_file(path))
    kinds = [message.type for _, message in events]
    assert kinds[:3] == ["start", "clock", "note_on"] and kinds[-1] == "stop"
    assert kinds.count("clock") == 2 * 24 + 1
    assert strokes(events) == [(0.0, 40), (0.5, 43)]
    assert events[-1][0] == pytest.approx(1.0)


def test_the_clock_follows_the_tempo_map(tmp_path):
    path = write(tmp_path / "a.mid", [tempo(120), tempo(60, time=2 * TICKS)], note(40, 3 * TICKS))
    clock, sped = MusicalClock(HostClock()), []
    for seconds, message in read_host_file(path):
        clock.hear(seconds, message)
        sped.append(clock.bpm)
    assert strokes(read_host_file(path)) == [(2.0, 40)]
    assert sped[40] == pytest.approx(120) and sped[-1] == pytest.approx(60, abs=0.5)


def test_the_busiest_guitar_is_played_and_nothing_else(tmp_path):
    lead = [mido.Message("program_change", program=29, channel=1), *note(60, channel=1)]
    rhythm = [
        mido.Message("program_change", program=27, channel=2),
        *note(40, channel=2),
        *note(41, channel=2),
    ]
    path = write(tmp_path / "a.mid", lead, rhythm, note(36, channel=9), note(70))
    assert [pitch for _, pitch in strokes(read_host_file(path))] == [40, 41]


def test_a_track_may_be_a_guitar_by_name(tmp_path):
    named = [mido.MetaMessage("track_name", name="Lead Gtr"), *note(60)]
    path = write(tmp_path / "a.mid", named, [*note(70, channel=3), *note(71, channel=3)])
    assert [pitch for _, pitch in strokes(read_host_file(path))] == [60]


def test_without_a_guitar_the_likeliest_part_plays_and_never_the_drums(tmp_path):
    path = write(
        tmp_path / "a.mid",
        note(100),
        [*note(60, channel=4), *note(62, channel=4)],
        note(36, channel=9),
    )
    assert sorted(pitch for _, pitch in strokes(read_host_file(path))) == [60, 62]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "there is no such file"),
        (b"", "not a MIDI file"),
        (b"RIFF and so on", "not a MIDI file"),
        (b"MThd\0\0\0\6\0\1\0\1\1\xe0MTrk\0\0\0\xff", "ends in the middle"),
        (b"MThd\0\0\0\6\0\1\0\1\xe7\x28MTrk\0\0\0\4\0\xff\x2f\0", "film frames"),
        (b"MThd\0\0\0\6\0\1\0\1\1\xe0MTrk\0\0\0\4\0\xff\x2f\0", "holds no notes"),
        (b"MThd\0\0\0\6\0\1\0\0\1\xe0", "holds no track"),
    ],
)
def test_a_file_that_cannot_be_played_is_one_sentence(tmp_path, content, problem):
    path = tmp_path / "bad.mid"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PortError, match=problem) as raised:
        read_host_file(path)
    assert "bad.mid" in str(raised.value)


@settings(deadline=None, max_examples=60)
@given(cuts=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8))
def test_a_damaged_file_plays_or_is_refused(tmp_path_factory, cuts):
    path = write(tmp_path_factory.mktemp("fuzz") / "a.mid", [tempo(120), *note(40) * 20])
    data = bytearray(path.read_bytes())
    for place, value in cuts:
        data[place % len(data)] = value
    path.write_bytes(data)
    try:
        events = read_host_file(path)
    except PortError:
        return
    before = 0.0
    for _, (seconds, _message) in zip(range(500), events, strict=False):
        assert seconds >= before
        before = seconds


def test_the_port_plays_in_real_time_each_message_at_its_very_time_and_then_has_ended(tmp_path):
    path = write(tmp_path / "Riff.mid", [tempo(120), *note(40), *note(43)])
    clock, heard = ManualClock(100.0), []
    port = open_input(str(path), clock)
    assert port.name == "Riff.mid" and not list(port.poll())
    while not port.ended:
        clock.advance(0.0173)
        heard += [(clock.now(), *event) for event in port.poll()]
    assert all(0 <= polled - stamp < 0.0174 for polled, stamp, _ in heard)
    (first, _), (second, _) = strokes([event[1:] for event in heard])
    assert first == pytest.approx(100.2) and second - first == pytest.approx(0.5)
    assert heard[-1][2].type == "stop" and port.lost() is None


def test_a_file_port_that_is_closed_plays_no_more(tmp_path, clock):
    port = open_input(str(write(tmp_path / "a.mid", note(40, 400 * TICKS))), clock)
    port.close()
    clock.advance(10.0)
    assert not list(port.poll()) and not port.ended


def test_the_demo_is_about_forty_seconds_of_guitar(clock):
    port = open_input("demo", clock)
    clock.advance(100.0)
    events = list(port.poll())
    assert 30 < events[-1][0] < 60 and len(strokes(events)) > 50 and port.ended


def test_a_file_cannot_be_input_and_output_at_once(tmp_path):
    assert "hear itself" in same_port(str(tmp_path / "a.mid"), str(tmp_path / "a.mid"))
    assert same_port(str(tmp_path / "a.mid"), str(tmp_path / "b.mid")) is None
    assert same_port("demo", "AI Drums") is None


def metre(numerator, denominator, time=0):
    return mido.MetaMessage(
        "time_signature", numerator=numerator, denominator=denominator, time=time
    )


@pytest.mark.parametrize("eighths", [1, 2, 4])
def test_before_a_pick_up_the_host_starts_on_a_bar_line(tmp_path, eighths):
    maps = [tempo(120), metre(eighths, 8), metre(4, 4, time=eighths * TICKS // 2)]
    file = read_host_file(write(tmp_path / "a.mid", maps, [*note(40) * 12]))
    clock = MusicalClock(HostClock())
    for seconds, message in file:
        clock.hear(seconds, message)
        if seconds > 4.0:
            break
    assert file.bars == Bars.of(Metre(4, 4))
    first = strokes(file)[0][0]
    assert clock.timeline.beat_at(first) == pytest.approx(4 - eighths / 2, abs=0.01)


def test_the_metres_of_a_file_are_known_ahead_counted_from_where_the_host_starts(tmp_path):
    bar = 4 * TICKS
    maps = [tempo(120), metre(2, 8), metre(4, 4, time=TICKS), metre(3, 4, time=2 * bar)]
    file = read_host_file(
        write(tmp_path / "a.mid", [*maps, metre(4, 4, time=TICKS)], note(40) * 20)
    )
    assert file.bars == Bars.laid(
        [(0.0, Metre(4, 4)), (12.0, Metre(3, 4)), (13.0, Metre(4, 4))]
    )  # the pick-up of a beat is the end of the first bar


def test_the_strings_of_a_guitar_all_play_and_none_on_the_channel_of_the_drums(tmp_path):
    name = mido.MetaMessage("track_name", name="Guitar")
    programs = [mido.Message("program_change", channel=c, program=27) for c in (8, 9, 10)]
    notes = [m for c in (8, 9, 10) for m in note(40 + c, channel=c)]
    path = write(tmp_path / "a.mid", [name, *programs, *notes])
    heard = [m for _, m in read_host_file(path) if m.type == "note_on"]
    assert [m.note for m in heard] == [48, 49, 50] and 9 not in {m.channel for m in heard}


def test_a_note_whose_end_was_lost_is_ended(tmp_path):
    path = write(tmp_path / "a.mid", [mido.Message("note_on", note=40), *note(43, 10 * TICKS)])
    ends = [(at, m.note) for at, m in read_host_file(path) if m.type == "note_off"]
    assert ends == [(pytest.approx(2.0), 40), (pytest.approx(5.5), 43)]


def test_a_song_that_would_play_for_days_is_refused(tmp_path):
    path = write(tmp_path / "a.mid", note(40, length=60_000 * TICKS))
    with pytest.raises(PortError, match="longer than 50,000 beats"):
        read_host_file(path)


def test_a_song_at_a_tempo_that_nobody_plays_is_refused(tmp_path):
    path = write(tmp_path / "a.mid", [mido.MetaMessage("set_tempo", tempo=1), *note(40) * 32])
    with pytest.raises(PortError, match=r"more than 2,000 bpm"):
        read_host_file(path)
