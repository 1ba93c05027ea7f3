"""The beat tracker: causal, monotone, ahead of time, steady through rests."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.beats.pulse.filter import (
    COUNTED_TEMPO,
    HINTED_TEMPO,
    FilterSettings,
    Grid,
    PulseFilter,
)
from engine.beats.pulse.network import Weights, load_weights
from engine.beats.tracker import Beat, BeatTracker
from tests.support.strums import Onset, strummed, taps


def beats_of(onsets: list[Onset], *, until: float | None = None, **told: object) -> list[Beat]:
    tracker = BeatTracker(**told)  # type: ignore[arg-type]
    found: list[Beat] = []
    for onset in onsets:
        tracker.hear(*onset)
        found += tracker.beats(onset[0])
    return found + tracker.beats(until if until is not None else onsets[-1][0] + 0.5)


MODES: list[dict[str, object]] = [{}, {"bpm": 106.0}, {"count_in": taps(100, 1.0)}]


@pytest.mark.parametrize("told", MODES, ids=["free", "hint", "count-in"])
def test_a_steady_strum_is_followed(told: dict[str, object]) -> None:
    found = [beat for beat in beats_of(strummed(), **told) if beat.time > 8]
    off = [abs((beat.time - 1.0) / 0.6 - round((beat.time - 1.0) / 0.6)) for beat in found]
    assert len(found) > 30 and max(off) < 0.08


@pytest.mark.parametrize("told", [{}, {"bpm": 125.0}], ids=["free", "hint"])
def test_an_even_strum_is_not_led(told: dict[str, object]) -> None:
    chord = [(0.004 * k, pitch) for k, pitch in enumerate((40, 47, 52, 55, 59, 64))]
    strum = [(3 + 0.5 * beat + late, pitch, 90) for beat in range(80) for late, pitch in chord]
    found = [beat.time % 0.5 for beat in beats_of(strum, **told) if beat.time > 13]
    early = (np.array(found) + 0.25) % 0.5 - 0.25
    assert len(found) > 20 and np.abs(early).max() < 0.015


def test_after_a_count_in_one_is_the_next_beat() -> None:
    found = beats_of(strummed(), count_in=taps(100, 1.0))
    assert abs(found[0].time - 1.0) < 0.02 and found[0].announced_at < 1.0
    assert [beat.beat for beat in found[:8]] == [1, 2, 3, 4, 1, 2, 3, 4]


@pytest.mark.parametrize("told", MODES, ids=["free", "hint", "count-in"])
@pytest.mark.parametrize("cut", [2.3, 5.01, 9.77, 14.2])
def test_what_comes_later_changes_no_beat_announced_before(
    told: dict[str, object], cut: float
) -> None:
    whole = strummed()
    other = [(t + 0.11, p - 3, 127 - v) for t, p, v in whole if t > cut]
    kept = [onset for onset in whole if onset[0] <= cut]
    first = [beat for beat in beats_of(whole, **told) if beat.announced_at <= cut]
    assert first == beats_of(kept, until=cut, **told)
    assert first == [b for b in beats_of(kept + other, **told) if b.announced_at <= cut]


def test_asking_more_often_finds_the_same_beats() -> None:
    onsets, tracker = strummed(6), BeatTracker()
    found: list[Beat] = []
    for (time, pitch, velocity), (later, _, _) in pairwise(onsets):
        tracker.hear(time, pitch, velocity)
        for step in range(5):
            found += tracker.beats(time + step / 5 * (later - time))
    tracker.hear(*onsets[-1])
    assert found + tracker.beats(onsets[-1][0] + 0.5) == beats_of(onsets)


@pytest.mark.parametrize("told", MODES, ids=["free", "hint", "count-in"])
def test_beats_are_announced_at_least_20_ms_ahead_and_rise(told: dict[str, object]) -> None:
    found = beats_of(strummed(), **told)
    assert all(beat.announced_at <= beat.time - 0.020 for beat in found)
    assert all(a.time < b.time and a.announced_at <= b.announced_at for a, b in pairwise(found))


def test_the_beat_goes_on_through_silence() -> None:
    found = beats_of(strummed(8), until=40.0, bpm=100)
    gaps = [b.time - a.time for a, b in pairwise(found) if a.time > 12]
    assert found[-1].time > 39 and max(gaps) - min(gaps) < 0.06
    assert {beat.beat for beat in found[-8:]} == {1, 2, 3, 4}


def test_after_a_rest_the_beat_is_still_there() -> None:
    onsets = [onset for onset in strummed(20) if not 16 < onset[0] < 22]
    late = [beat.time for beat in beats_of(onsets, count_in=taps(100, 1.0)) if beat.time > 23]
    assert max(abs((t - 1.0) / 0.6 - round((t - 1.0) / 0.6)) for t in late) < 0.1


def test_a_faster_player_is_followed() -> None:
    slow = strummed(12)
    fast = strummed(20, bpm=106, start=1.0 + 48 * 0.6)
    late = [b for b in beats_of(slow + fast, bpm=100) if b.time > 48]
    gaps = [b.time - a.time for a, b in pairwise(late)]
    assert abs(sum(gaps) / len(gaps) - 60 / 106) < 0.006


@pytest.mark.parametrize("metre", [2, 3, 4, 5, 6])
def test_a_metre_that_is_told_is_counted(metre: int) -> None:
    tracker = BeatTracker(count_in=taps(100, 1.0), metre=metre)
    for onset in strummed(10):
        tracker.hear(*onset)
    places = [beat.beat for beat in tracker.beats(25.0)]
    assert places[:metre] == list(range(1, metre + 1))
    assert all(b == a % metre + 1 for a, b in pairwise(places[:12]))
    assert len(tracker.chances) == tracker.metre == metre
    assert sum(tracker.chances) == pytest.approx(1)


@pytest.mark.parametrize("metre", [4, 5])
def test_the_chances_are_those_of_the_beat_to_come(metre: int) -> None:
    tracker = BeatTracker(count_in=taps(100, 1.0), metre=metre)
    for onset in strummed(2):
        tracker.hear(*onset)
    last = tracker.beats(5.6)[-1]
    assert tracker.chances.index(max(tracker.chances)) == last.beat % metre


def test_a_beat_that_slips_in_a_rest_is_found_again() -> None:
    late = [(t + (0.3 if t > 20 else 0.0), p, v) for t, p, v in strummed(32) if not 16 < t < 20]
    found = [beat.time for beat in beats_of(late, count_in=taps(100, 1.0)) if beat.time > 35]
    off = [abs((t - 1.3) / 0.6 - round((t - 1.3) / 0.6)) for t in found]
    assert len(found) > 40 and max(off) < 0.08


def test_a_soloist_who_swings_and_lays_back_is_followed_after_a_count_in() -> None:
    rng, period = np.random.default_rng(3), 60 / 170
    eighths = [(k // 2 + 0.64 * (k % 2)) * period for k in range(240) if rng.random() < 0.8]
    times = np.sort(1.025 + np.array(eighths) + rng.normal(0, 0.025, len(eighths)))
    pitches = np.clip(60 + np.cumsum(rng.integers(-3, 4, len(times))), 40, 90)
    line = [(time, int(pitch), 80) for time, pitch in zip(times.tolist(), pitches, strict=True)]
    counted = [1.0 - 1.02 * period * k for k in (4, 3, 2, 1)]  # 2 % too slow
    found = [beat.time for beat in beats_of(line, count_in=counted) if beat.time > 8]
    off = np.abs((np.array(found) - 1.0) / period % 1 - 0.5)
    assert len(found) > 90 and np.mean((0.5 - off) * period < 0.07) > 0.9


def test_no_notes_no_beats() -> None:
    assert BeatTracker().beats(100.0) == []


def test_one_note_alone_starts_nothing() -> None:
    assert beats_of([(1.0, 40, 90)], until=20.0) == []


gaps_s = st.one_of(st.just(0.0), st.floats(0, 0.1), st.floats(0, 3), st.floats(0, 90))
notes = st.tuples(gaps_s, st.integers(0, 127), st.integers(0, 127))


@settings(deadline=None, max_examples=60)
@given(st.lists(notes, min_size=1, max_size=60), st.sampled_from([*MODES, {"bpm": 300.0}]))
def test_any_notes_give_rising_beats_ahead_of_time(
    played: list[tuple[float, int, int]], told: dict[str, object]
) -> None:
    time, onsets = 0.0, []
    for gap, pitch, velocity in played:
        time += gap
        onsets.append((time, pitch, velocity))
    found = beats_of(onsets, **told)
    assert all(a.time < b.time for a, b in pairwise(found))
    assert all(beat.announced_at <= beat.time - 0.020 for beat in found)
    assert all(beat.beat >= 1 and -1e-6 <= beat.confidence <= 1 + 1e-6 for beat in found)


def test_a_tempo_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        BeatTracker(bpm=0)


@pytest.mark.parametrize(
    ("told", "model", "believes"),
    [
        ({}, "free_model", FilterSettings()),
        ({"bpm": 120.0}, "hinted_model", HINTED_TEMPO),
        ({"count_in": [0.0, 0.5, 1.0, 1.5]}, "counted_model", COUNTED_TEMPO),
    ],
)
def test_each_way_of_being_told_has_its_model_and_its_settings(
    told: dict[str, Any], model: str, believes: FilterSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard_by: list[str] = []
    begun_with: list[FilterSettings | None] = []

    def load(name: str) -> Weights:
        heard_by.append(name)
        return load_weights(name)

    def begin(grid: Grid, settings: FilterSettings | None) -> PulseFilter:
        begun_with.append(settings)
        return PulseFilter(grid, settings)

    monkeypatch.setattr("engine.beats.pulse.model.load_weights", load)
    monkeypatch.setattr("engine.beats.tracker.PulseFilter", begin)
    BeatTracker(**told)
    assert heard_by == [model] and [one or FilterSettings() for one in begun_with] == [believes]


@pytest.mark.parametrize(("told", "beats"), [({}, 1.0), ({"bpm": 232.0}, 0.5)])
def test_no_beat_is_taken_to_be_faster_than_people_tap_unless_they_say_so(
    told: dict[str, Any], beats: float
) -> None:
    """Three, two and three sixteenths at 116 bpm, or as many eighths at 232."""
    tracker, beat_s = BeatTracker(**told), 0.517
    for place in (4 * bar + one for bar in range(24) for one in (0, 0.75, 1.25, 2, 2.75, 3.25)):
        for up in (0, 12, 16, 19):
            tracker.hear(1.0 + beat_s * place, 40 + up, 80)
        tracker.beats(1.0 + beat_s * place)
    assert tracker.period == pytest.approx(beats * beat_s, rel=0.05)
