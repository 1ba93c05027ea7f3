"""Frames of a server and seconds of the clock."""

from random import Random

import pytest

from drumd.ports.jack.frames import WRAP, FrameClock

RATE, PERIOD = 48_000, 256
CYCLE_S = PERIOD / RATE
FRAME_S = 1 / RATE


def cycles(frames, count, *, first=0, start=0.0, late=lambda: 0.0, drift=0.0):
    """Let cycles go by, each seen a little late; the frame and the true time of the last."""
    frame, time = first, start
    for index in range(count):
        frame, time = first + index * PERIOD, start + index * CYCLE_S * (1 + drift)
        frames.see(frame % WRAP, time + late())
    return frame, time


def test_a_frame_is_where_it_was_seen():
    frames = FrameClock(RATE)
    frame, time = cycles(frames, 100, first=5000, start=10.0)
    assert frames.seconds_of(frame) == pytest.approx(time)
    assert frames.frame_at(time + 100 * FRAME_S) == frame + 100


def test_cycles_that_were_seen_late_do_not_move_the_line():
    chance, frames = Random(1), FrameClock(RATE)
    frame, time = cycles(frames, 400, late=lambda: min(0.005, chance.expovariate(5000)))
    assert abs(frames.seconds_of(frame) - time) < FRAME_S / 2
    before = frames.seconds_of(frame)
    frames.see(frame + PERIOD, time + CYCLE_S + 0.004)
    assert abs(frames.seconds_of(frame) - before) < FRAME_S / 10


@pytest.mark.parametrize("drift", [-1e-4, 1e-4])
def test_a_card_that_runs_fast_or_slow_is_followed_smoothly(drift):
    chance, frames = Random(1), FrameClock(RATE)
    frame, time = cycles(frames, 4000, drift=drift, late=lambda: chance.uniform(0, 1e-4))
    assert abs(frames.seconds_of(frame) - time) < 4 * FRAME_S
    step = frames.seconds_of(frame) - (time - CYCLE_S)
    frames.see(frame + PERIOD, time + CYCLE_S)
    assert abs(frames.seconds_of(frame) - (time - CYCLE_S) - step) < FRAME_S / 10


def test_a_server_that_stood_still_is_met_where_it_goes_on():
    frames = FrameClock(RATE)
    frame, time = cycles(frames, 200)
    frame, time = cycles(frames, 100, first=frame + PERIOD, start=time + 0.5)
    assert frames.seconds_of(frame) == pytest.approx(time)


def test_the_counter_may_begin_anew():
    frames = FrameClock(RATE)
    frame, time = cycles(frames, 200, first=WRAP - 50 * PERIOD)
    assert frame > WRAP and frames.frame_at(time) == frame
