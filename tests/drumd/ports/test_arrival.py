"""Arrival times from a queue that tells the time between messages."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drumd.ports.arrival import ArrivalTimes
from drumd.timing.clock import ManualClock

POLL_S = 0.004
TICK_S = 60 / 120 / 24


def polled(times, polls, *, pace=1.0, missing=()):
    """(true time, stamp, moment of the poll, the poll before) of messages that come at `times`.

    The driver's clock runs at `pace` against ours; of the messages numbered in `missing` the
    queue has no room, though the driver counts on from them.
    """
    clock, rows, next_one = ManualClock(0.0), [], 0
    arrivals, before, last = ArrivalTimes(clock), 0.0, None
    for poll in polls:
        clock.set(poll)
        while next_one < len(times) and times[next_one] <= poll:
            time, delta = times[next_one], 0.0 if last is None else times[next_one] - last
            last = time
            if next_one not in missing:
                rows.append((time, arrivals.stamp(delta * pace), poll, before))
            next_one += 1
        arrivals.emptied(poll)
        before = poll
    return rows


def every(step, until, chance=None):
    """Moments about `step` apart."""
    count = round(until / step)
    return sorted(i * step + (chance.uniform(0, step) if chance else 0) for i in range(1, count))


def test_after_some_messages_the_stamps_are_exact_to_a_small_part_of_a_poll():
    times = [1.0 + index * TICK_S for index in range(400)]
    rows = polled(times, every(POLL_S, 10, Random(1)))
    assert max(abs(stamp - true) for true, stamp, *_ in rows[100:]) < POLL_S / 10


def test_messages_that_waited_for_a_slow_poll_keep_the_times_between_them():
    times = [1.0 + index * TICK_S for index in range(100)]
    rows = polled(times, [*every(POLL_S, 2), 3.0, 4.0])
    gaps = [b - a for (_, a, *_), (_, b, *_) in pairwise(rows[60:])]
    assert gaps == pytest.approx([TICK_S] * len(gaps))


@given(
    pace=st.floats(0.98, 1.02),
    missing=st.frozensets(st.integers(0, 199)),
    seed=st.integers(0, 2**32),
)
def test_no_stamp_is_off_by_more_than_a_poll_whatever_the_drivers_clock_does(pace, missing, seed):
    chance = Random(seed)
    times = sorted(chance.uniform(1, 5) for _ in range(200))
    for true, stamp, poll, before in polled(
        times, every(POLL_S, 6, chance), pace=pace, missing=missing
    ):
        assert before - 1e-9 <= stamp <= poll + 1e-9
        assert before < true <= poll
