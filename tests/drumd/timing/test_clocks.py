"""The sources of time and how the musical clock changes over between them."""

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drumd.timing import CountedTempo, FreeTempo, GivenTempo, HostClock, MusicalClock
from drumd.timing.choose import musical_clock
from engine.notes import Metre
from tests.drumd.timing.player import Session, groove, host, note, steady, taps

BPM = 104.0
BEAT_S = 60 / BPM
COUNT = [1.0 + k * BEAT_S for k in range(4)]


def one_after(times):
    """The beats that a count-in sets: beat 0 is the one."""
    return steady(BPM, times[-1] + BEAT_S)


def test_without_a_hint_the_beat_is_found_and_met():
    time_of = steady(BPM)
    session = Session(MusicalClock(FreeTempo())).play(groove(time_of, 0, 64, jitter=0.008), 36)
    assert session.clock.source == "free" and session.clock.bpm == pytest.approx(BPM, rel=0.02)
    assert session.track[0][0] < 15 and session.off(time_of, since=15) < 0.04
    assert round(session.clock.map.beat_at(time_of(60))) % 4 == 0


def test_while_it_is_not_sure_it_searches_and_does_not_roll():
    session = Session(musical_clock("free"))
    assert not session.clock.searching
    session.play(groove(steady(BPM), 0, 4), 3.0)
    assert session.clock.searching and not session.clock.rolling and session.clock.source == "none"


def test_silence_alone_never_stops_the_clock_once_it_rolls():
    time_of = steady(BPM)
    session = Session(musical_clock("free", 100.0)).play(groove(time_of, 0, 32), 60)
    assert session.clock.rolling and session.track[-1][0] == pytest.approx(60, abs=0.01)
    assert session.off(time_of, since=10) < 0.15  # after 40 s of flywheel
    assert min(session.steps()) > 0


def test_after_a_long_rest_the_notes_are_taken_up_gently():
    time_of, late = steady(BPM), steady(BPM, 1.15)
    events = groove(time_of, 0, 32) + groove(late, 44, 76)
    session = Session(musical_clock("free", 100.0)).play(events, 45)
    until = late(45.5)  # the first chords after the rest
    before = [beat for time, beat, _ in session.track if time < time_of(44)][-1]
    after = [beat for time, beat, _ in session.track if time < until][-1]
    assert (after - before) / ((until - time_of(44)) / BEAT_S) == pytest.approx(1, abs=0.08)
    assert session.off(late, since=late(60)) < 0.03


@pytest.mark.parametrize("bent", [1.08, 0.92])
def test_a_step_of_the_tempo_is_followed(bent):
    def time_of(beat):
        return 1 + min(beat, 32) * BEAT_S + max(0, beat - 32) * BEAT_S / bent

    session = Session(musical_clock("free", 100.0)).play(groove(time_of, 0, 80), 44)
    assert session.clock.bpm == pytest.approx(BPM * bent, rel=0.02)
    error = time_of(76) - session.clock.map.time_of(round(session.clock.map.beat_at(time_of(76))))
    assert abs(error) < 0.03 and min(session.steps()) > 0


def test_the_tempo_never_flips_to_double_or_half_while_it_plays():
    """Sixteenths on one string, then long notes: the tracker may think what it wants."""
    time_of = steady(BPM)
    events = groove(time_of, 0, 32)
    events += [m for k in range(128) for m in note(time_of(32 + k / 4), 45, length=0.05)]
    events += [m for k in range(16) for m in note(time_of(64 + 2 * k), 40, length=0.5)]
    session = Session(musical_clock("free")).play(sorted(events, key=lambda e: e[0]), 56)
    looks = [(a, b) for a, b in zip(session.track, session.track[250:], strict=False)]
    pace = [(b[1] - a[1]) / (b[0] - a[0]) * 60 for a, b in looks]
    assert min(pace) > BPM / 1.3 and max(pace) < BPM * 1.3


def test_a_count_in_sets_tempo_and_one_at_once():
    clock = MusicalClock(CountedTempo())
    Session(clock).play(taps(COUNT), COUNT[-1] + 0.01)
    assert clock.rolling and clock.source == "count-in" and clock.counted_in
    assert clock.bpm == pytest.approx(BPM)
    assert clock.map.beat_at(COUNT[-1] + BEAT_S) == pytest.approx(0.0, abs=1e-6)


def test_after_the_count_in_the_player_is_followed_even_off_its_tempo():
    def time_of(beat):
        return COUNT[-1] + BEAT_S + beat * BEAT_S * 1.04

    session = Session(MusicalClock(CountedTempo()))
    session.play(taps(COUNT) + groove(time_of, 0, 48), 30)
    assert session.clock.bpm == pytest.approx(BPM / 1.04, rel=0.01)
    assert session.off(time_of, since=12) < 0.02
    assert round(session.clock.map.beat_at(time_of(44))) == 44


@pytest.mark.parametrize(
    "events",
    [
        taps([1.0, 1.5, 2.2, 2.7]),
        [m for k in range(4) for m in note(1 + k * BEAT_S, 40, length=0.5)],
        [m for k in range(4) for m in note(1 + k * BEAT_S, 40 + 5 * k, length=0.05)],
        taps([1.0, 1.2, 1.4, 1.6]),
    ],
    ids=["uneven", "long notes", "a melody", "too fast to count"],
)
def test_a_song_that_begins_otherwise_is_no_count_in(events):
    assert not Session(MusicalClock(CountedTempo())).play(events, 4).clock.rolling


def test_even_taps_within_the_music_are_no_count_in():
    late = taps([k * BEAT_S for k in range(20, 28)])
    early = [m for k in range(17, 20) for m in note(k * BEAT_S, 45, length=0.5)]
    assert not Session(MusicalClock(CountedTempo())).play(early + late, 18).clock.rolling


def test_a_foot_counts_in_too_and_again_later():
    clock = MusicalClock(CountedTempo(by_foot_only=True))
    for time in COUNT:
        clock.tap(time)
    assert clock.bpm == pytest.approx(BPM) and clock.jumps == 1
    for time in (9.0, 9.5, 10.0, 10.5):
        clock.tick(time)
        clock.tap(time)
    assert clock.bpm == pytest.approx(120)
    session = Session(clock)
    session.now = 10.5
    session.play([], 14)
    assert clock.map.beat_at(11.0) % 4 == pytest.approx(0, abs=0.02)
    assert min(session.steps()) > 0


def test_in_six_eight_a_tap_is_a_dotted_quarter():
    clock = MusicalClock(CountedTempo(Metre(6, 8)), metre=Metre(6, 8))
    Session(clock).play(taps(COUNT), COUNT[-1] + 0.01)
    assert clock.bpm == pytest.approx(1.5 * BPM)
    assert clock.map.beat_at(COUNT[-1]) == pytest.approx(-1.5)


def test_with_a_tempo_the_first_note_is_one_and_the_player_is_followed_from_there():
    time_of = steady(BPM)
    session = Session(musical_clock("auto", 100.0)).play(groove(time_of, 0, 48), 28)
    assert session.track[0][:2] == pytest.approx((1.0, 0.0), abs=0.01)
    assert session.clock.source == "free" and session.off(time_of, since=8) < 0.02
    assert session.clock.jumps == 1 and min(session.steps()) > 0
    assert round(session.clock.map.beat_at(time_of(44))) == 44


def test_a_host_takes_over_from_the_player_without_a_gap_or_a_doubled_beat():
    time_of = steady(BPM)
    begins = time_of(33.3)
    events = groove(time_of, 0, 33) + host(120.0, begins, 32)
    session = Session(musical_clock("auto")).play(events, begins + 15)
    assert session.clock.source == "host" and session.clock.bpm == pytest.approx(120, abs=0.3)
    assert min(session.steps()) > 0 and max(session.steps()) < 3 * 0.004 * 2
    moved = [
        (b[1] - a[1], a[2] != b[2]) for a, b in zip(session.track, session.track[1:], strict=False)
    ]
    for step, jumped in moved:  # a re-count moves by whole beats
        assert not jumped or step == pytest.approx(round(step), abs=0.03)
    in_a_bar = next(beat for time, beat, _ in session.track if time > begins + 2.5)
    assert (in_a_bar - 2.5 * 2 + 2) % 4 - 2 == pytest.approx(0, abs=0.06)


def test_a_host_that_vanishes_leaves_a_flywheel_at_its_tempo():
    events = host(BPM, 1.0, 16, stop=False)
    session = Session(musical_clock("auto")).play(events, 25)
    assert session.clock.source == "free" and session.clock.jumps == 1
    assert session.clock.bpm == pytest.approx(BPM, abs=0.5)
    assert session.off(steady(BPM), since=2) < 0.03
    assert session.clock.map.beat_at(1 + 40 * BEAT_S) == pytest.approx(40, abs=0.1)


def test_the_player_is_followed_after_the_host_has_vanished():
    def time_of(beat):
        return 1 + beat * BEAT_S if beat < 16 else 1 + 16 * BEAT_S + (beat - 16) * BEAT_S * 1.05

    events = host(BPM, 1.0, 16, stop=False) + groove(time_of, 0, 64)
    session = Session(musical_clock("auto")).play(sorted(events, key=lambda e: e[0]), 36)
    assert session.clock.bpm == pytest.approx(BPM / 1.05, rel=0.01)
    assert round(session.clock.map.beat_at(time_of(60))) == 60


def test_a_host_that_comes_back_is_followed_again():
    events = host(BPM, 1.0, 16, stop=False)
    later = 1 + 24 * BEAT_S + 0.1
    events += [(later + k * BEAT_S / 24, mido.Message("clock")) for k in range(24 * 16)]
    session = Session(musical_clock("auto")).play(events, later + 8)
    assert session.clock.source == "host" and min(session.steps()) > 0


def test_a_host_that_stops_is_waited_for_while_its_clock_ticks():
    time_of = steady(BPM)
    stopped = 1 + 16 * BEAT_S
    ticking = [(stopped + k * BEAT_S / 24, mido.Message("clock")) for k in range(24 * 48)]
    events = host(BPM, 1.0, 16) + ticking + groove(time_of, 0, 64)
    session = Session(musical_clock("auto")).play(sorted(events, key=lambda e: e[0]), 28)
    assert session.clock.source == "host" and not session.clock.rolling
    assert max(time for time, *_ in session.track) < stopped + 0.1


def test_a_host_that_is_gone_after_its_stop_leaves_the_lead_to_the_player():
    time_of = steady(96.0, 16.0)
    events = host(BPM, 1.0, 16) + groove(time_of, 0, 48)
    session = Session(musical_clock("auto")).play(events, 44)
    assert session.clock.source == "free" and session.off(time_of, since=34) < 0.03


def test_this_is_one_moves_the_bar_line_but_not_the_beat():
    clock = MusicalClock(GivenTempo(120.0))
    clock.hear(0.0, mido.Message("note_on", note=40))
    clock.tick(3.1)
    clock.this_is_one(3.1)  # beat 6.2: beat 6 is a one
    assert clock.map.beat_at(3.0) == pytest.approx(8.0) and clock.jumps == 2
    clock.tick(3.2)
    assert clock.map.beat_at(4.0) == pytest.approx(10.0) and clock.bpm == 120
    clock.this_is_one(5.05)  # beat 12.1, which begins a bar already
    assert clock.jumps == 2


@pytest.mark.parametrize("factor", [2.0, 0.5])
def test_twice_and_half_change_the_reading_at_the_next_bar_line(factor):
    clock = MusicalClock(GivenTempo(120.0))
    clock.hear(0.0, mido.Message("note_on", note=40))
    clock.tick(2.5)
    clock.turn(factor)
    assert clock.bpm == 120 and clock.map.beat_at(4.0) == pytest.approx(8.0)
    session = Session(clock)
    session.now = 2.5
    session.play([], 6.0)
    assert clock.bpm == 120 * factor and clock.jumps == 1
    assert clock.map.beat_at(6.0) == pytest.approx(8 + 4 * factor, abs=0.02)
    assert min(session.steps()) > 0


PLAYED = st.one_of(
    st.sampled_from(["clock", "start", "stop", "continue"]),
    st.sampled_from(["one", "twice", "half", "tap"]),
    st.integers(36, 80),
)
PAUSES = st.one_of(st.just(0.25), st.just(0.0208), st.floats(0, 0.6), st.floats(0, 6.0))


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(PLAYED, PAUSES, st.integers(1, 24)), max_size=25),
    st.sampled_from([("auto", None), ("auto", 110.0), ("free", None), ("count-in", None)]),
)
def test_whatever_is_played_time_never_runs_backwards_and_never_jumps_by_itself(played, chosen):
    clock = musical_clock(*chosen)
    now, jumps, beat = 0.0, 0, float("-inf")
    for what, pause, times in played:
        for _ in range(times):
            now += pause
            _say(clock, now, what)
            clock.tick(now)
            if clock.jumps != jumps:
                jumps, beat = clock.jumps, float("-inf")
            if clock.map is not None:
                assert 0 < clock.map.bpm < 10_000 and 0 <= clock.confidence <= 1
                assert clock.map.beat_at(now) >= beat - 1e-6
                beat = clock.map.beat_at(now)


def _say(clock, now, what):
    match what:
        case int():
            clock.hear(now, mido.Message("note_on", note=what))
        case "one":
            clock.this_is_one(now)
        case "twice" | "half":
            clock.turn(2.0 if what == "twice" else 0.5)
        case "tap":
            clock.tap(now)
        case _:
            clock.hear(now, mido.Message(what))


def test_a_plain_host_clock_still_stops_with_its_host():
    session = Session(MusicalClock(HostClock())).play(host(BPM, 1.0, 16, stop=False), 25)
    assert not session.clock.rolling and session.clock.source == "host"


def test_what_is_played_later_changes_nothing_of_before():
    """Causality: with the end of the music cut off, the clock says the same up to there."""
    events = groove(steady(BPM), 0, 48, jitter=0.01)
    whole = Session(musical_clock("free", 100.0)).play(events, 28)
    cut = Session(musical_clock("free", 100.0)).play([e for e in events if e[0] < 14], 14)
    assert cut.track == whole.track[: len(cut.track)]
