"""The kit on a JACK server: every stroke on its frame, as a client that listens hears it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from drumd.sound.speakers import Speakers
from drumd.timing.clock import MonotonicClock
from tests.support.jack.harness import jack_server
from tests.support.jack.listener import Listener, impulses_of

pytestmark = [pytest.mark.jack, pytest.mark.slow]


def test_strokes_begin_on_frames_as_far_apart_as_their_times(tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    with jack_server() as server:
        kit = impulses_of(tmp_path_factory.mktemp("kit"))
        clock = MonotonicClock()
        port = Speakers(clock, kit=str(kit), device="jack")
        with Listener(server, "drumd-sound:left") as listener:
            sent = listener.play(port, clock, strokes=12, apart_s=0.1)
            assert port.lost() is None and port.device == "JACK"
            frames = listener.impulses()
        port.close()
        steps = [b - a for a, b in pairwise(frames)]
        assert len(frames) == len(sent) - port.counts.late
        # Whole cycles that a machine leaves out are seen as such: all else lies on its frame.
        assert sum(abs(step - 4800) <= 2 for step in steps) >= len(steps) - port.counts.gaps - 1
