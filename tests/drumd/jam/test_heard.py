import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drumd.jam.heard import HeardNotes
from drumd.jam.jumps import jump_shift
from drumd.timing.timeline import Timeline
from engine.music.notes import WINDOW_NOTES, Note

LINE = Timeline(0.0, 0.0, 120.0)  # two beats a second


def on(pitch, velocity=90, channel=0):
    return mido.Message("note_on", note=pitch, velocity=velocity, channel=channel)


def off(pitch, channel=0):
    return mido.Message("note_off", note=pitch, channel=channel)


@pytest.fixture
def window():
    return HeardNotes()


def test_a_note_has_the_beats_between_its_on_and_its_off(window):
    window.hear(1.0, on(40), LINE)
    window.hear(1.5, off(40), LINE)
    assert window.notes(9.0) == (Note(2.0, 1.0, 40, 90),)


def test_a_note_on_without_velocity_is_a_note_off(window):
    assert window.hear(1.0, on(40), LINE)
    assert not window.hear(1.5, on(40, velocity=0), LINE)
    assert window.notes(9.0) == (Note(2.0, 1.0, 40, 90),)


def test_a_note_that_still_sounds_lasts_until_now(window):
    window.hear(1.0, on(40), LINE)
    assert window.notes(4.5) == (Note(2.0, 2.5, 40, 90),)


def test_an_off_without_its_on_is_ignored(window):
    window.hear(1.0, off(40), LINE)
    assert window.notes(9.0) == ()


def test_the_same_pitch_on_two_strings_is_two_notes(window):
    window.hear(0.0, on(52, channel=2), LINE)
    window.hear(0.5, on(52, channel=3), LINE)
    window.hear(1.0, off(52, channel=2), LINE)
    window.hear(2.0, off(52, channel=3), LINE)
    assert window.notes(9.0) == (Note(0.0, 2.0, 52, 90), Note(1.0, 3.0, 52, 90))


def test_a_string_struck_again_ends_the_note_before(window):
    window.hear(0.0, on(40), LINE)
    window.hear(0.5, on(40), LINE)
    window.hear(1.0, off(40), LINE)
    assert window.notes(9.0) == (Note(0.0, 1.0, 40, 90), Note(1.0, 1.0, 40, 90))


def test_all_notes_off_ends_the_notes_of_its_channel_only(window):
    window.hear(0.0, on(40, channel=0), LINE)
    window.hear(0.0, on(45, channel=1), LINE)
    window.hear(0.5, mido.Message("control_change", control=123, channel=0), LINE)
    assert window.notes(4.0) == (Note(0.0, 1.0, 40, 90), Note(0.0, 4.0, 45, 90))


def test_only_the_last_notes_are_kept(window):
    for index in range(WINDOW_NOTES + 10):
        window.hear(index, on(index % 128), LINE)
    assert len(window) == WINDOW_NOTES
    assert window.notes(1e4)[0].onset == 20.0


def test_notes_before_the_time_is_known_get_their_beats_once_it_is(window):
    window.hear(1.0, on(40), None)
    window.hear(1.5, off(40), None)
    assert window.notes(9.0) == ()
    window.place(Timeline(1.0, 0.0, 120.0))
    assert window.notes(9.0) == (Note(0.0, 1.0, 40, 90),)


def test_a_jump_moves_the_notes_by_whole_bars_to_before_the_new_place(window):
    window.hear(7.0, on(40), LINE)
    window.hear(7.5, off(40), LINE)
    window.shift(jump_shift(16.0, 0.0, 4.0))
    assert window.notes(0.0) == (Note(-2.0, 1.0, 40, 90),)


def test_a_note_whose_end_is_lost_counts_as_guitar_for_so_long_only(window):
    window.hear(0.0, on(40), LINE)
    assert window.sounded_until(3.0, held=8.0) == 3.0
    assert window.sounded_until(100.0, held=8.0) == 8.0


def test_a_guitar_not_heard_has_not_sounded(window):
    assert window.sounded_until(3.0, held=8.0) is None


def test_what_was_no_music_is_forgotten_and_its_end_too():
    window = HeardNotes()
    window.hear(1.0, on(40), LINE)
    window.hear(2.0, on(45), LINE)
    window.forget_before(1.5)
    window.hear(2.5, off(40), LINE)
    window.hear(3.0, off(45), LINE)
    assert [note.pitch for note in window.notes(LINE.beat_at(4.0))] == [45]


messages = st.one_of(
    st.builds(on, st.integers(0, 127), st.integers(0, 127), st.integers(0, 15)),
    st.builds(off, st.integers(0, 127), st.integers(0, 15)),
    st.builds(
        lambda control, channel: mido.Message("control_change", control=control, channel=channel),
        st.integers(0, 127),
        st.integers(0, 15),
    ),
    st.sampled_from([mido.Message(kind) for kind in ("clock", "start", "stop", "reset")]),
    st.just(mido.Message("sysex", data=(1, 2, 3))),
)
times = st.floats(-1e6, 1e6, allow_nan=False)
lines = st.none() | st.builds(Timeline, times, times, st.floats(20, 400))


@given(
    st.lists(st.tuples(times, messages, lines), max_size=400),
    times,
    st.lists(st.sampled_from([-16.0, 4.0]), max_size=2),
)
def test_any_messages_leave_a_window_of_sane_notes_in_order(events, now, shifts):
    window = HeardNotes()
    begun = sum(window.hear(time, message, timeline) for time, message, timeline in events)
    window.place(LINE)
    for beats in shifts:
        window.shift(beats)
    notes = window.notes(now)
    assert len(notes) == len(window) == min(begun, WINDOW_NOTES)
    assert list(notes) == sorted(notes)
    assert all(note.duration >= 0 and note.velocity > 0 for note in notes)
