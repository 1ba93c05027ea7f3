"""Audio files that are written block by block and appear when they are whole.

WAV needs nothing but Python; other kinds need soundfile.
"""

from __future__ import annotations

import wave
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from drumd.sound.errors import SoundError
from drumd.sound.synthesis.modes import Audio
from engine.errors import needs
from engine.storage.atomic import new_file

EXTRA = "audio-files"
KINDS = {".wav": "WAV", ".flac": "FLAC", ".ogg": "OGG", ".mp3": "MP3"}
FULL_SCALE = np.float32(32_767)


class AudioFile:
    """A stereo file to write to; what was written goes away if the block of `with` fails."""

    def __init__(self, path: Path, rate: int) -> None:
        self.path = path
        kind = check_kind(path)
        with ExitStack() as opening:
            try:
                beside = opening.enter_context(new_file(path))
                self._write, self._close = _open(beside, kind, rate)
            except OSError as error:
                raise self._failed(error) from error
            self._placing = opening.pop_all()

    def __enter__(self) -> AudioFile:
        return self

    def write(self, block: Audio) -> None:
        """Add frames, (frames, 2), within -1..1."""
        try:
            self._write(block)
        except OSError as error:
            raise self._failed(error) from error

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            with self._placing:
                self._close()
                if error is not None:
                    raise error
        except OSError as failure:
            raise self._failed(failure) from failure

    def _failed(self, error: OSError) -> SoundError:
        return SoundError(f"{self.path} cannot be written: {error.strerror or error}")


def check_kind(path: Path) -> str:
    """The kind of file that a name means, if it can be written here."""
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise SoundError(f"{path} is no audio file by its name; name one {' or '.join(KINDS)}")
    if kind != "WAV":
        _check_soundfile(path.suffix)
    return kind


def _check_soundfile(suffix: str) -> None:
    try:
        with needs(EXTRA, f"writing {suffix}"):
            import soundfile  # noqa: F401
    except OSError as error:  # built without libsndfile, which this system does not have either
        raise SoundError(f"writing {suffix} needs libsndfile; .wav needs nothing") from error


def _open(path: Path, kind: str, rate: int) -> tuple[Callable[[Audio], None], Callable[[], None]]:
    """What writes a block, and what ends the file."""
    if kind != "WAV":
        return _open_soundfile(path, kind, rate)
    raw = path.open("wb")
    file = wave.open(raw, "wb")  # noqa: SIM115 (open until `close`)
    file.setnchannels(2)
    file.setsampwidth(2)
    file.setframerate(rate)

    def write(block: Audio) -> None:
        file.writeframesraw(np.rint(block * FULL_SCALE).astype("<i2").tobytes())

    def close() -> None:
        file.close()
        raw.close()

    return write, close


def _open_soundfile(
    path: Path, kind: str, rate: int
) -> tuple[Callable[[Audio], None], Callable[[], None]]:
    import soundfile

    try:
        file: Any = soundfile.SoundFile(path, "w", rate, 2, format=kind)
    except soundfile.LibsndfileError as error:
        raise SoundError(f"{path.suffix} cannot be written here: {error}") from error
    return file.write, file.close
