"""What goes into the network comes out of it again."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.encoding.features import (
    GRID_CHANNELS,
    HISTORY_BARS,
    OFFSETS,
    combination,
    grid_pattern,
    history_of,
    note_inputs,
    offset_class,
    pattern_grid,
    velocity_class,
    voices_of,
)
from engine.encoding.preprocess import part_window
from engine.music.kit import PITCH_OF, VOICES, Voice
from engine.music.notes import Hit, Note, Pattern

hits = st.builds(
    Hit,
    st.sampled_from([0.0, 0.25, 1 / 3, 0.52, 1.0, 2.49, 3.74]),
    st.sampled_from(sorted(PITCH_OF.values())),
    st.integers(1, 127),
)


@given(st.lists(hits, max_size=20, unique_by=lambda hit: (hit.beat, hit.drum)))
def test_a_pattern_survives_the_grid(strokes):
    pattern = Pattern.of(strokes, 4.0)
    back = grid_pattern(pattern_grid(pattern, 24), 4.0)
    assert [(hit.drum, hit.velocity) for hit in back.hits] == [
        (hit.drum, hit.velocity) for hit in pattern.hits
    ]
    assert np.allclose([h.beat for h in back.hits], [h.beat for h in pattern.hits], atol=1e-6)


def test_strokes_outside_the_bar_and_unknown_drums_are_left_out():
    pattern = Pattern.of([Hit(4.0, 36), Hit(1.0, 80), Hit(-0.02, 38)], 4.0)
    grid = pattern_grid(pattern, 24)
    assert grid[..., 0].sum() == 1
    assert grid[0, Voice.SNARE, 2] < 0


def test_a_combination_names_its_voices():
    grid = pattern_grid(Pattern.of([Hit(0, 36), Hit(0, 42)], 4.0), 24)
    assert voices_of(int(combination(grid)[0])) == [Voice.KICK, Voice.CLOSED_HAT]
    assert combination(grid)[1:].sum() == 0


def test_classes_are_only_for_what_is_struck():
    grid = pattern_grid(Pattern.of([Hit(0.01, 38, 127)], 4.0), 24)
    assert velocity_class(grid)[0, Voice.SNARE] == 7
    assert OFFSETS[offset_class(grid)[0, Voice.SNARE]] == 0.01
    assert (velocity_class(grid) >= 0).sum() == (offset_class(grid) >= 0).sum() == 1


def test_history_holds_the_same_place_one_bar_ago_and_two():
    bars = np.zeros((1, HISTORY_BARS + 2, 3, VOICES, GRID_CHANNELS), np.float32)
    bars += np.arange(HISTORY_BARS + 2)[None, :, None, None, None]
    history = history_of(bars).reshape(1, 6, HISTORY_BARS, -1)
    assert history[0, :, 0, 0].tolist() == [1, 1, 1, 2, 2, 2]
    assert history[0, :, 1, 0].tolist() == [0, 0, 0, 1, 1, 1]


def test_notes_before_the_bar_have_negative_steps():
    notes = [Note(3.0, 0.5, 50), Note(4.0, 0.5, 52), Note(4.25, 0.5, 55)]
    inputs = note_inputs(part_window(notes, start=4.0, heard_until=8.0))
    assert inputs.step.tolist() == [-6, 0, 1]
