"""A count-in that drumd sounds, and a click in the song."""

from __future__ import annotations

from itertools import pairwise

import mido
import pytest

from drumd.config import Settings
from drumd.errors import SettingsError
from engine.music.kit import CLICK_KEY, CLICK_KEYS, ONE_KEY, PITCH_OF, VOICE_OF, Voice
from engine.music.notes import Metre
from tests.support.simulated import Studio

SIDE_STICK = PITCH_OF[Voice.SIDE_STICK]
BPM = 120.0


def clicks(studio: Studio) -> list[tuple[float, int]]:
    """When it clicked, and how hard."""
    return [
        (time, message.velocity)
        for time, message in studio.kit.sent
        if message.type == "note_on" and message.note == SIDE_STICK
    ]


def drums_from(studio: Studio) -> float:
    return next(
        time
        for time, message in studio.kit.sent
        if message.type == "note_on" and message.note != SIDE_STICK
    )


@pytest.mark.parametrize("clock", ["auto", "given"])
def test_drumd_counts_four_and_the_song_begins_on_the_beat_after(clock: str) -> None:
    studio = Studio(bpm=BPM, count=4, clock=clock)
    studio.run(8.0)
    times = [time for time, _ in clicks(studio)]
    gaps = [b - a for a, b in pairwise(times)]
    assert len(times) == 4 and gaps == pytest.approx([0.5] * 3, abs=0.005)
    assert drums_from(studio) == pytest.approx(times[-1] + 0.5, abs=0.03)


def test_a_count_of_eight_begins_after_its_last_click() -> None:
    studio = Studio(bpm=BPM, count=8, clock="given")
    studio.run(10.0)
    times = [time for time, _ in clicks(studio)]
    assert len(times) == 8 and drums_from(studio) == pytest.approx(times[-1] + 0.5, abs=0.03)


def test_the_click_goes_on_with_the_beats_and_accents_one() -> None:
    studio = Studio(bpm=BPM, clock="given", click="all", count=4, metre=Metre(3, 4))
    studio.run(8.0)
    found = clicks(studio)[4:]
    times = [time for time, _ in found]
    gaps = [b - a for a, b in pairwise(times)]
    assert len(found) > 6 and gaps == pytest.approx([0.5] * len(gaps), abs=0.005)
    assert [velocity for _, velocity in found[:6]] == [120, 85, 85, 120, 85, 85]


def test_clicks_are_no_drums_of_the_summary() -> None:
    studio = Studio(bpm=BPM, clock="given", click="all", count=4)
    summary = studio.run(8.0)
    struck = [m for _, m in studio.kit.sent if m.type == "note_on"]
    assert summary.hits == len(struck) - len(clicks(studio)) > 0


def test_a_pedal_counts_in_anew() -> None:
    studio = Studio(bpm=BPM, clock="given", count=4, count_off=_pedal())
    studio.at(6.0, lambda: studio.play(mido.Message("control_change", control=80, value=127)))
    studio.run(12.0)
    assert len(clicks(studio)) == 8


def _pedal() -> object:
    from drumd.controls import Control

    return Control.parse("cc 80")


def test_click_keys_are_nobody_else_s() -> None:
    assert {CLICK_KEY, ONE_KEY} == CLICK_KEYS and not CLICK_KEYS & VOICE_OF.keys()


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"count": 4}, "needs bpm"),
        ({"click": "count-in"}, "needs bpm"),
        ({"count": 3, "bpm": 100.0}, "in 4..16"),
        ({"click": "loud"}, "click must be one of all, count-in"),
        ({"count": 4, "bpm": 100.0, "input": "demo"}, "the file has the time"),
    ],
)
def test_what_cannot_be_counted_is_said(settings: dict[str, object], problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        Settings(**settings)  # type: ignore[arg-type]
