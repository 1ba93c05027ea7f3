"""The guitar as the fit network hears it: live and in training alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.grooves.groove import FEELS
from engine.grooves.heard import (
    CHANNELS,
    FIT_INPUTS,
    TOLD,
    fit_inputs,
    heard_bar,
    lay_notes,
    told,
)
from engine.grooves.training.fit_data import fit_parts
from engine.music.grid import MAX_BAR_STEPS
from engine.music.notes import Note
from engine.music.wishes import FREE, STYLES, Style, Wishes
from engine.training.bar_table import BarTable
from tests.support.songs import load_small

notes_of_songs = st.lists(
    st.builds(
        Note,
        st.floats(0, 16, allow_nan=False),
        st.floats(0, 9, allow_nan=False),
        st.integers(0, 127),
        st.integers(1, 127),
    ),
    max_size=40,
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return load_small(tmp_path_factory.mktemp("heard"))


def test_a_note_is_laid_on_its_step_with_velocity_pitch_and_length():
    steps = heard_bar([Note(5.25, 0.5, 40, 99)], 4.0, 4.0, 120.0).steps
    assert steps.shape == (MAX_BAR_STEPS, CHANNELS)
    assert steps[7].tolist() == [1, 99, 128 - 40, 8] and steps.sum() == 1 + 99 + 88 + 8


def test_of_a_chord_the_notes_are_counted_and_the_loudest_lowest_and_longest_are_known():
    chord = [Note(0.0, 1.0, 40, 70), Note(0.01, 2.0, 52, 90), Note(0.02, 0.5, 59, 80)]
    assert heard_bar(chord, 0.0, 4.0, 120.0).steps[0].tolist() == [3, 90, 88, 32]


def test_a_note_just_before_the_bar_line_belongs_to_the_bar():
    notes = [Note(3.98, 0.5, 40, 70)]
    assert heard_bar(notes, 4.0, 4.0, 120.0).steps[0, 0] == 1
    assert not heard_bar(notes, 0.0, 4.0, 120.0).steps.any()


@given(notes_of_songs)
def test_every_note_is_heard_in_one_bar_alone(notes):
    bars = [heard_bar(notes, 4.0 * bar, 4.0, 120.0) for bar in range(5)]
    assert sum(int(bar.steps[:, 0].sum()) for bar in bars) == len(notes)


def test_numbers_too_large_for_a_byte_are_as_large_as_can_be():
    steps = heard_bar([Note(0.0, 500.0, 0, 127)], 0.0, 4.0, 120.0).steps
    assert steps[0].tolist() == [1, 127, 128, 255]


def test_what_is_heard_live_is_what_is_learnt_from(corpus):
    table = BarTable(dict(corpus.tensors))
    tensors = corpus.tensors
    parts = fit_parts(corpus, table, "train", 1)
    guitars = np.flatnonzero(tensors["part_guitar"] == 1)
    checked = 0
    for row in np.flatnonzero(parts.guitar):
        part = next(p for p in guitars if tensors["part_song"][p] == parts.song[row])
        first = int(table.first[parts.song[row]])
        for bar in range(int(parts.bars[row])):
            start, beats = float(tensors["bar_start"][first + bar]), table.beats[first + bar]
            heard = heard_bar(notes_of(tensors, part), start, float(beats), 120.0)
            assert (heard.steps == parts.laid[row, bar]).all()
            checked += int(heard.steps.any())
    assert checked > 50


def notes_of(tensors, part):
    keep = slice(int(tensors["part_note"][part]), int(tensors["part_note"][part + 1]))
    columns = ("note_onset", "note_duration", "note_pitch", "note_velocity")
    rows = zip(*(tensors[name][keep].tolist() for name in columns), strict=True)
    return [Note(*row) for row in rows]


def test_the_network_sees_steps_numbers_and_words_of_each_bar():
    laid = np.zeros((2, 3, MAX_BAR_STEPS, CHANNELS), np.uint8)
    words = np.stack([told(FREE), told(Wishes(style=Style.FUNK))])
    inputs = fit_inputs(laid, np.array([4.0, 3.0]), np.array([120.0, 90.0]), words)
    assert inputs.shape == (2, 3, FIT_INPUTS) and inputs.dtype == np.float32
    assert (inputs[:, :, -TOLD:] == words[:, None]).all()
    assert np.isfinite(inputs).all()


def test_a_bar_knows_how_like_the_bars_before_it_is_and_none_after():
    riff, other = [0, 6, 12, 18], [3, 9, 15]
    step = [np.array(one) for one in (riff, other, riff, riff)]
    bar = np.repeat(np.arange(4), [len(one) for one in step])
    onset = np.concatenate(step) / 6
    laid = lay_notes(bar, onset, onset * 0 + 0.5, onset * 0 + 50, onset * 0 + 90, bars=4)[None]
    beats, bpm, words = np.array([4.0]), np.array([120.0]), told(FREE)[None]
    whole = fit_inputs(laid, beats, bpm, words)
    start = 5 * MAX_BAR_STEPS + 3
    assert whole[0, :, start : start + 2].tolist() == [[0, 0], [0, 0], [0, 1], [1, 0]]
    assert (fit_inputs(laid[:, :2], beats, bpm, words) == whole[:, :2]).all()


def test_each_word_has_a_place_of_its_own_and_what_is_not_said_is_not_there():
    assert not told(FREE).any() and told(FREE).shape == (TOLD,)
    said = [
        told(Wishes(density=0.0)),
        told(Wishes(intensity=0.0)),
        *(told(Wishes(style=style)) for style in Style),
        *(told(FREE, feel) for feel in range(len(FEELS))),
    ]
    assert len({tuple(row) for row in said}) == 2 + STYLES + len(FEELS)
    everything = told(Wishes(style=Style.JAZZ, density=0.3, intensity=0.7), 1)
    assert everything.sum() == pytest.approx(1 + 0.3 + 1 + 0.7 + 1 + 1 + 1)
