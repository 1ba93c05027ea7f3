"""Sound from a sound card, through miniaudio.

A block is stamped by when it came; the frames counted so far tell the rest (`FrameClock`), so that
a block that the system hands over late does not move in time.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator
from typing import Any

import numpy as np

from drumd.ears.sources.base import Block, Samples, SourceError, one_channel
from drumd.ports.jack.frames import FrameClock
from drumd.ports.quiet import quiet_stderr
from drumd.timing.clock import Clock
from engine.errors import MissingExtraError, needs

RATE, PERIOD_MS, QUEUE = 48_000, 5, 2_000
NULL = "null"  # a device that a test names: it is silent
ALSA_NULL = "Discard all samples"  # what ALSA calls a card that is none
GONE_S = 2.0  # a card from which nothing comes for so long has gone
NO_CARD = "no audio input opens here: connect one (`drumd ports` lists them), or name a file"


class CardSource:
    """The system's audio input, or the one that a part of a name means."""

    other = None

    def __init__(self, wanted: str, clock: Clock, channel: int | None = None) -> None:
        miniaudio = library()
        self.rate, self._clock, self._channel = RATE, clock, channel
        self._blocks: deque[tuple[int, Samples]] = deque(maxlen=QUEUE)
        self._came = threading.Event()
        self._frames, self._count = FrameClock(RATE), 0
        self._last = clock.now()
        device, self.name = _device(miniaudio, wanted)
        self._channels = max(channel or 1, 2)
        try:
            with quiet_stderr():
                self._card = miniaudio.CaptureDevice(
                    input_format=miniaudio.SampleFormat.FLOAT32,
                    nchannels=self._channels,
                    sample_rate=RATE,
                    buffersize_msec=PERIOD_MS,
                    device_id=device,
                    backends=[miniaudio.Backend.NULL] if wanted == NULL else None,
                    app_name="drumd",
                )
            if self._card.backend.lower() == NULL and wanted != NULL:  # its last resort
                self._card.close()
                raise SourceError(NO_CARD)
            self._card.start(self._begun())
        except miniaudio.MiniaudioError as error:
            raise SourceError(f"{NO_CARD} ({error.args[0]})") from error

    def _begun(self) -> Generator[None, bytes, None]:
        """What miniaudio hands its blocks to; begun, as it wants it."""

        def take() -> Generator[None, bytes, None]:
            while True:
                data = yield
                frames = np.frombuffer(data, np.float32).reshape(-1, self._channels)
                self._count += len(frames)
                self._frames.see(self._count, self._clock.now())
                self._blocks.append((self._count - len(frames), frames.copy()))
                self._came.set()

        generator = take()
        next(generator)
        return generator

    def read(self, patience_s: float) -> Block | None:
        if not self._blocks:
            self._came.clear()
            if not self._blocks and not self._came.wait(patience_s):
                return None
        first, frames = self._blocks.popleft()
        self._last = self._clock.now()
        heard = one_channel(frames, self._channel)
        peak = None if self._channel else float(np.abs(frames).max(initial=0))
        return Block(self._frames.seconds_of(first), heard, peak)

    def lost(self) -> str | None:
        silent = self._clock.now() - self._last > GONE_S
        return f"the audio input {self.name!r} has gone" if silent else None

    def close(self) -> None:
        self._card.close()


def library() -> Any:
    """miniaudio; a SourceError says what to install."""
    try:
        with needs("audio", "--in audio"):
            import miniaudio
    except MissingExtraError as error:
        raise SourceError(str(error)) from error
    return miniaudio


def list_cards() -> tuple[str, ...]:
    """The names of the audio inputs that the system shows."""
    with quiet_stderr():
        devices = library().Devices()
        if devices.backend.lower() == NULL:  # miniaudio's last resort
            return ()
        names = (str(one["name"]) for one in devices.get_captures())
        return tuple(name for name in names if not name.startswith(ALSA_NULL))


def _device(miniaudio: Any, wanted: str) -> tuple[Any, str]:
    """The card's id and name; None is the system's own."""
    if wanted in ("", NULL):
        return None, wanted or "audio"
    with quiet_stderr():
        ids = {str(one["name"]): one["id"] for one in miniaudio.Devices().get_captures()}
    found = [name for name in ids if wanted.casefold() in name.casefold()]
    if len(found) != 1:
        listing = "".join(f"\n  {name}" for name in found or ids) or "\n  (none)"
        problem = "fits several audio inputs" if found else "is no audio input"
        raise SourceError(f"{wanted!r} {problem}. Name one of these:{listing}")
    return ids[found[0]], found[0]
