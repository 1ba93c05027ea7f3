"""What goes into the network comes out of it again."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.encoding.features import (
    AGO,
    GRID_CHANNELS,
    HISTORY,
    HISTORY_BARS,
    OFFSETS,
    PHRASE_BARS,
    PLACES,
    grid_pattern,
    history_of,
    note_inputs,
    offset_class,
    pattern_grid,
    places,
    velocity_class,
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


def test_classes_are_only_for_what_is_struck():
    grid = pattern_grid(Pattern.of([Hit(0.01, 38, 127)], 4.0), 24)
    assert velocity_class(grid)[0, Voice.SNARE] == 7
    assert OFFSETS[offset_class(grid)[0, Voice.SNARE]] == 0.01
    assert (velocity_class(grid) >= 0).sum() == (offset_class(grid) >= 0).sum() == 1


def test_history_holds_the_same_place_one_two_four_and_eight_bars_ago():
    bars = np.zeros((1, HISTORY_BARS + 2, 3, VOICES, GRID_CHANNELS), np.float32)
    bars += np.arange(HISTORY_BARS + 2)[None, :, None, None, None]
    history = history_of(bars)
    assert history.shape == (1, 6, HISTORY)
    ago = history.reshape(1, 6, len(AGO), -1)[0, :, :, 0]
    assert ago[:3].tolist() == [[HISTORY_BARS - back for back in AGO]] * 3
    assert ago[3:].tolist() == [[HISTORY_BARS + 1 - back for back in AGO]] * 3


def test_notes_before_the_bar_have_negative_steps():
    notes = [Note(3.0, 0.5, 50), Note(4.0, 0.5, 52), Note(4.25, 0.5, 55)]
    inputs = note_inputs(part_window(notes, start=4.0, heard_until=8.0))
    assert inputs.step.tolist() == [-6, 0, 1]


def test_a_place_that_is_not_known_says_nothing():
    assert not places().any() and places().shape == (PLACES,)
    assert not places(-1, -1).any()
    known = places(0)
    assert known.any() and not known[6:].any(), "the end of the song stays unknown"


def test_places_come_round_with_the_phrase_and_tell_how_far_in_the_song_is():
    row = places(np.arange(4 * PHRASE_BARS))
    turn, far = row[:, 1:5], row[:, 5]
    assert np.allclose(turn[:PHRASE_BARS], turn[PHRASE_BARS : 2 * PHRASE_BARS], atol=1e-5)
    apart = [np.abs(turn[a] - turn[b]).max() for a in range(PHRASE_BARS) for b in range(a)]
    assert min(apart) > 0.1
    assert (np.diff(far) > 0).all() and far[-1] < 2


def test_the_end_of_the_song_comes_nearer():
    left = places(None, np.arange(4))[:, 6:]
    assert left.tolist() == [[1, 1], [1, 1 / 2], [1, np.float32(1 / 3)], [1, 1 / 4]]


def test_one_known_and_one_unknown_bar_are_told_apart():
    row = places(np.array([3, -1]), np.array([-1, 0]))
    assert row.shape == (2, PLACES)
    assert row[0, :6].any() and not row[0, 6:].any()
    assert not row[1, :6].any() and row[1, 6:].all()
