"""Sound files as frames, at the rate that is wanted."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from drumd.sound.errors import SoundError
from drumd.sound.synthesis.modes import Audio
from engine.errors import needs

AUDIO = (".wav", ".flac", ".mp3", ".ogg")
LONGEST_S = 12.0  # of one stroke


def read_sound(path: Path, rate: int, *, longest_s: float = LONGEST_S) -> Audio:
    """A sound file as (frames, 2) at `rate`."""
    with needs("audio", "a kit of your own"):
        import miniaudio

    try:
        decoded = miniaudio.decode_file(
            str(path), miniaudio.SampleFormat.FLOAT32, nchannels=2, sample_rate=rate
        )
    except (miniaudio.MiniaudioError, OSError, ValueError) as error:
        reason = "it is not there" if not path.exists() else str(error.args[0])
        raise SoundError(f"the sound {path} cannot be read: {reason}") from error
    frames = np.frombuffer(decoded.samples, np.float32).reshape(-1, 2)
    return np.nan_to_num(frames[: int(longest_s * rate)])
