"""Windows: the last 150 notes, nothing that was not heard yet, the same for arrays and notes."""

from __future__ import annotations

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.encoding.preprocess import MEMORY_BEATS, Window, part_window
from engine.music.notes import WINDOW_NOTES, Note

note = st.builds(
    Note,
    onset=st.floats(0, 64, allow_nan=False),
    duration=st.floats(0, 16, allow_nan=False),
    pitch=st.integers(0, 127),
    velocity=st.integers(1, 127),
)


def rows(window: Window) -> list[tuple[float, float, int, float]]:
    columns = (window.onset, window.duration, window.pitch, window.velocity)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_onsets_count_from_the_bar_to_play_and_velocity_from_0_to_1() -> None:
    heard = part_window([Note(7.5, 0.5, 60, 127)], start=8.0, heard_until=8.0)
    assert rows(heard) == [(-0.5, 0.5, 60, 1.0)]


def test_the_last_150_notes_are_kept() -> None:
    notes = [Note(index / 8, 0.1, 60) for index in range(200)]
    heard = part_window(notes, start=25.0, heard_until=25.0)
    assert len(heard) == WINDOW_NOTES == 150
    assert heard.onset[0] == 50 / 8 - 25
    assert heard.onset[-1] == 199 / 8 - 25


def test_a_note_at_the_moment_of_hearing_is_not_heard_yet() -> None:
    notes = [Note(3.999, 1, 60), Note(4.0, 1, 62)]
    assert part_window(notes, start=4.0, heard_until=4.0).pitch.tolist() == [60]


def test_a_note_that_still_sounds_is_as_long_as_it_was_heard() -> None:
    heard = part_window([Note(3.0, 4.0, 60)], start=4.0, heard_until=3.5)
    assert heard.duration.tolist() == [0.5]


def test_notes_of_the_bars_to_play_are_heard_when_they_are_known() -> None:
    heard = part_window([Note(9.0, 0.5, 60)], start=8.0, heard_until=12.0)
    assert heard.onset.tolist() == [1.0]


def test_what_lies_long_ago_is_forgotten() -> None:
    notes = [Note(0.0, 1, 60), Note(MEMORY_BEATS, 1, 62)]
    heard = part_window(notes, start=MEMORY_BEATS, heard_until=MEMORY_BEATS + 4)
    assert heard.pitch.tolist() == [62]


def test_silence_gives_an_empty_window() -> None:
    assert len(part_window([], start=4.0, heard_until=8.0)) == 0


@given(st.lists(note, max_size=300), st.floats(0, 64), st.floats(-8, 8))
def test_no_window_is_too_long_out_of_order_or_ahead_of_its_time(
    notes: list[Note], start: float, lead: float
) -> None:
    heard_until = start + lead
    heard = part_window(notes, start=start, heard_until=heard_until)
    assert len(heard) <= WINDOW_NOTES
    assert (np.diff(heard.onset) >= 0).all()
    assert (heard.onset <= np.float32(lead)).all()
    assert (heard.duration >= 0).all()
    assert (heard.onset + heard.duration <= lead + 1e-4).all()
    known = [each for each in notes if start - MEMORY_BEATS < each.onset < heard_until]
    assert len(heard) == min(WINDOW_NOTES, len(known))


@given(st.lists(note, max_size=50), st.randoms())
def test_the_order_in_which_notes_are_given_does_not_matter(
    notes: list[Note], chance: Random
) -> None:
    shuffled = notes.copy()
    chance.shuffle(shuffled)
    window = part_window(notes, start=32, heard_until=33)
    assert rows(part_window(shuffled, start=32, heard_until=33)) == rows(window)
