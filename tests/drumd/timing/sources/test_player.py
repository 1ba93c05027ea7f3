"""Musical time from the player: free, near a tempo, or counted in."""

import pytest

from drumd.timing.bars import Bars
from drumd.timing.musical import MusicalClock
from drumd.timing.select import musical_clock
from drumd.timing.sources.count_in import CountedTempo
from drumd.timing.sources.free import FreeTempo
from engine.music.notes import Metre
from tests.support.player import Session, groove, note, steady, taps

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
    assert round(session.clock.timeline.beat_at(time_of(60))) % 4 == 0


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
    error = time_of(76) - session.clock.timeline.time_of(
        round(session.clock.timeline.beat_at(time_of(76)))
    )
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


STRUMMED = [
    message for time in COUNT for string in range(3) for message in
    note(time + 0.015 * string, 42 + 4 * string, 60, 0.05)
]  # fmt: skip


@pytest.mark.parametrize("strokes", [taps(COUNT), STRUMMED], ids=["one string", "strums"])
def test_a_count_in_sets_tempo_and_one_at_once(strokes):
    clock = MusicalClock(CountedTempo())
    Session(clock).play(strokes, COUNT[-1] + 0.01)
    assert (
        clock.rolling
        and clock.source == "count-in"
        and clock.counted_in == pytest.approx(COUNT[-1])
    )
    assert clock.bpm == pytest.approx(BPM)
    assert clock.timeline.beat_at(COUNT[-1] + BEAT_S) == pytest.approx(0.0, abs=1e-6)


def test_after_the_count_in_the_player_is_followed_even_off_its_tempo():
    def time_of(beat):
        return COUNT[-1] + BEAT_S + beat * BEAT_S * 1.04

    session = Session(MusicalClock(CountedTempo()))
    session.play(taps(COUNT) + groove(time_of, 0, 48), 30)
    assert session.clock.bpm == pytest.approx(BPM / 1.04, rel=0.01)
    assert session.off(time_of, since=12) < 0.02
    assert round(session.clock.timeline.beat_at(time_of(44))) == 44


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
    assert clock.timeline.beat_at(11.0) % 4 == pytest.approx(0, abs=0.02)
    assert min(session.steps()) > 0


def test_in_six_eight_a_tap_is_a_dotted_quarter():
    clock = MusicalClock(CountedTempo(Metre(6, 8)), bars=Bars.of(Metre(6, 8)))
    Session(clock).play(taps(COUNT), COUNT[-1] + 0.01)
    assert clock.bpm == pytest.approx(1.5 * BPM)
    assert clock.timeline.beat_at(COUNT[-1]) == pytest.approx(-1.5)


def test_with_a_tempo_the_first_note_is_one_and_the_player_is_followed_from_there():
    time_of = steady(BPM)
    session = Session(musical_clock("auto", 100.0)).play(groove(time_of, 0, 48), 28)
    assert session.track[0][:2] == pytest.approx((1.0, 0.0), abs=0.01)
    assert session.clock.source == "free" and session.off(time_of, since=8) < 0.02
    assert session.clock.jumps == 1 and min(session.steps()) > 0
    assert round(session.clock.timeline.beat_at(time_of(44))) == 44


def test_what_is_played_later_changes_nothing_of_before():
    """Causality: with the end of the music cut off, the clock says the same up to there."""
    events = groove(steady(BPM), 0, 48, jitter=0.01)
    whole = Session(musical_clock("free", 100.0)).play(events, 28)
    cut = Session(musical_clock("free", 100.0)).play([e for e in events if e[0] < 14], 14)
    assert cut.track == whole.track[: len(cut.track)]


def by_ear(events, late_s=0.22):
    """What the ears tell of notes, and when: strokes at once, which notes they were later."""
    told = [(time, time, "strike", message) for time, message in events]
    told += [(time + late_s, time, "hear", message) for time, message in events]
    return sorted(told, key=lambda one: one[:2])


def listen(clock, told, until):
    """How far the pulse goes, looked at every 10 ms: (seconds, beat)."""
    track, now = [], 0.0
    while now < until:
        now += 0.01
        while told and told[0][0] <= now:
            _, time, method, message = told.pop(0)
            getattr(clock, method)(time, message)
        clock.tick(now)
        if clock.rolling:
            track.append((now, clock.timeline.beat_at(now)))
    return track


@pytest.mark.parametrize("late_s", [0.22, 0.5])
def test_by_ear_the_beat_is_where_strokes_sounded_though_notes_come_late(late_s):
    time_of, clock = steady(BPM), musical_clock("free", BPM, by_ear=True)
    track = listen(clock, by_ear(groove(time_of, 0, 48), late_s), 28)
    off = [beat - (time - time_of(0)) / BEAT_S for time, beat in track if time > 15]
    assert off and max(abs((beats + 0.5) % 1 - 0.5) for beats in off) < 0.05


@pytest.mark.parametrize("told", ["without a stroke", "too late"])
def test_by_ear_notes_that_no_stroke_announced_or_that_come_too_late_tell_no_time(told):
    notes, clock = groove(steady(BPM), 0, 48), musical_clock("free", BPM, by_ear=True)
    events = by_ear(notes, 0.8 if told == "too late" else 0.22)
    if told == "without a stroke":
        events = [one for one in events if one[2] == "hear"]
    assert not listen(clock, events, 28)
