"""A recording as a guitar: played in real time, or read as fast as one likes.

WAV needs nothing but Python; other kinds, and WAV in floats, need miniaudio. A file is read block
by block, so that its length does not matter.
"""

from __future__ import annotations

import wave
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from drumd.ears.sources.base import Block, Samples, SourceError, one_channel
from drumd.timing.clock import Clock
from engine.errors import MissingExtraError, needs

FRAMES = 256  # in a block
LEAD_IN_S = 0.2  # between opening the file and its first sample


class Recording:
    """An audio file that has been opened; its blocks are (frames,) of one channel."""

    def __init__(self, path: Path, channel: int | None = None) -> None:
        if not path.is_file():
            raise SourceError(f"{path} is not there: name an audio file")
        self.name = path.name
        self.rate, self._blocks = _open(path, channel)

    def __iter__(self) -> Iterator[Samples]:
        return self._blocks


class FileSource:
    """Plays a recording to whoever reads, each block no sooner than it has sounded."""

    other = None

    def __init__(self, path: Path, clock: Clock, channel: int | None = None) -> None:
        recording = Recording(path, channel)
        self.name, self.rate = recording.name, recording.rate
        self._blocks, self._clock = iter(recording), clock
        self._start = clock.now() + LEAD_IN_S
        self._frames = 0

    def read(self, patience_s: float) -> Block | None:
        time = self._start + self._frames / self.rate
        early = time + FRAMES / self.rate - self._clock.now()
        if early > 0:
            self._clock.sleep(min(early, patience_s))
        if early > patience_s:
            return None
        samples = next(self._blocks, None)
        if samples is None:
            raise EOFError
        self._frames += len(samples)
        return Block(time, samples)

    def lost(self) -> str | None:
        return None

    def close(self) -> None:
        """Nothing to close but what goes with it."""


def _open(path: Path, channel: int | None) -> tuple[int, Iterator[Samples]]:
    """The file's rate, and its blocks."""
    if path.suffix.lower() == ".wav":
        try:
            file = wave.open(str(path), "rb")  # noqa: SIM115 (open until it has been read)
            return file.getframerate(), _wave_blocks(file, channel)
        except (wave.Error, EOFError, OSError):
            pass  # miniaudio knows more kinds
    return _decoded(path, channel)


def _wave_blocks(file: wave.Wave_read, channel: int | None) -> Iterator[Samples]:
    width, channels = file.getsampwidth(), file.getnchannels()
    with file:
        while data := file.readframes(FRAMES):
            frames = _samples(data, width).reshape(-1, channels)
            yield one_channel(frames, channel)


def _samples(data: bytes, width: int) -> Samples:
    """Integers of so many bytes as numbers in -1..1."""
    raw = np.frombuffer(data, np.uint8)
    raw = raw[: len(raw) // width * width].reshape(-1, width)
    if width == 1:
        return np.asarray((raw[:, 0].astype(np.float32) - 128) / 128, np.float32)
    wide = np.zeros((len(raw), 4), np.uint8)
    wide[:, 4 - width :] = raw
    return np.asarray(wide.view("<i4")[:, 0] / 2.0**31, np.float32)


def _decoded(path: Path, channel: int | None) -> tuple[int, Iterator[Samples]]:
    try:
        with needs("audio", f"reading {path.name}"):
            miniaudio: Any = import_module("miniaudio")
    except MissingExtraError as error:
        raise SourceError(str(error)) from error
    try:
        info = miniaudio.get_file_info(str(path))
        stream = miniaudio.stream_file(
            str(path),
            output_format=miniaudio.SampleFormat.FLOAT32,
            nchannels=info.nchannels,
            sample_rate=info.sample_rate,
            frames_to_read=FRAMES,
        )
    except (miniaudio.MiniaudioError, OSError) as error:
        raise SourceError(f"{path} is no audio file that can be read ({error})") from error
    return info.sample_rate, _stream_blocks(stream, info.nchannels, channel)


def _stream_blocks(stream: Any, channels: int, channel: int | None) -> Iterator[Samples]:
    for data in stream:
        frames = np.frombuffer(data, np.float32).reshape(-1, channels)
        yield one_channel(frames, channel)
