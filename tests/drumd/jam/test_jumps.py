import pytest

from drumd.jam.jumps import Jump, Jumps, jump_shift
from drumd.timing.song_state import SongState
from drumd.timing.timeline import Timeline


def song(time, beat, *, moves=0, recounted=0.0):
    """A song at two beats a second that was at `beat` at `time`."""
    return SongState(Timeline(time, beat, 120.0), rolling=True, moves=moves, recounted=recounted)


@pytest.mark.parametrize(
    ("old", "new", "shift"),
    [(16, 0, -16), (15.98, 0, -16), (16.02, 0, -16), (13.5, 0, -16), (0, 8, 8), (3, 32.5, 28)],
)
def test_a_jump_shifts_by_whole_bars(old, new, shift):
    assert jump_shift(old, new, 4.0) == shift


def test_what_was_heard_moves_with_the_beats_when_they_are_counted_anew():
    jump = Jumps().follow(4.0, song(0.0, 0.0), song(0.0, 1.0, recounted=1.0))
    assert jump == Jump(beat=9.0, shift=1.0, anew=True)


def test_a_song_that_has_no_time_yet_has_not_jumped():
    assert Jumps().follow(4.0, SongState(), song(0.0, 0.0)) is None


def test_a_loop_shorter_than_a_bar_makes_a_bar_of_its_turns():
    jumps, made = Jumps(), []
    jumps.begin_bar(0.0)
    for turn in range(1, 4):  # two beats long
        before, after = song(turn - 1, 0.0, moves=turn - 1), song(turn, 0.0, moves=turn)
        jump = jumps.follow(float(turn), before, after)
        jumps.land(jump.beat)
        made.append(jumps.make_a_bar(4.0))
        if made[-1]:
            jumps.forget()
    assert made == [False, True, False]
