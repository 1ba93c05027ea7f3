"""Jams without a click: the daemon's objects from the guitar's notes to the drums."""

from itertools import pairwise

import mido
import pytest

from drumd.config import Settings
from drumd.controls import Control
from drumd.status.phase import Phase
from engine.music.kit import PITCH_OF, Voice
from engine.music.notes import Metre
from tests.support.drummers import Pulse
from tests.support.offline_jam import OfflineJam
from tests.support.player import groove, host, note, steady, taps

BPM = 104.0
BEAT_S = 60 / BPM
COUNT = [1.0 + k * BEAT_S for k in range(4)]
ONE = COUNT[-1] + BEAT_S
PEDAL = Control("cc", 64)
CRASH = PITCH_OF[Voice.CRASH]


class Asked(Pulse):
    """Remembers what it was asked."""

    def __init__(self):
        self.requests = []

    def play(self, request):
        self.requests.append(request)
        return super().play(request)


def jam(events, until, **settings):
    rig = OfflineJam(Asked(), Settings(**settings))
    rig.hear(events)
    rig.until(until)
    return rig


def press(times, number=64):
    return [
        (time + late, mido.Message("control_change", control=number, value=value))
        for time in times
        for late, value in ((0.0, 127), (0.1, 0))
    ]


def requests(rig):
    return rig.jam._drummer._kit.requests


def beats_of(rig, time_of, since=0.0):
    beat_s = time_of(1) - time_of(0)
    return [(time - time_of(0)) / beat_s for time in times_of(rig) if time > since]


def times_of(rig):
    """When each beat is struck, in seconds; a crash falls on the kick."""
    return [time for time, drum in rig.strokes() if drum != CRASH]


@pytest.mark.parametrize("told", [{"clock": "count-in"}, {}, {"bpm": 100.0}])
def test_after_a_count_in_the_drums_come_in_on_the_next_one(told):
    time_of = steady(BPM, ONE)
    rig = jam(taps(COUNT) + groove(time_of, 0, 16), time_of(13.8), **told)
    beats = beats_of(rig, time_of)
    assert beats == pytest.approx(range(14), abs=0.06)
    assert [drum for _, drum in rig.strokes()[:5]] == [36, 38, 38, 38, 36]


def test_a_count_in_is_no_music():
    time_of = steady(BPM, ONE)
    rig = jam(taps(COUNT) + groove(time_of, 0, 8), time_of(7), clock="auto")
    assert rig.musical.source == "count-in"
    assert requests(rig)[0].notes == () and requests(rig)[0].start == 0.0
    assert min(one.onset for one in requests(rig)[1].notes) == pytest.approx(0, abs=0.05)


def test_who_counts_in_and_plays_nothing_hears_two_bars_of_drums():
    rig = jam(taps(COUNT), ONE + 24 * BEAT_S, clock="count-in")
    assert len(rig.strokes()) == 8 and rig.jam.conductor.phase is Phase.RESTING


def test_a_foot_counts_in_while_the_drums_rest():
    time_of = steady(BPM, 1.0)
    again = [30 + k * 0.5 for k in range(4)]
    events = groove(time_of, 0, 16) + press(again) + groove(steady(120, 32.0), 0, 16)
    rig = jam(sorted(events, key=lambda e: e[0]), 36, clock="auto", bpm=BPM, tap=PEDAL)
    late = [time for time, _ in rig.strokes() if time > 25]
    assert late[:4] == pytest.approx([32.0, 32.5, 33.0, 33.5], abs=0.03)
    assert rig.musical.source == "count-in"


def test_a_foot_that_counts_while_the_guitar_plays_leaves_the_music_in_mind():
    time_of = steady(BPM, 1.0)
    events = groove(time_of, 0, 32) + press([time_of(k) for k in range(18, 22)])
    rig = jam(sorted(events, key=lambda e: e[0]), time_of(29.5), clock="auto", bpm=BPM, tap=PEDAL)
    assert rig.musical.source == "count-in" and len(requests(rig)[-1].notes) > 40
    beats = beats_of(rig, time_of)
    assert beats == pytest.approx(range(4, 4 + len(beats)), abs=0.06)
    kicks = [round((time - 1) / BEAT_S) for time, drum in rig.strokes() if drum == 36]
    assert kicks[-2:] == [22, 26]


def test_free_drums_come_in_at_a_bar_line_once_the_beat_is_sure():
    time_of = steady(BPM)
    rig = jam(groove(time_of, 0, 48), time_of(46), clock="free")
    beats = beats_of(rig, time_of)
    assert (beats[0] + 1) % 4 == pytest.approx(1, abs=0.1) and beats[0] < 20
    steps = [b - a for a, b in pairwise(beats)]
    assert steps == pytest.approx([1] * len(steps), abs=0.06)


def test_until_then_the_status_says_that_it_listens_for_the_beat():
    rig = jam(groove(steady(BPM), 0, 4), 3.0, clock="free")
    snapshot = rig.jam.snapshot()
    assert "listening for the beat" in snapshot.line()
    assert "listening for the beat" in snapshot.screen()
    rig = jam(groove(steady(BPM), 0, 40), 22.0, clock="free")
    line = rig.jam.snapshot().line()
    assert "(free)" in line and "listening for the beat" not in line


def test_drums_rest_after_two_silent_bars_and_come_back_in_time():
    time_of = steady(BPM)
    events = groove(time_of, 0, 32) + groove(time_of, 56, 72)
    rig = jam(events, time_of(70), clock="free", bpm=100.0)
    silent = [beat for beat in beats_of(rig, time_of) if 41 < beat < 55.5]
    back = beats_of(rig, time_of, since=time_of(56))
    assert (
        silent == []
        and back[0] <= 61
        and back == pytest.approx([back[0] + k for k in range(len(back))], abs=0.1)
    )


def test_with_a_tempo_drums_come_in_after_a_bar_and_then_follow():
    time_of = steady(BPM)
    rig = jam(groove(time_of, 0, 48), time_of(46), clock="auto", bpm=100.0)
    beats = beats_of(rig, time_of)
    assert beats[0] == pytest.approx(4, abs=0.2)
    assert beats[12:] == pytest.approx([round(beat) for beat in beats[12:]], abs=0.05)


def test_a_given_tempo_is_kept_whatever_is_played():
    time_of = steady(BPM)
    rig = jam(groove(time_of, 0, 48), time_of(46), clock="given", bpm=100.0)
    times = times_of(rig)
    assert times == pytest.approx([1.0 + (4 + k) * 0.6 for k in range(len(times))], abs=0.005)


def test_no_beat_is_doubled_or_left_out_when_a_host_takes_over():
    time_of = steady(BPM)
    begins = time_of(33.4)
    events = groove(time_of, 0, 33) + groove(steady(120.0, begins), 0, 32) + host(120, begins, 32)
    rig = jam(sorted(events, key=lambda e: e[0]), begins + 15, clock="auto", bpm=BPM)
    times = times_of(rig)
    gaps = [b - a for a, b in pairwise(times)]
    assert min(gaps) > 0.37 and max(gaps) < 0.75
    kicks = [time for time, drum in rig.strokes() if drum == 36 and time > begins + 4]
    assert [(time - begins) / 2 for time in kicks] == pytest.approx(
        [round((time - begins) / 2) for time in kicks], abs=0.02
    )


def test_drums_play_on_when_the_host_vanishes():
    time_of = steady(BPM)
    events = groove(time_of, 0, 48) + host(BPM, 1.0, 24, stop=False)
    rig = jam(sorted(events, key=lambda e: e[0]), time_of(46), clock="auto")
    beats = beats_of(rig, time_of)
    assert beats == pytest.approx(range(4, 4 + len(beats)), abs=0.06) and len(beats) > 40


def test_this_is_one_moves_the_drummers_bar_and_keeps_the_beat():
    time_of = steady(BPM)
    events = groove(time_of, 0, 48) + press([time_of(18.05)], 20)
    rig = jam(
        sorted(events, key=lambda e: e[0]), time_of(45), clock="given", bpm=BPM,
        this_is_one=Control("cc", 20),
    )  # fmt: skip
    beats = beats_of(rig, time_of)
    assert beats == pytest.approx(range(4, 4 + len(beats)), abs=0.02)
    kicks = [round((time - 1) / BEAT_S) for time, drum in rig.strokes() if drum == 36]
    assert [kick for kick in kicks if kick > 18] == [22, 26, 30, 34, 38, 42]


def test_twice_doubles_the_drums_from_the_next_bar_line():
    time_of = steady(BPM)
    events = groove(time_of, 0, 48) + press([time_of(17)], 21)
    rig = jam(
        sorted(events, key=lambda e: e[0]), time_of(30.2), clock="given", bpm=BPM,
        twice=Control("cc", 21),
    )  # fmt: skip
    beats = beats_of(rig, time_of)
    around = [round(beat, 1) for beat in beats if 17.5 < beat < 21.7]
    assert around == [18, 19, 20, 20.5, 21, 21.5]


def test_the_notes_of_a_control_are_no_music():
    key = Control("note", 24)
    events = groove(steady(BPM), 0, 8) + note(2.0, 24)
    rig = jam(sorted(events, key=lambda e: e[0]), 6, clock="given", bpm=BPM, this_is_one=key)
    assert 24 not in {one.pitch for one in rig.jam.conductor.heard.notes(99.0)}


@pytest.mark.parametrize(("metre", "pulses"), [(Metre(3, 4), 3), (Metre(12, 8), 4)])
def test_other_metres_are_counted_in_their_own_pulse(metre, pulses):
    time_of = steady(BPM, ONE)
    beat = [m for k in range(24) for m in note(time_of(k), 40 if k % pulses == 0 else 55)]
    rig = jam(taps(COUNT) + beat, time_of(22), clock="count-in", metre=metre)
    kicks = [(time - ONE) / BEAT_S for time, drum in rig.strokes() if drum == 36]
    assert kicks == pytest.approx([k * pulses for k in range(len(kicks))], abs=0.06)
    assert len(kicks) >= 5


def test_who_plays_off_the_beat_says_where_one_is_and_the_drums_go_there():
    time_of = steady(BPM)
    ands = [time_of(k + 0.5) for k in range(72)]
    skank = [event for time in ands for pitch in (52, 59) for event in note(time, pitch)]
    events = sorted(skank + press([time_of(24) + 0.03], 20), key=lambda e: e[0])
    settings = {"clock": "free", "bpm": BPM + 4}
    alone = beats_of(jam(skank, time_of(70), **settings), time_of, since=time_of(30))
    assert min(abs(beat - round(beat)) for beat in alone) > 0.3
    rig = jam(events, time_of(70), **settings, this_is_one=Control("cc", 20))
    beats = beats_of(rig, time_of, since=time_of(30))
    assert beats == pytest.approx([round(beat) for beat in beats], abs=0.1) and len(beats) > 35
    kicks = [round((time - 1) / BEAT_S) % 4 for time, drum in rig.strokes() if drum == 36]
    assert set(kicks[-5:]) == {0}


def test_drums_that_are_not_sure_yet_begin_a_bar_line_after_they_were_told():
    time_of = steady(BPM)
    played = groove(time_of, 0, 48)
    told = sorted(played + press([time_of(4) + 0.02], 20), key=lambda e: e[0])
    waiting = beats_of(jam(played, time_of(45), clock="free"), time_of)
    begun = beats_of(jam(told, time_of(45), clock="free", this_is_one=Control("cc", 20)), time_of)
    assert begun[0] == pytest.approx(8, abs=0.2) and waiting[0] > 9
