"""The engine's errors. Each message says what to do next.

EngineError
├── MidiError         a MIDI file that cannot be used
├── CorpusError       a corpus that cannot be used
├── ConfigError       a training recipe with a mistake
├── CheckpointError   a checkpoint that cannot be used
├── TrainingError     a training that goes nowhere
├── BundleError       a bundle that cannot be used
├── OnsetsError       a file of onsets that cannot be used
├── HearingError      a recording in which nothing is to be heard
├── OutputError       a place where nothing may be written
└── MissingExtraError an optional library that is not installed
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

EXTRAS = {  # of drumd: the libraries of each, by the names that they are imported by
    "train": ("torch", "safetensors", "onnx", "onnxscript"),
    "notation": ("music21",),
    "plot": ("matplotlib",),
    "jack": ("jack",),
    "link": ("link",),
    "audio": ("miniaudio",),
    "audio-files": ("soundfile",),
    "page": ("starlette", "uvicorn", "websockets"),
}


class EngineError(Exception):
    """Something the user can mend; the message is one clear sentence."""


class MidiError(EngineError):
    """A MIDI file is missing, broken or holds no part that can be used."""


class CorpusError(EngineError):
    """A corpus is missing, broken, empty or of another version."""


class ConfigError(EngineError):
    """A training recipe has an unknown key or a value out of range."""


class CheckpointError(EngineError):
    """A checkpoint is missing, truncated or of another model."""


class TrainingError(EngineError):
    """A training's loss or score is no number any more."""


class BundleError(EngineError):
    """A bundle is missing, tampered with or of another version."""


class OnsetsError(EngineError):
    """A file of onsets is broken or tells too little of them."""


class HearingError(EngineError):
    """A recording holds no guitar that can be followed."""


class OutputError(EngineError):
    """What is to be written would lie on a file that is read, or that is there already."""


class MissingExtraError(EngineError):
    """An optional library is needed for what was asked."""

    def __init__(self, library: str, extra: str, what: str) -> None:
        super().__init__(f"{what} needs {library}: pip install 'drumd[{extra}]'")


@contextmanager
def needs(extra: str, what: str) -> Iterator[None]:
    """Around imports of an extra: tells which to install, since `what` needs it."""
    try:
        yield
    except ImportError as error:
        library = (error.name or "").partition(".")[0]
        if library not in EXTRAS[extra]:
            raise
        raise MissingExtraError(library, extra, what) from error
