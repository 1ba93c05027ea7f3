"""Hosts that loop, stutter and die: no drum is struck twice where it should be struck once."""

from itertools import pairwise

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drumd.config import Settings
from drumd.output.in_flight import HAND_S
from drumd.ports.fakes import PatientPort, RecordingPort
from drumd.status.phase import Phase
from engine.music.kit import PITCH_OF, Voice
from tests.support import drummers
from tests.support.looping_host import (
    CLOCK,
    CONTINUE,
    START,
    STOP,
    WRAPS,
    doubled,
    dying,
    flood,
    guitar,
    looping,
    position,
)
from tests.support.offline_jam import OfflineJam
from tests.support.player import note

BPM = 120.0
CRASH, HAT = PITCH_OF[Voice.CRASH], PITCH_OF[Voice.CLOSED_HAT]
PORTS = [RecordingPort, PatientPort]  # one sends at once, one on time if told ahead


def jam(events, port, seconds=None, kit=drummers.Rock, **told):
    rig = OfflineJam(kit(), Settings(**told), make_port=port)
    events = sorted(events, key=lambda timed: timed[0])
    end = seconds or events[-1][0]
    rig.hear([*events, *guitar(BPM, end)])
    rig.until(end)
    return rig


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("way", WRAPS)
@pytest.mark.parametrize("early", [0.0, 0.01])
@pytest.mark.parametrize("bars", [1, 2])
def test_a_host_that_loops_hears_each_stroke_once(port, way, early, bars):
    first = 0.0 if "start" in way else 4.0
    rig = jam(
        looping(BPM, (first, first + 4 * bars), 8 // bars, way, early=early),
        port,
        kit=drummers.Pulse,
    )
    assert doubled(rig.strokes(), within=0.1) == []
    beats = sorted({round(time * 2) for time, _ in rig.strokes()})
    assert beats == list(range(beats[0], beats[-1] + 1)) and len(beats) >= 16
    assert len([drum for _, drum in rig.strokes() if drum != CRASH]) == len(beats)


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("way", ["stop position continue", "position continue", "position"])
@pytest.mark.parametrize("loop", [(4.0, 7.0), (2.0, 3.0), (1.0, 1.5)])
def test_a_loop_shorter_than_a_bar_gets_drums_too(port, way, loop):
    lasts = (loop[1] - loop[0]) * 60 / BPM
    times = round(16 / lasts)
    rig = jam(looping(BPM, loop, times, way), port)
    assert doubled(rig.strokes(), within=0.1) == []
    eighths = [time for time, drum in rig.strokes() if drum == HAT and 8 < time < 16]
    assert len(eighths) == pytest.approx(4 * 8, abs=4) and max(eighths) > 15.5
    assert max(b - a for a, b in pairwise(eighths)) < 0.3


def test_a_short_loop_without_guitar_comes_to_rest():
    events = list(looping(BPM, (0.0, 2.0), 24, "position"))
    rig = OfflineJam(drummers.Rock())
    rig.hear([*events, *guitar(BPM, 8.0)])
    rig.until(20.0)
    assert rig.strokes() and rig.jam.conductor.phase is Phase.RESTING
    assert max(time for time, _ in rig.strokes()) < 14


def test_a_loop_that_ends_leads_on_into_the_next_bar_without_a_gap():
    events = list(looping(BPM, (0.0, 2.0), 9, "position"))[:-1]
    begins = events[-1][0] + 60 / BPM / 24
    events += [(begins + tick * 60 / BPM / 24, CLOCK) for tick in range(24 * 12)]
    rig = jam(events, RecordingPort, kit=drummers.Pulse)
    beats = sorted({round(time * 2) for time, _ in rig.strokes() if time > 5})
    assert beats == list(range(beats[0], beats[-1] + 1)) and doubled(rig.strokes(), 0.1) == []


@pytest.mark.parametrize("message", [START, position(0), position(16), CONTINUE])
@pytest.mark.parametrize("bpm", [60.0, 120.0, 200.0])
def test_a_host_that_says_the_same_twenty_times_a_second_is_no_machine_gun(message, bpm):
    rig = jam(flood(message, bpm, 8.0, 4.0), RecordingPort)
    assert doubled(rig.strokes()) == []
    within = [time for time, drum in rig.strokes() if 8.5 <= time < 12.0 and drum != CRASH]
    usual = [time for time, drum in rig.strokes() if 4.5 <= time < 8.0 and drum != CRASH]
    assert len(within) <= max(1.3 * len(usual), 9 * 3.5)  # nine a second at most


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("gone", [0.3, 1.1, 5.0])
@pytest.mark.parametrize("told", [{}, {"clock": "host"}])
def test_a_clock_that_dies_without_a_stop_and_comes_back_doubles_nothing(port, gone, told):
    gaps = [(begin, begin + gone) for begin in (5.0, 14.02)]
    rig = jam(dying(BPM, gaps, 24.0), port, **told)
    assert doubled(rig.strokes(), within=0.1) == []
    assert max(time for time, _ in rig.strokes()) > 23


@pytest.mark.parametrize("bpm", [500.0, 1000.0, 2500.0])
def test_a_clock_too_fast_for_any_hand_doubles_nothing(bpm):
    rig = jam(looping(bpm, (0.0, bpm / 10), 1, "position"), RecordingPort)
    assert doubled(rig.strokes()) == []


SAID = st.one_of(
    st.sampled_from([START, STOP, CONTINUE, CLOCK]),
    st.integers(0, 64).map(lambda sixteenth: position(sixteenth / 4)),
    st.integers(40, 60).map(lambda pitch: mido.Message("note_on", note=pitch)),
    st.tuples(st.sampled_from([0.0025, 0.02, 0.0208, 0.05]), st.integers(1, 200)),  # clocks
    st.sampled_from(WRAPS),
)
PAUSES = st.sampled_from([0.0, 0.0, 0.001, 0.01, 0.02, 0.05, 0.3, 1.0])


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.tuples(SAID, PAUSES), max_size=40),
    st.sampled_from(PORTS),
    st.sampled_from([{}, {"bpm": 133.0}, {"clock": "host"}]),
)
def test_whatever_the_host_says_no_drum_is_struck_sooner_than_a_hand_can(said, port, told):
    rig = OfflineJam(drummers.Rock(), Settings(**told), make_port=port)
    events, time = guitar(150.0, 4.0), 4.0
    events += [(tick * 60 / 150 / 24, CLOCK) for tick in range(240)] + [(0.0, START)]
    for what, pause in said:
        time += pause
        spoken, time = _spoken(what, time)
        events += spoken
    rig.hear(events)
    rig.until(time + 1.0)
    assert doubled(rig.strokes(), within=HAND_S) == []


def _spoken(what, time):
    """The messages of one scene, and when it ends."""
    if isinstance(what, str):
        words = {"stop": STOP, "continue": CONTINUE, "start": START, "position": position(0)}
        return [(time + k / 2000, words[word]) for k, word in enumerate(what.split())], time
    if isinstance(what, tuple):
        step, count = what
        return [(time + k * step, CLOCK) for k in range(count)], time + step * count
    if what.type == "note_on":
        return note(time, what.note), time
    return [(time, what)], time
