"""A guitar that comes in through JACK is stamped by its frames."""

from __future__ import annotations

import time

import pytest

from drumd.config import Hearing
from drumd.ears.ears_input import EarsInput
from drumd.ports.base import Onset
from drumd.timing.clock import MonotonicClock
from tests.support.jack.audio import playing
from tests.support.jack.harness import jack_server
from tests.support.plucked import plucked

PATIENCE_S = 60.0
LINE = [(0.5 + 0.5 * k, pitch, 90, 0.45) for k, pitch in enumerate((45, 52, 48, 40))]


@pytest.mark.jack
@pytest.mark.parametrize("latency_ms", [0.0, 100.0])
def test_strokes_and_notes_come_in_through_jack_with_their_moment(latency_ms: float) -> None:
    with jack_server() as server, playing(server, plucked(LINE, 3.0, server.rate)) as player:
        ears = EarsInput(
            "audio:riff", MonotonicClock(), api="jack", hearing=Hearing(latency_ms=latency_ms)
        )
        try:
            player.play_into("drumd-in:riff")
            heard = list[tuple[float, object]]()
            give_up = time.monotonic() + PATIENCE_S
            while time.monotonic() < give_up and not _all_heard(heard):
                heard += ears.poll()
                time.sleep(0.01)
            struck = [time for time, one in heard if isinstance(one, Onset) and one.velocity]
            due = [player.seconds_of(time) - latency_ms / 1e3 for time, *_ in LINE]
            near = [min(abs(time - one) for one in struck) for time in due]
            assert sum(off < 0.03 for off in near) >= len(LINE) - 1
            assert ears.lost() is None
        finally:
            ears.close()


def _all_heard(heard: list[tuple[float, object]]) -> bool:
    strokes = sum(isinstance(one, Onset) and bool(one.velocity) for _, one in heard)
    notes = sum(getattr(one, "type", "") == "note_on" for _, one in heard)
    return strokes >= len(LINE) and notes >= len(LINE)


@pytest.mark.jack
def test_a_server_that_dies_is_told_and_ends_the_ears() -> None:
    with jack_server() as server:
        ears = EarsInput("audio:riff", MonotonicClock(), api="jack")
        try:
            server.kill()
            give_up = time.monotonic() + PATIENCE_S
            while ears.lost() is None and time.monotonic() < give_up:
                list(ears.poll())
                time.sleep(0.01)
            assert "JACK server" in (ears.lost() or "")
        finally:
            ears.close()
