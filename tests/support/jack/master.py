"""A timebase master on a JACK server: whoever asks for the transport is told bars and beats."""

from __future__ import annotations

import os
from statistics import median
from typing import Any

from drumd.ports.jack.cycles import JackCycles
from drumd.timing.bars import IN_COMMON_TIME, Bars
from tests.support.jack.harness import JackServer, open_client


class JackMaster:
    """Tells these bars, of quarter notes, from the transport's first frame on."""

    def __init__(self, server: JackServer, bpm: float, bars: Bars = IN_COMMON_TIME) -> None:
        self._client = open_client(f"master-{os.getpid()}", server.name, server.process)
        self._beats = bpm / 60 / server.rate  # in a frame
        self._bpm, self._bars = bpm, bars
        self._client.set_timebase_callback(self._tell)
        self._cycles = JackCycles(self._client, lambda _: None)

    def __enter__(self) -> JackMaster:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close once; see JackGuitarist.close."""
        if self._client is not None:
            self._cycles.end()
            self._client.deactivate()
            self._client.close()
            self._client = None

    def start(self) -> None:
        self._client.transport_start()

    def stop(self) -> None:
        self._client.transport_stop()

    @property
    def first_frame(self) -> int:
        """The server's frame at beat 0, while the transport rolls; held up between the two looks,
        one of five does no harm."""
        looks = (self._client.frame_time - self._client.transport_frame for _ in range(5))
        return int(median(looks))

    @property
    def beat(self) -> float:
        """Where the song is now, in beats."""
        return float(self._client.transport_frame) * self._beats

    def _tell(self, _state: object, _frames: int, position: Any, _new: object) -> None:
        beat = position.frame * self._beats
        position.valid = 0x10  # bars, beats and ticks
        bar = self._bars.number_at(beat)
        place = self._bars.place_of(bar)
        position.bar, position.beat = bar + 1, int(beat - place.start) + 1
        position.tick, position.ticks_per_beat = int(beat % 1 * 1920), 1920
        position.beats_per_bar, position.beat_type = place.metre.numerator, 4
        position.beats_per_minute = self._bpm
