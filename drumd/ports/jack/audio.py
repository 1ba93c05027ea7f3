"""Sound out of JACK: two ports, filled cycle by cycle, each told the frame that it begins on.

`fill` is called in JACK's thread, which belongs to a process of its own (see drumd.sound): nothing
else there holds the interpreter for long.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from drumd.errors import PortError
from drumd.ports.jack.client import available
from drumd.ports.jack.cycles import JackCycles
from drumd.ports.jack.watch import JackWatch
from drumd.ports.quiet import quiet_stderr

CLIENT = "drumd-sound"
SIDES = ("left", "right")
Fill = Callable[[int, int], Any]
"""Frames from that frame of the server's on, so many: an array of (frames, 2)."""


class JackAudio:
    """A client with two outputs, joined with the first two of the sound card."""

    def __init__(self) -> None:
        """Join the server; a PortError says that there is none."""
        if not available():
            raise PortError("sound on JACK needs libjack and `pip install 'drumd[jack]'`")
        import jack

        make = partial(jack.Client, CLIENT, no_start_server=True)
        try:
            with quiet_stderr():
                self._client, self._watch = JackWatch.while_making(make)
        except jack.JackOpenError as error:
            raise PortError("no JACK server answers: start one (QjackCtl, jackd)") from error
        self.rate, self.period = int(self._client.samplerate), int(self._client.blocksize)
        self._cycles: JackCycles | None = None
        self._ports = [self._client.outports.register(side) for side in SIDES]

    def start(self, fill: Fill) -> None:
        """Sound from now on."""

        def process(frames: int) -> None:
            block = fill(int(self._client.last_frame_time), frames)
            for side, port in enumerate(self._ports):
                port.get_array()[:] = block[:, side]

        self._cycles = JackCycles(self._client, process)
        card = self._client.get_ports(is_audio=True, is_input=True, is_physical=True)
        for port, speaker in zip(self._ports, card, strict=False):
            self._client.connect(port, speaker)

    def lost(self) -> bool:
        """Whether the server has gone."""
        return self._watch.lost()

    def close(self) -> None:
        if self._cycles is not None:
            self._cycles.end(dead=self.lost())
        self._watch.close()
        with quiet_stderr():
            self._client.deactivate()
            self._client.close()
