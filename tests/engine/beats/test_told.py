"""What a player says while the beat is followed: this is one."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.beats.tracker import Beat, BeatTracker
from tests.support.strums import Onset, strummed, taps

BEAT_S, START = 0.6, 1.0  # of the strums


def beats_of(onsets: list[Onset], ones: list[float], **told: object) -> list[Beat]:
    """The beats announced to some notes, while the player says "one" at some moments."""
    tracker, found, left = BeatTracker(**told), list[Beat](), sorted(ones)  # type: ignore[arg-type]
    for onset in onsets:
        while left and left[0] <= onset[0]:
            found += tracker.beats(left[0])
            tracker.this_is_one(left.pop(0))
        tracker.hear(*onset)
        found += tracker.beats(onset[0])
    return found


def off(beat: Beat) -> float:
    """How far a beat is from the nearest true one, in beats."""
    return abs(((beat.time - START) / BEAT_S + 0.5) % 1 - 0.5)


def place(beat: Beat) -> int:
    """The true place in the bar."""
    return round((beat.time - START) / BEAT_S) % 4 + 1


def off_beat_strums() -> list[Onset]:
    """Strums between the beats alone, for 24 bars."""
    return [onset for onset in strummed(24) if round((onset[0] - START) / BEAT_S * 2) % 2]


def test_who_strums_off_the_beat_is_believed_when_he_says_so() -> None:
    one = START + 16 * BEAT_S
    before = beats_of(off_beat_strums(), [], bpm=104.0)
    assert sum(off(beat) for beat in before) / len(before) > 0.4  # half a beat off, and sure of it
    found = beats_of(off_beat_strums(), [one + 0.03], bpm=104.0)
    after = [beat for beat in found if beat.time > one + 4]
    assert len(after) > 60 and max(off(beat) for beat in after) < 0.15
    assert [beat.beat for beat in after] == [place(beat) for beat in after]


@pytest.mark.parametrize("late", [-0.07, 0.07])
def test_a_word_that_comes_late_moves_the_bar_line_and_not_the_beat(late: float) -> None:
    three = START + 18 * BEAT_S
    found = beats_of(strummed(24), [three + late], bpm=104.0)
    after = [beat for beat in found if beat.time > three + 1]
    assert max(off(beat) for beat in after) < 0.08
    assert [beat.beat for beat in after] == [(place(beat) + 1) % 4 + 1 for beat in after]


def test_a_slow_player_is_believed_too() -> None:
    slow = [(START + 1.05 * (k + 0.5), 45 + 7 * i, 80) for k in range(60) for i in range(3)]
    one = START + 1.05 * 12
    found = [beat.time for beat in beats_of(slow, [one], bpm=60.0) if beat.time > one + 5]
    assert max(abs(((time - START) / 1.05 + 0.5) % 1 - 0.5) for time in found) < 0.15


def test_after_a_count_in_off_the_beat_the_beat_is_moved_and_sure() -> None:
    counted, one = taps(100, START + BEAT_S / 2), START + 16 * BEAT_S
    found = beats_of(off_beat_strums(), [one], count_in=counted)
    assert min(off(beat) for beat in found if beat.time < one - 1) > 0.4
    after = [beat for beat in found if beat.time > one + 4]
    assert max(off(beat) for beat in after) < 0.15
    assert min(beat.confidence for beat in after) > 0.5


def test_the_chances_of_the_bar_go_by_what_was_told() -> None:
    tracker, three = BeatTracker(bpm=104.0, metre=4), START + 18 * BEAT_S
    for onset in strummed(12):
        if onset[0] > three and tracker.last_beat and tracker.last_beat < three + 1:
            tracker.this_is_one(three)
        tracker.hear(*onset)
        tracker.beats(onset[0])
    assert tracker.next_beat is not None
    coming = round((tracker.next_beat - three) / BEAT_S) % 4
    assert tracker.chances[coming] > 0.7


def test_in_five_the_bar_is_counted_from_there() -> None:
    one = START + 16 * BEAT_S
    found = beats_of(strummed(20), [one], bpm=104.0, metre=5)
    told = [beat.beat for beat in found if beat.time > one + 0.1][:5]
    assert told == [2, 3, 4, 5, 1]
    found = beats_of(off_beat_strums(), [one + 0.05], bpm=104.0, metre=5)
    told = [beat.beat for beat in found if beat.time > one + 0.35][:5]
    assert told == [2, 3, 4, 5, 1]


notes = st.lists(st.tuples(st.floats(0, 1.5), st.integers(30, 90)), min_size=1, max_size=60)
WAYS: list[dict[str, object]] = [{}, {"bpm": 100.0}, {"count_in": [0.0, 0.5, 1.0, 1.5]}]


@settings(deadline=None, max_examples=60)
@given(notes, st.lists(st.floats(0, 60), max_size=6), st.sampled_from(WAYS))
def test_whenever_it_is_said_beats_rise_and_come_ahead_of_time(
    played: list[tuple[float, int]], ones: list[float], told: dict[str, object]
) -> None:
    time, onsets = 0.0, list[Onset]()
    for gap, pitch in played:
        time += gap
        onsets.append((time, pitch, 80))
    found = beats_of(onsets, ones, **told)
    assert all(a.time < b.time for a, b in pairwise(found))
    assert all(beat.announced_at <= beat.time - 0.020 for beat in found)
    assert all(-1e-6 <= beat.confidence <= 1 + 1e-6 for beat in found)
