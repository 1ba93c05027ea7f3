"""Clocks that are lost on the way do not move the song, wherever and however many.

A beat of clock comes between losses: at 200 bpm with 3 ms of jitter six clocks, all there were,
do not tell the tempo well enough to count twelve that are lost.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.host import START, Host

MS = 1e-3
losses = st.lists(st.tuples(st.integers(24, 200), st.integers(1, 12)), min_size=1, max_size=4)


def off_after(bpm, jitter, losses, seed, *, beats=8.0):
    """Seconds that the beat is off, `beats` after the last of (clocks heard, clocks lost)."""
    host, ticks = Host(bpm, jitter=jitter, seed=seed), 0
    host.say(START)
    for heard, lost in losses:
        host.play(heard / 24)
        host.time += lost * 60 / bpm / 24
        ticks += heard + lost
    host.play(beats)
    return (host.beat() - (ticks - 1) / 24 - beats) * 60 / bpm


@settings(max_examples=300, deadline=None)
@given(st.floats(60, 200), st.floats(0, 3 * MS), losses, st.integers(0, 2**32))
def test_two_bars_after_any_losses_the_beat_is_true(bpm, jitter, losses, seed):
    assert abs(off_after(bpm, jitter, losses, seed)) < 5 * MS
