"""Messages that wait for their frame."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drumd.ports.jack.frames import FrameClock
from drumd.ports.jack.outbox import Outbox

RATE, PERIOD = 48_000, 256


@pytest.fixture
def outbox():
    return an_outbox()


def an_outbox():
    """One whose server's frame 0 is at second 0; the cycle of frame 0 has gone."""
    frames = FrameClock(RATE)
    frames.see(0, 0.0)
    made = Outbox(frames)
    assert made.due(0, PERIOD) == []
    return made


def test_a_message_goes_out_in_its_cycle_on_its_frame(outbox):
    handed = outbox.put(b"a", 600 / RATE)
    assert handed.at == pytest.approx(600 / RATE) and not handed.gone
    assert outbox.due(256, PERIOD) == []
    assert outbox.due(512, PERIOD) == [(88, b"a")]
    assert handed.gone and not outbox.late and not len(outbox)


def test_what_comes_after_its_frame_goes_out_on_the_first_that_is_left(outbox):
    handed = outbox.put(b"a", 10 / RATE)
    assert handed.at == pytest.approx(PERIOD / RATE)
    assert outbox.due(256, PERIOD) == [(0, b"a")] and not outbox.late


def test_a_message_that_missed_its_cycle_is_counted_and_says_when_it_went(outbox):
    handed = outbox.put(b"a", 300 / RATE)
    assert outbox.due(1024, PERIOD) == [(0, b"a")]
    assert outbox.late == 1 and handed.at == pytest.approx(1024 / RATE)


def test_a_stroke_that_comes_far_too_late_is_left_to_be_taken_back_and_its_end_goes_out(outbox):
    stroke = outbox.put(b"\x99\x24\x64", 300 / RATE)
    end = outbox.put(b"\x89\x24\x40", 301 / RATE)
    later = 300 + RATE // 10  # a server that stood still for a tenth of a second
    assert outbox.due(later, PERIOD) == [(0, b"\x89\x24\x40")]
    assert end.gone and stroke.let_go() == b"\x99\x24\x64" and outbox.late == 2


def test_what_is_taken_back_does_not_go_out_and_what_went_out_cannot_be_taken_back(outbox):
    stays, goes = outbox.put(b"a", 300 / RATE), outbox.put(b"b", 301 / RATE)
    assert goes.let_go() == b"b"
    assert outbox.due(256, PERIOD) == [(44, b"a")]
    assert stays.let_go() is None


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 10))))
def test_all_goes_out_in_order_on_its_frame_whenever_it_is_handed_over(events):
    outbox, heard = an_outbox(), []
    events = [(max(frame, (cycle + 1) * PERIOD), cycle) for frame, cycle in events]
    for cycle in range(1, 15):
        for number, (frame, before) in enumerate(events):
            if before == cycle - 1:
                outbox.put(number.to_bytes(4, "big"), frame / RATE)
        due = outbox.due(cycle * PERIOD, PERIOD)
        heard += [(cycle * PERIOD + offset, int.from_bytes(data, "big")) for offset, data in due]
    assert [frame for frame, _ in heard] == sorted(frame for frame, _ in events)
    assert all(events[number][0] == frame for frame, number in heard) and not outbox.late
