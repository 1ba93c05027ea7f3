"""The guitar as the fit network hears it: live and in training alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.grooves.heard import (
    CELLS,
    CHANNELS,
    COUNTS,
    FIT_INPUTS,
    SUMMARY,
    TALLY,
    TOLD,
    heard_bar,
    summary,
    told,
)
from engine.grooves.training.fit_data import HEARD_BARS, fit_parts
from engine.music.grid import MAX_BAR_STEPS
from engine.music.notes import Note
from engine.music.wishes import FREE, STYLES, Feel, Style, Wishes
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
    for row in np.flatnonzero(parts.guitar):
        part = next(p for p in guitars if tensors["part_song"][p] == parts.song[row])
        first = int(table.first[parts.song[row]])
        starts, notes = tensors["bar_start"][first:], notes_of(tensors, part)
        heard = [heard_bar(notes, float(at), 4.0, 0.0) for at in starts[: parts.bars[row]]]
        for place, bars in enumerate(HEARD_BARS):
            steps = np.stack([bar.steps for bar in heard[:bars]])
            tally = np.stack([bar.tally for bar in heard[:bars]])
            live = summary(steps, tally, 4.0, float(table.bpm[first]))
            assert np.allclose(live, parts.summaries[row, place], atol=1e-6)


def notes_of(tensors, part):
    keep = slice(int(tensors["part_note"][part]), int(tensors["part_note"][part + 1]))
    columns = ("note_onset", "note_duration", "note_pitch", "note_velocity")
    rows = zip(*(tensors[name][keep].tolist() for name in columns), strict=True)
    return [Note(*row) for row in rows]


def shares(*notes, bars=1):
    """The kinds of playing in one or more bars of these notes, each kind by itself."""
    heard = [heard_bar(notes, 4.0 * bar, 4.0, 120.0) for bar in range(bars)]
    steps, tally = (np.stack([getattr(bar, of) for bar in heard]) for of in ("steps", "tally"))
    return np.split(summary(steps, tally, 4.0, 120.0)[-TALLY:], np.cumsum(COUNTS)[:-1])


def test_power_chords_are_told_from_sevenths_and_both_from_single_notes():
    power = [Note(beat, 1.0, pitch) for beat in range(4) for pitch in (40, 47, 52)]
    seventh = [Note(beat, 1.0, pitch) for beat in range(4) for pitch in (48, 52, 55, 58)]
    line = [Note(beat, 1.0, 48 + beat) for beat in range(4)]
    intervals = [set(np.flatnonzero(shares(*notes)[0])) for notes in (power, seventh, line)]
    assert intervals == [{0, 5, 7}, {3, 4, 6, 7, 10}, set()]
    assert [shares(*notes)[1].argmax() + 1 for notes in (power, seventh, line)] == [3, 4, 1]


def test_leaps_gaps_lengths_and_registers_are_counted():
    _, _, leap, gap, length, register, *_ = shares(
        Note(0, 0.1, 36), Note(0.5, 0.1, 43), Note(1.0, 2.0, 36), Note(3.0, 0.5, 84)
    )
    assert leap[7] == pytest.approx(2 / 3) and leap[12] == pytest.approx(1 / 3)
    assert gap.sum() == pytest.approx(1) and gap[2] == pytest.approx(2 / 3)
    assert length.tolist() == [0.5, 0, 0.25, 0, 0.25]
    assert register[0] == 0.5 and register[7] == 0.25


def test_a_key_does_not_matter():
    riff = [(0.0, 40), (1.0, 43), (2.0, 45), (3.0, 40)]
    first, moved = ([Note(at, 0.5, pitch + up) for at, pitch in riff] for up in (0, 5))
    for one, other in zip(shares(*first)[-2:], shares(*moved)[-2:], strict=True):
        assert (one == other).all() and one[0] == 0.5


def riffs(*bars):
    """Bars of notes at these beats, as heard, (k, t, CHANNELS) and (k, TALLY)."""
    heard = [
        heard_bar([Note(beat, 0.5, 45, 80) for beat in beats], 0.0, 4.0, 120.0) for beats in bars
    ]
    return np.stack([bar.steps for bar in heard]), np.stack([bar.tally for bar in heard])


RIFF, OTHER = (0, 1, 1.5, 3), (0.5, 2, 2.75)


def test_a_summary_is_as_long_whatever_was_heard():
    for bars in ((RIFF,), (RIFF, OTHER), (RIFF,) * 64, ((),)):
        numbers = summary(*riffs(*bars), 4.0, 120.0)
        assert numbers.shape == (SUMMARY,) and numbers.dtype == np.float32
        assert np.isfinite(numbers).all()
    assert SUMMARY + TOLD == FIT_INPUTS


def test_in_how_many_bars_a_note_begins_on_each_sixteenth_is_known():
    numbers = summary(*riffs(RIFF, RIFF, RIFF, OTHER), 4.0, 120.0)[:CELLS]
    wanted = dict.fromkeys((0, 4, 6, 12), 0.75) | dict.fromkeys((2, 8, 11), 0.25)
    assert {int(at): float(numbers[at]) for at in np.flatnonzero(numbers)} == wanted


@given(st.integers(0, 5), st.integers(0, 5))
def test_bars_of_rest_count_for_nothing(before, after):
    bars = [()] * before + [RIFF, OTHER] + [()] * after
    assert (summary(*riffs(*bars), 4.0, 100.0) == summary(*riffs(RIFF, OTHER), 4.0, 100.0)).all()


def test_tempo_metre_and_repeats_are_known():
    plain = summary(*riffs(RIFF, OTHER, RIFF, OTHER), 4.0, 120.0)
    for other in (
        summary(*riffs(RIFF, OTHER, RIFF, OTHER), 4.0, 150.0),
        summary(*riffs(RIFF, OTHER, RIFF, OTHER), 3.0, 120.0),
        summary(*riffs(RIFF, RIFF, OTHER, OTHER), 4.0, 120.0),
    ):
        assert (plain != other).any() and (plain[: 4 * CELLS] == other[: 4 * CELLS]).all()


def test_where_nothing_was_heard_tempo_and_metre_are_known_all_the_same():
    silent = summary(*riffs(()), 3.0, 150.0)
    assert np.flatnonzero(silent).tolist() == [4 * CELLS, 4 * CELLS + 1]


def test_each_word_has_a_place_of_its_own_and_what_is_not_said_is_not_there():
    assert not told(FREE).any() and told(FREE).shape == (TOLD,)
    said = [
        told(Wishes(density=0.0)),
        told(Wishes(intensity=0.0)),
        *(told(Wishes(style=style)) for style in Style),
        *(told(Wishes(feel=feel)) for feel in Feel),
    ]
    assert len({tuple(row) for row in said}) == 2 + STYLES + len(Feel)
    everything = told(Wishes(Style.JAZZ, 0.3, 0.7, feel=Feel.SWUNG))
    assert everything.sum() == pytest.approx(1 + 0.3 + 1 + 0.7 + 1 + 1 + 1)
